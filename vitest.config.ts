import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** One project per package, named after its folder. */
export function packageProjects(...names: string[]): TestProjectInlineConfiguration[] {
  return names.map((name) => ({
    test: { name, root: `packages/${name}`, include: ['test/**/*.test.ts'] },
  }))
}

export default defineConfig({
  test: {
    projects: [
      ...packageProjects('core', 'express', 'koa', 'hono', 'keyring', 'import', 'leak-report', 'console', 'cli'),
      'packages/sql',
      'packages/redis',
      'test/docs',
      'test/adapters',
      'test/services',
      'test/faults',
      'test/coherence',
      'test/command-line',
      'test/console-client',
      'test/browser',
      'examples',
      'bench',
      'proof',
      'test/workerd',
      'test/edge',
      'test/packaging',
    ],
  },
})
