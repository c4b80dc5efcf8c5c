import { describe, expect, test } from 'vitest'
import { DENIED, factsOf } from './denied.ts'
import { isMissing, run } from './programs.ts'
import { servers, start } from './servers.ts'
import { ask } from './wire.ts'
import { createWorld } from './world.ts'

// These clients send a key only after a server has asked for it by a Basic challenge.

const GOOD = 'reader-key'
const BAD = 'unknown-key'
const CHALLENGE = 'Basic realm="api", charset="UTF-8"'

const basicAlone = () => createWorld('later', { credentials: { bearer: false, basic: true } })

const PYTHON = `
import sys, urllib.request, urllib.error
url, user = sys.argv[1:]
passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
passwords.add_password(None, url, user, '')
opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
try:
    print(opener.open(url).status)
except urllib.error.HTTPError as error:
    print(error.code)
`

/** The head of one branch, as git's plain protocol lists it. */
const REFS = `${'0123456789'.repeat(4)}\trefs/heads/main\n`

/** Asks as each client does; `true` where it was let in. */
const clients: Record<string, (port: number, key: string) => Promise<boolean>> = {
  async curl(port, key) {
    const parameters = ['--silent', '--anyauth', '--user', `${key}:`, '--write-out', '%{http_code}']
    const { stdout } = await run('curl', [...parameters, `http://127.0.0.1:${port}/refs`])
    expect(stdout).toMatch(/(?:200|401)$/)
    return stdout.endsWith('200')
  },
  async wget(port, key) {
    const parameters = ['--tries=1', '--output-document=-', `--user=${key}`, '--password=']
    const { code, stderr } = await run('wget', [...parameters, `http://127.0.0.1:${port}/refs`])
    expect(stderr).toContain('401')
    return code === 0
  },
  async git(port, key) {
    const env = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
    const url = `http://${key}:@127.0.0.1:${port}/posts.git`
    const { code, stdout } = await run('git', ['ls-remote', url], env)
    if (code === 0) expect(stdout).toBe(REFS)
    return code === 0
  },
  async python3(port, key) {
    const { stdout } = await run('python3', ['-c', PYTHON, `http://127.0.0.1:${port}/refs`, key])
    expect(stdout.trim()).toMatch(/^(?:200|401)$/)
    return stdout.trim() === '200'
  },
}

const missing = new Set<string>()
for (const program of Object.keys(clients)) if (await isMissing(program)) missing.add(program)

describe.each(Object.entries(servers))('%s, Basic alone', (_, serverOf) => {
  for (const [program, isLetIn] of Object.entries(clients)) {
    test.skipIf(missing.has(program))(`${program} sends its key when it is asked to`, async () => {
      const port = await start(serverOf(basicAlone().verifier, REFS))
      expect(await isLetIn(port, GOOD)).toBe(true)
      expect(await isLetIn(port, BAD)).toBe(false)
    })
  }

  test('every challenge is one Basic challenge, with no error in it', async () => {
    const port = await start(serverOf(basicAlone().verifier))
    const facts = async (authorization?: string) => factsOf(await ask(port, { path: '/', authorization }))
    const encoded = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    const challenge = [CHALLENGE]

    expect(await facts()).toEqual({ ...DENIED.missing, challenge })
    expect(await facts(`Bearer ${GOOD}`)).toEqual({ ...DENIED.missing, challenge })
    expect(await facts('Basic')).toEqual({ ...DENIED.malformed, challenge })
    expect(await facts(encoded('no colon'))).toEqual({ ...DENIED.malformed, challenge })
    expect(await facts(encoded(`${BAD}:`))).toEqual({ ...DENIED.invalid, challenge })
    expect(await facts(encoded('throws-key:'))).toEqual(DENIED.unavailable)
    expect((await facts(encoded(`${GOOD}:`))).status).toBe(200)
  })

  test('beside Bearer, the challenge is Bearer alone', async () => {
    const port = await start(serverOf(createWorld('later', { credentials: { basic: true } }).verifier))
    expect(factsOf(await ask(port, { path: '/' }))).toEqual(DENIED.missing)
    expect(factsOf(await ask(port, { path: '/', authorization: 'Basic' }))).toEqual(DENIED.malformed)
  })
})
