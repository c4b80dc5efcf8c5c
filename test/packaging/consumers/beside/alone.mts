// No other library declares `req.auth`.
import { createVerifier, type Principal } from '@bearward/core'
import { authenticate } from '@bearward/express'
import express from 'express'

const auth = authenticate(createVerifier({ resolve: () => ({ id: 'key_1', plan: 'pro' }) }))

express().get('/', auth, (req, res) => {
  const shown: Principal | undefined = req.auth
  // @ts-expect-error a request does not claim to have a principal
  const claimed: Principal = req.auth
  res.json([shown?.keyId, claimed.scopes.has('posts:read'), auth.principal(req).key.plan])
})
