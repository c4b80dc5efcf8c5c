import { keyFormat } from '@bearward/core'
import { authenticate as authenticateExpress } from '@bearward/express'
import { authenticate as authenticateHono } from '@bearward/hono'
import { createKeyring, memoryStore } from '@bearward/keyring'
import { authenticate as authenticateKoa } from '@bearward/koa'
import Router from '@koa/router'
import express from 'express'
import { Hono } from 'hono'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const keyring = createKeyring({
  store: memoryStore(),
  format: keyFormat({ prefix: 'acme', environments: ['live', 'test'] }),
  scopes: ['posts:read'],
  metadata: z.object({ plan: z.enum(['free', 'pro']), seats: z.number().optional() }),
})

test('Express hands over what the keyring declares, without a cast', () => {
  const auth = authenticateExpress(keyring.verifier())
  express().get('/plan', auth, (req, res) => {
    const { key, environment, scopes } = auth.principal(req)
    expectTypeOf(key.metadata.plan).toEqualTypeOf<'free' | 'pro'>()
    expectTypeOf(key.metadata.seats).toEqualTypeOf<number | undefined>()
    expectTypeOf(environment).toEqualTypeOf<'live' | 'test' | undefined>()
    expectTypeOf(key.environment).toEqualTypeOf<'live' | 'test' | null>()
    expectTypeOf(scopes.has).parameter(0).toEqualTypeOf<'posts:read'>()
    // @ts-expect-error there is no such field
    expectTypeOf(key.metadata.plann).toBeAny()
    // @ts-expect-error there is no such plan
    if (key.metadata.plan === 'gold') res.end()
    // @ts-expect-error there is no such environment
    if (environment === 'prod') res.end()
  })
})

test('Koa does', () => {
  const auth = authenticateKoa(keyring.verifier())
  new Router().get('/plan', auth, (ctx) => {
    const { key, environment } = ctx.state.auth
    expectTypeOf(key.metadata.plan).toEqualTypeOf<'free' | 'pro'>()
    expectTypeOf(environment).toEqualTypeOf<'live' | 'test' | undefined>()
    // @ts-expect-error there is no such plan
    ctx.body = key.metadata.plan === 'gold'
  })
})

test('Hono does, behind an optional mount too', () => {
  const auth = authenticateHono(keyring.verifier())
  new Hono().get('/plan', auth, (c) => {
    const { key, environment } = c.var.auth
    expectTypeOf(key.metadata.plan).toEqualTypeOf<'free' | 'pro'>()
    expectTypeOf(environment).toEqualTypeOf<'live' | 'test' | undefined>()
    // @ts-expect-error there is no such plan
    return c.json(key.metadata.plan === 'gold')
  })
  const lax = authenticateHono(keyring.verifier(), { optional: true })
  new Hono().get('/plan', lax, (c) => c.json({ plan: c.var.auth?.key.metadata.plan ?? 'free' }))
})

test('a keyring without declarations hands over any JSON, and any environment', () => {
  const plain = createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) })
  const auth = authenticateExpress(plain.verifier())
  express().get('/plan', auth, (req) => {
    const { key, environment } = auth.principal(req)
    expectTypeOf(environment).toEqualTypeOf<string | undefined>()
    expectTypeOf(key.environment).toEqualTypeOf<string | null>()
    // @ts-expect-error what JSON can write is not always text
    const plan: string = key.metadata.plan
    expectTypeOf(plan).toBeString()
  })
})
