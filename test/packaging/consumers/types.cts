import { createVerifier, type Principal } from '@bearward/core'

import express = require('@bearward/express')
import hono = require('@bearward/hono')
import koa = require('@bearward/koa')

const verifier = createVerifier({ resolve: () => ({ id: 'key_1', plan: 'pro' }) })

export async function plan(authorization: string): Promise<string | undefined> {
  const verdict = await verifier.verify(authorization)
  return verdict.ok ? planOf(verdict.principal) : undefined
}

function planOf(principal: Principal<{ id: string; plan: string }>): string {
  return principal.key.plan
}

export const middleware = [express.authenticate(verifier), koa.authenticate(verifier), hono.authenticate(verifier)]
