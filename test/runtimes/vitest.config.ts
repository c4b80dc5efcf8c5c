import { defineConfig } from 'vitest/config'
import { maxWorkers, packageProjects } from '../../vitest.config.ts'

// What must behave the same on every runtime. Left out: projects whose tools run on Node alone.
export default defineConfig({
  test: { maxWorkers, projects: packageProjects('core', 'hono', 'keyring', 'leak-report', 'console') },
})
