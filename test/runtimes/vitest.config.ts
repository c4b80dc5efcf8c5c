import { defineConfig } from 'vitest/config'
import { packageProjects } from '../../vitest.config.ts'

// Tests of the import that need no database and no process of their own.
const importing = {
  name: 'import',
  root: 'packages/import',
  include: ['test/{columns,formats,readers,sources}.test.ts'],
}

// What must behave the same on every runtime. Left out: projects whose tools run on Node alone.
// Files share what they run in, so that nothing may depend on being alone; `npm test` runs them apart as well.
export default defineConfig({
  test: {
    isolate: false,
    projects: [...packageProjects('core', 'hono', 'keyring', 'leak-report', 'console'), { test: importing }],
  },
})
