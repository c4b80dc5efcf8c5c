import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keyFormat } from '@bearward/core'

export const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })

/** A place that must be found, and the key that stands there. */
export interface Planted {
  readonly file: string
  readonly line: number
  readonly token: string
}

/** A tree with keys in it, with what looks almost like keys, and with noise. */
export interface Tree {
  readonly files: Readonly<Record<string, string>>
  readonly planted: readonly Planted[]
}

/** Ways in which a key gets into a file; `@` is the key. */
const SETTINGS: Readonly<Record<string, string>> = {
  '.env': 'PORT=3000\nACME_KEY=@\n',
  'config/app.json': '{\n  "acme": { "key": "@" }\n}\n',
  'config/app.yaml': 'acme:\n  key: @ # rotate me\n',
  'config/windows.ini': '[acme]\r\nkey=@\r\n',
  'src/client.ts': "const headers = { Authorization: `Bearer @` }\nconst other = '@'\n",
  'src/escaped.js': 'log("\\n@")\n',
  'docs/readme.md': 'Call `curl https://api.example/?key=@&page=1`.\n\n> (@)\n',
  'docs/list.csv': 'a,@,@,b\n',
  'last-line.txt': 'no line break behind it: @',
}

/** What one character makes of a key; a regular expression can tell all of these. */
const NEAR_MISSES: readonly ((token: string) => string)[] = [
  (token) => token.slice(0, -1),
  (token) => `${token}0`,
  (token) => `x${token}`,
  (token) => token.replace('acme', 'acne'),
  (token) => token.replace('acme', 'Acme'),
  (token) => token.replace(/_(live|test)_/, '_prod_'),
  (token) => token.replace(/_(live|test)_/, '_$1-'),
  (token) => replaceAt(token, 20, '-'),
  (token) => replaceAt(token, 40, '_'),
  (token) => replaceAt(token, 30, 'é'),
  (token) => replaceAt(token, 35, ' '),
]

export function plantTree(): Tree {
  const planted: Planted[] = []
  const files: Record<string, string> = {}
  for (const [file, setting] of Object.entries(SETTINGS)) {
    files[file] = setting
      .split('\n')
      .map((line, index) =>
        line.replaceAll('@', () => {
          const token = format.generate(planted.length % 2 === 0 ? 'live' : 'test')
          planted.push({ file, line: index + 1, token })
          return token
        }),
      )
      .join('\n')
  }
  const near = NEAR_MISSES.map((change) => change(format.generate('live')))
  files['near/misses.txt'] = `${near.map((text) => `key=${text};`).join('\n')}\n`
  files['noise/random.txt'] = `${Array.from({ length: 200 }, noise).join('\n')}\n`
  return { files, planted }
}

/** A key whose checksum is wrong: no regular expression can tell. */
export function wrongChecksum(): string {
  const token = format.generate('live')
  return replaceAt(token, token.length - 1, token.endsWith('0') ? '1' : '0')
}

export function writeTree(folder: string, { files }: Pick<Tree, 'files'>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), content)
  }
}

function replaceAt(token: string, place: number, character: string): string {
  return token.slice(0, place) + character + token.slice(place + 1)
}

/** What high entropy looks like elsewhere. */
function noise(_: unknown, index: number): string {
  const bytes = randomBytes(40)
  const forms = [
    bytes.toString('base64'),
    bytes.toString('hex'),
    `acme_${bytes.toString('base64url')}`,
    `acme_live_${index}`,
  ]
  return `value ${index}: ${forms[index % forms.length]}`
}
