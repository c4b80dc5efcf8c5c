// Runs worker.ts in workerd, Cloudflare's runtime, with a database of its own. In your project: `wrangler dev`.
import { join } from 'node:path'
import { keyFormat, sha256 } from '@bearward/core'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'worker.ts')],
  bundle: true,
  format: 'esm',
  // Core picks Web Crypto by itself; nothing of Node may be left in the bundle.
  platform: 'browser',
  conditions: ['workerd', 'worker', 'browser'],
  write: false,
})
const worker = new Miniflare({
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 0),
  logRequests: false,
  workers: [
    {
      config: {
        name: 'api',
        compatibilityDate: '2026-07-01',
        env: { DB: { type: 'd1' } },
        manifest: {
          mainModule: 'worker.js',
          modules: { 'worker.js': { type: 'esm', contents: outputFiles[0]?.text ?? '' } },
        },
      },
    },
  ],
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void worker.dispose())

const DB = await worker.getD1Database('DB')
await DB.prepare(`
  create table api_keys (
    id text primary key, digest text not null unique, owner text not null, plan text not null, scopes text not null,
    revoked_at integer
  )`).run()

// Keys are issued where the database can be reached, here from Node: a digest in, the token to its owner.
const format = keyFormat({ prefix: 'acme', environments: ['live', 'test'] })
for (const [name, scope] of [
  ['admin', 'keys:manage'],
  ['reader', 'posts:read'],
] as const) {
  const token = format.generate('live')
  const id = crypto.randomUUID()
  await DB.prepare("insert into api_keys values (?, ?, 'acct_1', 'pro', ?, null)")
    .bind(id, await sha256().digest(token), JSON.stringify([scope]))
    .run()
  console.log(`${name} key ${id}, shown this once: ${token}`)
}

console.log(`listening on ${(await worker.ready).origin}`)
