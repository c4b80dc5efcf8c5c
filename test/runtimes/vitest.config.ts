import { defineConfig } from 'vitest/config'
import { packageProjects } from '../../vitest.config.ts'

// What must behave the same on every runtime. Left out: projects whose tools run on Node alone.
export default defineConfig({
  test: { projects: packageProjects('core', 'hono', 'keyring', 'leak-report', 'console') },
})
