import type { TestProject } from 'vitest/node'
import { startPostgres } from '../postgres.ts'
import './provided.ts'

/** A vitest globalSetup: one server for all tests of a project, `inject('postgresUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  project.provide('postgresUrl', server.url)
  return () => server.close()
}
