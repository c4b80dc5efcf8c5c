// An application's process: a keyring over a file that all share, and a verifier that is asked all the time.
import { readFileSync } from 'node:fs'
import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import { sqlite } from '@bearward/sql'
import { HistoryWriter, sharedClock } from './history.ts'
import type { FromProcess, ProcessConfig, ToProcess } from './protocol.ts'

/** Milliseconds between two rounds of verifications. */
const ROUND_MS = 10

const config = JSON.parse(process.argv[2] ?? '') as ProcessConfig
const keys = JSON.parse(readFileSync(config.keys, 'utf8')) as { id: string; token: string }[]
const history = new HistoryWriter(config.history)
const { openChannel } = (await import(config.channel.module)) as {
  openChannel(options: unknown): Promise<{ channel: import('@bearward/core').Channel; close(): void }>
}
const { channel } = await openChannel(config.channel.options)
const keyring = createKeyring({ store: sqlite(config.database), format: keyFormat({ prefix: 'fault' }), channel })
const verifier = keyring.verifier()
const pending = new Set<number>()
let window = { from: 0, to: 0 }

verifier.on('lease', ({ outcome }) => {
  if (outcome === 'gained' || outcome === 'lost')
    tell({ type: 'lease', isHeld: outcome === 'gained', at: String(sharedClock()) })
})
process.on('message', (message: ToProcess) => {
  if (message.type === 'window') window = message
  else void revoke(message.key)
})
process.on('disconnect', () => process.exit())
setInterval(verifyAll, ROUND_MS)
tell({ type: 'ready' })

function verifyAll(): void {
  for (let key = window.from; key < window.to; key++) if (!pending.has(key)) verify(key)
  history.flush()
}

function verify(key: number): void {
  const begunAt = sharedClock()
  const verdict = verifier.verify(`Bearer ${keys[key]?.token}`)
  if (!(verdict instanceof Promise)) {
    history.note(key, verdict.ok ? 'memory' : 'refused', begunAt)
    return
  }
  pending.add(key)
  void verdict.then((late) => {
    pending.delete(key)
    if (late.ok) history.note(key, 'store', begunAt)
    else history.note(key, late.denial.code === 'unavailable' ? 'unavailable' : 'refused', begunAt)
    history.flush()
  })
}

async function revoke(key: number): Promise<void> {
  try {
    const { confirmation } = await keyring.revoke(keys[key]?.id ?? '')
    const resolvedAt = String(sharedClock())
    if (!confirmation.confirmed) throw new Error('not confirmed')
    tell({ type: 'revoked', key, resolvedAt, ...confirmation })
  } catch (error) {
    tell({ type: 'failed', key, reason: String((error as Error).cause ?? error) })
  }
}

function tell(message: FromProcess): void {
  process.send?.(message, () => {})
}
