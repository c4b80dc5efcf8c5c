import { defineConfig } from 'vitest/config'
import { packageProjects } from '../../vitest.config.ts'

// Tests of the import that need no database and no process of their own.
const importing = {
  name: 'import',
  root: 'packages/import',
  include: ['test/{columns,formats,readers,sources}.test.ts'],
}

// Raw sockets against servers of Node's `http`: how those of Bun and Deno hold back a body or read a target is their own.
const isNode = !('Bun' in globalThis || 'Deno' in globalThis)
const console = {
  name: 'console',
  root: 'packages/console',
  include: ['test/**/*.test.ts'],
  exclude: isNode ? [] : ['test/{bodies,paths}.node.test.ts'],
}

// What must behave the same on every runtime. Left out: projects whose tools run on Node alone.
// Files share what they run in, so that nothing may depend on being alone; `npm test` runs them apart as well.
export default defineConfig({
  test: {
    isolate: false,
    projects: [...packageProjects('core', 'hono', 'keyring', 'leak-report'), { test: console }, { test: importing }],
  },
})
