import type { TestProject } from 'vitest/node'
import { startMariadb } from '../mariadb.ts'
import './provided.ts'

/** A vitest globalSetup: one server for all tests of a project, `inject('mariadbUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startMariadb()
  project.provide('mariadbUrl', server.url)
  return () => server.close()
}
