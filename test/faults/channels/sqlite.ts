import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqlChannel, sqlite } from '@bearward/sql'
import { busy } from '../faults.ts'
import type { Tested } from './channel.ts'

/** Several processes on one SQLite file. */
export const tested: Tested = {
  async start() {
    const folder = mkdtempSync(join(tmpdir(), 'bearward-faults-'))
    const file = join(folder, 'keys.db')
    return {
      place: { store: file, channel: file },
      proxies: [],
      close: async () => rmSync(folder, { recursive: true, force: true }),
    }
  },
  open(place, pace) {
    const store = sqlite(place.store)
    return { store, channel: sqlChannel(store, pace), close: async () => {} }
  },
  faults: [busy],
}
