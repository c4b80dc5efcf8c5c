import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

const TOKEN = 'example_token_that_is_long_enough_to_be_real'

export async function verifyOnce(createVerifier, adapters) {
  const known = createHash('sha256').update(TOKEN).digest('hex')
  const verifier = createVerifier({
    resolve: (digest) => (digest === known ? { id: 'key_1', scopes: ['posts:read'] } : null),
  })

  const accepted = await verifier.verify(`Bearer ${TOKEN}`)
  assert.equal(accepted.ok, true)
  assert.equal(accepted.principal.keyId, 'key_1')
  assert.equal(accepted.principal.scopes.has('posts:read'), true)

  const denied = await verifier.verify(`Bearer ${TOKEN}x`)
  assert.equal(denied.ok, false)
  assert.equal(denied.denial.code, 'invalid')

  for (const [name, { authenticate, requireScopes }] of Object.entries(adapters)) {
    assert.equal(typeof authenticate(verifier), 'function', `${name}: authenticate()`)
    assert.equal(typeof requireScopes('posts:read'), 'function', `${name}: requireScopes()`)
  }
  console.log('verified')
}
