// Packs the packages as for publication, and installs them with npm in a folder of their own, without network.
import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { run } from './run.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A project that has the packed packages installed. */
    consumer: string
    /** Paths of the packed packages. */
    tarballs: string[]
  }
}

const here = import.meta.dirname
const frameworks = ['express', 'koa', 'hono', '@types/express', '@types/koa']
/** Libraries that declare a `req.auth` of their own. */
const neighbours = ['@modelcontextprotocol/sdk', 'express-oauth2-jwt-bearer']

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'bearward-packaging-'))
  const tarballs = await pack(join(folder, 'tarballs'))
  const consumer = join(folder, 'consumer')
  await install(consumer, tarballs)
  project.provide('consumer', consumer)
  project.provide('tarballs', tarballs)
  return () => rm(folder, { recursive: true, force: true })
}

async function pack(destination: string): Promise<string[]> {
  await mkdir(destination)
  // One after the other: each builds anew, and an adapter's build reads what core's build writes.
  const each = ['--recursive', '--workspace-concurrency=1', '--filter=./packages/*']
  await run('pnpm', [...each, 'pack', `--pack-destination=${destination}`], join(here, '../..'))
  return (await readdir(destination)).map((name) => join(destination, name))
}

async function install(consumer: string, tarballs: string[]): Promise<void> {
  await cp(join(here, 'consumers'), consumer, { recursive: true })
  await writeFile(join(consumer, 'package.json'), '{ "private": true }\n')

  // Dependencies from a registry are packed from where they are installed: npm needs no network then.
  const dependencies = await Promise.all(
    ['lru-cache', 'commander', 'kysely', 'csv-parse', 'typebox'].map(async (name) => {
      const tarball = join(consumer, `${name}.tgz`)
      // Copied first: files that are alike are one file in the store, and npm takes no links out of a tarball.
      const copies = join(consumer, '.copies')
      await cp(join(here, 'node_modules', name), join(copies, name), { recursive: true, dereference: true })
      await run('tar', ['-czf', tarball, '-C', copies, name], here)
      return tarball
    }),
  )
  const quietly = ['--no-audit', '--no-fund', '--no-update-notifier']
  await run('npm', ['install', '--offline', '--legacy-peer-deps', ...quietly, ...tarballs, ...dependencies], consumer)

  // The frameworks are peers, brought by the user: here by links to the ones of the workspace.
  for (const scope of ['@types', '@modelcontextprotocol']) {
    await mkdir(join(consumer, 'node_modules', scope), { recursive: true })
  }
  for (const name of [...frameworks, ...neighbours]) {
    await symlink(await realpath(join(here, 'node_modules', name)), join(consumer, 'node_modules', name))
  }
  const nodeTypes = await realpath(join(here, '../../node_modules/@types/node'))
  await symlink(nodeTypes, join(consumer, 'node_modules/@types/node'))
}
