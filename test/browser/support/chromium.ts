// A vitest globalSetup: the pages as they stand in the source, and one Chromium for all tests, `inject('chromium')`.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { launchOptions } from './find-chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where Chromium is spoken to. */
    readonly chromium: string
  }
}

const BUILD = join(import.meta.dirname, '../../../packages/console/scripts/build-page.mjs')

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync(process.execPath, [BUILD], { stdio: 'inherit' })
  const server = await chromium.launchServer(await launchOptions())
  project.provide('chromium', server.wsEndpoint())
  return () => server.close()
}
