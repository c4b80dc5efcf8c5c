// The MCP SDK declares `req.auth` on the request of Express's types.
import { createVerifier } from '@bearward/core'
import { authenticate } from '@bearward/express'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import express from 'express'

const auth = authenticate(createVerifier({ resolve: () => ({ id: 'key_1', plan: 'pro' }) }), { optional: true })
const mcp = requireBearerAuth({
  verifier: { verifyAccessToken: async (token) => ({ token, clientId: 'client_1', scopes: [] }) },
})

express()
  .use('/mcp', auth, mcp)
  .get('/mcp', (req, res) => {
    const theirs: AuthInfo | undefined = req.auth
    const plan: string | undefined = auth.principal(req)?.key.plan
    res.json({ client: theirs?.clientId, plan })
  })
