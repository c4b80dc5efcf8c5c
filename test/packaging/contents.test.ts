import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { run } from './run.ts'

const here = import.meta.dirname
const bin = join(here, 'node_modules/.bin')
const consumer = inject('consumer')
const tarballs = inject('tarballs').map((path) => ({ name: basename(path), path }))

describe.each(tarballs)('$name', ({ path }) => {
  test('publint has nothing to say', async () => {
    const { stdout } = await run(join(bin, 'publint'), ['run', path, '--strict'], here)
    expect(stdout).toContain('All good!')
  })

  test('its types are found by every way to resolve modules, that of before Node 16 too', async () => {
    // Compilers before TypeScript 5.8 do not know that require() loads ES modules.
    await run(join(bin, 'attw'), [path, '--ignore-rules', 'cjs-resolves-to-esm'], here)
  })
})

describe.each(['core', 'express', 'koa', 'hono', 'keyring', 'sql', 'import', 'leak-report', 'redis', 'console'])(
  '@bearward/%s',
  (name) => {
    const installed = join(consumer, 'node_modules/@bearward', name)

    test('holds sources, what was built from them, and what explains it', async () => {
      const files = await readdir(installed, { recursive: true, withFileTypes: true })
      const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      const others = paths.map((path) => path.slice(installed.length + 1)).filter((path) => !isExpected(path))
      expect(others).toEqual([])
    })

    test('is licensed, and names no workspace or unbuilt file', async () => {
      const manifest = await readFile(join(installed, 'package.json'), 'utf8')
      expect(existsSync(join(installed, 'LICENSE'))).toBe(true)
      expect(manifest).not.toContain('workspace:')
      expect(JSON.parse(manifest).exports['.']).toEqual({
        types: './dist/index.d.ts',
        default: './dist/index.js',
      })
    })

    function isExpected(path: string): boolean {
      if (/^(LICENSE|README\.md|package\.json|src\/[\w/-]+\.ts)$/.test(path)) return true
      // The console's page, and what was built from it.
      if (/^(src\/page\/[\w-]+\.(tsx|css|svg)|dist\/page-bundle\.js)$/.test(path)) return name === 'console'
      // A file in dist without a source is left over from a source that was renamed or deleted.
      const built = /^dist\/([\w/-]+)(\.js|\.d\.ts)(\.map)?$/.exec(path)
      return built !== null && existsSync(join(installed, `src/${built[1]}.ts`))
    }
  },
)
