import * as console from '@bearward/console'
import { expressConsole } from '@bearward/console/express'
import { honoConsole } from '@bearward/console/hono'
import { koaConsole } from '@bearward/console/koa'
import { serveConsole } from '@bearward/console/local'
import * as core from '@bearward/core'
import * as express from '@bearward/express'
import * as hono from '@bearward/hono'
import * as keyring from '@bearward/keyring'
import * as koa from '@bearward/koa'
import { askConsole, verifyOnce } from './verify.mjs'

for (const mount of [expressConsole, koaConsole, honoConsole, serveConsole])
  if (typeof mount !== 'function') throw mount
await askConsole(console, keyring, core)
await verifyOnce(core.createVerifier, { express, koa, hono })
