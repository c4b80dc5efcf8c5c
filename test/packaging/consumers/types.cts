import { createConsole } from '@bearward/console'
import { createVerifier, keyFormat, type Principal } from '@bearward/core'
import { createKeyring, memoryStore } from '@bearward/keyring'

import express = require('@bearward/express')
import expressConsole = require('@bearward/console/express')
import hono = require('@bearward/hono')
import honoConsole = require('@bearward/console/hono')
import koa = require('@bearward/koa')
import koaConsole = require('@bearward/console/koa')

const verifier = createVerifier({ resolve: () => ({ id: 'key_1', plan: 'pro' }) })

export async function plan(authorization: string): Promise<string | undefined> {
  const verdict = await verifier.verify(authorization)
  return verdict.ok ? planOf(verdict.principal) : undefined
}

function planOf(principal: Principal<{ id: string; plan: string }>): string {
  return principal.key.plan
}

export const middleware = [express.authenticate(verifier), koa.authenticate(verifier), hono.authenticate(verifier)]

const keyring = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
const keys = createConsole({ keyring, authorize: () => ({ actor: 'alice', owner: 'acct_1' }) })

export const mounts = [expressConsole.expressConsole(keys), koaConsole.koaConsole(keys), honoConsole.honoConsole(keys)]
