// An application's process: a keyring over a store that all share, and a verifier that is asked all the time.
import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'
import { type Channel, keyFormat } from '@bearward/core'
import { createKeyring, type KeyStore } from '@bearward/keyring'
import { HistoryWriter, type Sight, sharedClock } from './history.ts'
import type { Action, FromProcess, Open, ProcessConfig, ToProcess } from './protocol.ts'

/** Milliseconds between two rounds of verifications. */
const ROUND_MS = 10
/** Verifications of a round: enough to find whoever is late, and little enough to leave the machine to the others. */
const MAX_AT_ONCE = 30
/** Verifications that wait for the store at the same time: it must not be load that keeps the leases away. */
const MAX_PENDING = 8
/** So that a store which does not answer holds up what is tried for no longer. */
const DEADLINE_MS = 1000

const config = JSON.parse(process.argv[2] ?? '') as ProcessConfig
const keys = JSON.parse(readFileSync(config.keys, 'utf8')) as { id: string; token: string }[]
const history = new HistoryWriter(config.history)
const { open } = (await import(config.opener.module)) as { open: Open }
const { store, channel } = await open(config.opener.options as never)
/** The store's answers come up to so much later. */
let lateMs = 0
/** Commits until this process dies. */
let commitsLeft = Number.POSITIVE_INFINITY
const format = keyFormat({ prefix: 'fault' })
const keyring = createKeyring({ store: lateStore(store), format, channel: mortalChannel(channel) })
const verifier = keyring.verifier({ deadlineMs: DEADLINE_MS })
const pending = new Set<number>()
let window = { from: 0, to: 0 }
let isHit = false
let turn = 0

verifier.on('cache', ({ outcome }) => {
  isHit = outcome === 'hit'
})
// Outages are meant, and seen in the history.
verifier.on('failed', () => {})
verifier.on('lease', ({ outcome }) => {
  if (outcome === 'gained' || outcome === 'lost')
    tell({ type: 'lease', isHeld: outcome === 'gained', at: String(sharedClock()) })
})
process.on('message', (message: ToProcess) => {
  if (message.type === 'window') window = message
  else if (message.type === 'change') void change(message.action, message.key)
  else if (message.type === 'doom') commitsLeft = message.changes
  else if (message.type === 'flush') void keyring.flush().then(() => tell({ type: 'flushed' }))
  else {
    lateMs = message.lateMs
    verifier.invalidate('all')
  }
})
process.on('disconnect', () => process.exit())
setInterval(verifyAll, ROUND_MS)
tell({ type: 'ready' })
// It may be killed, and then writes nothing.
flushCompileCache()

/** Every key in turn, each round from where the last one stopped. */
function verifyAll(): void {
  const count = window.to - window.from
  for (let done = 0; done < Math.min(count, MAX_AT_ONCE) && pending.size < MAX_PENDING; done++) {
    const key = window.from + (turn++ % count)
    if (!pending.has(key)) verify(key)
  }
  history.flush()
}

function verify(key: number): void {
  const begunAt = sharedClock()
  isHit = false
  const note = (verdict: Awaited<ReturnType<typeof verifier.verify>>, accepted: Sight): void => {
    const refused = !verdict.ok && verdict.denial.code === 'unavailable' ? 'unavailable' : 'refused'
    history.note(key, verdict.ok ? accepted : refused, begunAt, sharedClock())
  }
  const verdict = verifier.verify(`Bearer ${keys[key]?.token}`)
  if (!(verdict instanceof Promise)) {
    // A database in this process answers at once, too.
    note(verdict, isHit ? 'memory' : 'store')
    return
  }
  pending.add(key)
  void verdict.then((late) => {
    pending.delete(key)
    note(late, 'store')
    history.flush()
  })
}

async function change(action: Action, key: number): Promise<void> {
  try {
    const calledAt = performance.now()
    const { confirmation } = await keyring[action](keys[key]?.id ?? '')
    const resolvedAt = String(sharedClock())
    const tookMs = performance.now() - calledAt
    if (!confirmation.confirmed) throw new Error('not confirmed')
    tell({ type: 'changed', key, resolvedAt, tookMs, ...confirmation })
  } catch (error) {
    // A doomed process dies when all is committed, and not before.
    if (commitsLeft !== Number.POSITIVE_INFINITY) return change(action, key)
    tell({ type: 'failed', key, reason: String((error as Error).cause ?? error) })
  }
}

/** What was read comes late, and may be out of date when it comes. */
function lateStore(store: KeyStore): KeyStore {
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'findByDigest' || lateMs === 0) return bound(target, name)
      return async (...question: Parameters<KeyStore['findByDigest']>) => {
        const answer = await target.findByDigest(...question)
        await wait(Math.random() * lateMs)
        return answer
      }
    },
  })
}

/** Once the process is doomed, publications are never sent, and the last one ends it. */
function mortalChannel(channel: Channel): Channel {
  return new Proxy(channel, {
    get(target, name) {
      if (name !== 'publish' || commitsLeft === Number.POSITIVE_INFINITY) return bound(target, name)
      return () => {
        if (--commitsLeft === 0) process.kill(process.pid, 'SIGKILL')
        return new Promise(() => {})
      }
    },
  })
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) : value
}

function tell(message: FromProcess): void {
  process.send?.(message, () => {})
}
