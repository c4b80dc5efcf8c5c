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

/** Issues a key through the console, and looks at its page. */
export async function askConsole({ createConsole }, { createKeyring, memoryStore }, { keyFormat }) {
  const keys = createConsole({
    keyring: createKeyring({ store: memoryStore(), format: keyFormat({ prefix: 'acme' }) }),
    basePath: '/keys',
    authorize: () => ({ actor: 'alice', owner: 'acct_1' }),
  })
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'one' }
  const post = new Request('http://localhost/keys/api/keys', { method: 'POST', headers, body: '{"name":"CI"}' })
  assert.equal((await keys.fetch(post)).status, 201)
  const page = await keys.fetch(new Request('http://localhost/keys'))
  assert.equal(page.status, 200)
  const html = await page.text()
  assert.match(html, />CI</)
  const [script] = /\/keys\/assets\/[\w-]+\.js/.exec(html)
  assert.match(await (await keys.fetch(new Request(`http://localhost${script}`))).text(), /./)
}
