import type { TestProject } from 'vitest/node'
import { startRedis } from '../redis.ts'
import './provided.ts'

/** A vitest globalSetup: one server for all tests of a project, `inject('redisUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startRedis()
  project.provide('redisUrl', server.url)
  return () => server.close()
}
