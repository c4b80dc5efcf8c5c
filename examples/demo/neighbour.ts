// Another process over the same keys, with no framework: node neighbour.ts FILE
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Denial, nodeRequest, scopeRequirement } from '@bearward/core'
import { openKeys } from './keys.ts'

const mayRead = scopeRequirement('all', ['posts:read'])
const mayWrite = scopeRequirement('all', ['posts:write'])

const { keyring } = openKeys(process.argv[2] ?? '')
const verifier = keyring.verifier()
// Told to the operator by the process that has a terminal.
verifier.on('failed', () => {})

const server = createServer((request, response) => void answer(request, response))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const deny = (denial: Denial) => response.writeHead(denial.status, { ...denial.headers }).end(denial.body)
  const verdict = await verifier.verifyRequest(nodeRequest(request))
  if (!verdict.ok) return void deny(verdict.denial)
  const denial = verifier.authorize(verdict.principal, request.method === 'DELETE' ? mayWrite : mayRead)
  if (denial !== undefined) return void deny(denial)
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify({ framework: 'none', key: verdict.principal.keyId }))
}

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
