// Auth0's middleware declares `req.auth` in the global namespace.
import { createVerifier } from '@bearward/core'
import { authenticate } from '@bearward/express'
import express from 'express'
import { type AuthResult, auth as jwt } from 'express-oauth2-jwt-bearer'

const auth = authenticate(createVerifier({ resolve: () => ({ id: 'key_1', plan: 'pro' }) }), { optional: true })

express()
  .use('/v1', auth, jwt())
  .get('/v1', (req, res) => {
    const theirs: AuthResult | undefined = req.auth
    const plan: string | undefined = auth.principal(req)?.key.plan
    res.json({ subject: theirs?.payload.sub, plan })
  })
