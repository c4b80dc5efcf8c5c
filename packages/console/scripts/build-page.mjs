// Makes src/page-bundle.js of src/page: a function that renders a page, and the files that the page loads. It is a file of
// its own, because source runs unbuilt here, and no runtime takes JSX. Nothing happens when no source has changed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const folder = join(import.meta.dirname, '..')
const source = join(folder, 'src/page')
const bundle = join(folder, 'src/page-bundle.js')
const require = createRequire(import.meta.url)

const mark = `// Made by scripts/build-page.mjs of ${digestOfSources()}`
if (!existsSync(bundle) || !readFileSync(bundle, 'utf8').startsWith(mark)) await build()

async function build() {
  // Tests say that they are tests, and what they have built would name the lines of its sources.
  process.env.NODE_ENV = 'production'
  const vite = await import('vite')
  const client = await run(vite, { rolldownOptions: { input: join(source, 'client.tsx'), output: names() } })
  const files = client.map((file) => ({ name: file.fileName, body: String(file.code ?? file.source) }))
  files.push(nameByContent('icon.svg', readFileSync(join(source, 'icon.svg'), 'utf8')))
  const named = (suffix) => JSON.stringify(files.find(({ name }) => name.endsWith(suffix)).name)
  const define = { SCRIPT: named('.js'), STYLE: named('.css'), ICON: named('.svg') }
  const [server] = await run(vite, { ssr: join(source, 'server.tsx') }, define)

  const assets = files.map(({ name, body }) => [name, { body: withLicences(name, body), type: typeOf(name) }])
  const text = [mark, notice(), server.code, `export const assets = new Map(${JSON.stringify(assets, null, 2)})`].join(
    '\n',
  )
  // Several may build at once, and somebody may be reading.
  writeFileSync(`${bundle}.${process.pid}`, `${text}\n`)
  renameSync(`${bundle}.${process.pid}`, bundle)
}

async function run(vite, options, define = {}) {
  const { output } = await vite.build({
    configFile: false,
    envDir: false,
    root: source,
    publicDir: false,
    logLevel: 'warn',
    define,
    mode: 'production',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    ssr: { noExternal: true, target: 'webworker' },
    build: { write: false, target: 'es2022', modulePreload: false, minify: options.ssr === undefined, ...options },
  })
  return output
}

function names() {
  return { entryFileNames: 'console-[hash].js', assetFileNames: 'console-[hash][extname]', codeSplitting: false }
}

function nameByContent(name, body) {
  const [stem, extension] = name.split('.')
  return { name: `${stem}-${createHash('sha256').update(body).digest('hex').slice(0, 8)}.${extension}`, body }
}

function typeOf(name) {
  if (name.endsWith('.js')) return 'text/javascript; charset=utf-8'
  return name.endsWith('.css') ? 'text/css; charset=utf-8' : 'image/svg+xml'
}

/** What the licences of the bundled libraries ask of every copy. */
function notice() {
  const texts = ['preact', 'preact-render-to-string'].map((name) => {
    const home = dirname(require.resolve(`${name}/package.json`))
    return `${name}\n\n${readFileSync(join(home, 'LICENSE'), 'utf8').trim()}`
  })
  return `/*!\nContains:\n\n${texts.join('\n\n')}\n*/`
}

function withLicences(name, body) {
  return name.endsWith('.js')
    ? `/*! Contains Preact: MIT License, Copyright (c) 2015-present Jason Miller */\n${body}`
    : body
}

function digestOfSources() {
  const hash = createHash('sha256')
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(tsx?|css|svg)$/.test(name),
  )
  for (const name of names.sort((a, b) => (a < b ? -1 : 1)))
    hash.update(`${name}\n`).update(readFileSync(join(source, name)))
  return hash
    .update(readFileSync(import.meta.filename))
    .update(readFileSync(join(folder, 'package.json')))
    .digest('hex')
}
