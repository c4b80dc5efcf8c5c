import type { Suite } from './suite.ts'

/** Every suite, by the name that the measuring process is given; a process loads only what it measures. */
const suites = {
  hit: async () => (await import('./hit.ts')).hit,
  refusals: async () => (await import('./refusals.ts')).refusals,
  linearity: async () => (await import('./linearity.ts')).linearity,
  express: async () => (await import('./express.ts')).express,
  koa: async () => (await import('./koa.ts')).koa,
  hono: async () => (await import('./hono.ts')).hono,
} as const satisfies Record<string, () => Promise<Suite>>

export type SuiteName = keyof typeof suites

export function loadSuite(name: SuiteName): Promise<Suite> {
  return suites[name]()
}
