import { createVerifier } from '@bearward/core'
import * as express from '@bearward/express'
import * as hono from '@bearward/hono'
import * as koa from '@bearward/koa'
import { verifyOnce } from './verify.mjs'

await verifyOnce(createVerifier, { express, koa, hono })
