// Changes and verifies the same few keys as other processes do, until it is told to stop or killed: worker.ts TASK
import { keyFormat } from '@bearward/core'
import { createKeyring, type Key, KeyringError } from '@bearward/keyring'
import type { Report } from './acknowledged.ts'
import { openStore } from './open.ts'
import { randomOf } from './random.ts'
import type { Task } from './workers.ts'

const { where, name, slots, loops, seed } = JSON.parse(process.argv[2] ?? '') as Task
const format = keyFormat({ prefix: 'acme' })
const { store, close } = openStore(where, loops)
let stopped = false

process.on('message', () => {
  stopped = true
})

// Whoever started it is gone.
process.on('disconnect', () => process.exit(1))

await Promise.all(Array.from({ length: loops }, (_, index) => work(`${name}.${index}`, seed * 1000 + index)))
await close()
process.removeAllListeners('disconnect').disconnect()

/** One thing after the other: a loop is one client. */
async function work(client: string, clientSeed: number): Promise<void> {
  const random = randomOf(clientSeed)
  const dice = (sides: number): number => Math.floor(random() * sides)
  let nextId = ''
  const keyring = createKeyring({ store, format, ids: () => nextId })
  const verifier = keyring.verifier({ cache: false })
  // An outage is reported below, as what the request was answered.
  verifier.on('failed', () => {})
  const tokens = new Map<string, string>()

  for (let count = 0; !stopped; count++) {
    // SQLite answers at once: without a turn of the event loop nothing would be heard or sent.
    await new Promise((resolve) => setImmediate(resolve))
    const slot = dice(slots)
    const reason = `${client}.${count}`
    const startedAt = now()
    try {
      await step(slot, reason, startedAt)
    } catch (error) {
      if (error instanceof KeyringError) continue
      send({ op: 'failed', message: `${client}: ${String(error)}` })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function step(slot: number, reason: string, startedAt: number): Promise<void> {
    const turn = dice(100)
    if (turn < 45 && tokens.size > 0) return verify(startedAt)
    const key = await headOf(slot)
    if (key === null || key.state === 'revoked') return issue(slot, key, reason)
    const id = key.id
    nextId = `key_${reason}`
    const by = { reason, actor: client }
    if (turn < 70) await keyring.update(id, { ...by, name: reason })
    else if (turn < 75) await keyring.disable(id, by)
    else if (turn < 80) await keyring.enable(id, by)
    else if (turn < 92) {
      const { token, key: next } = await keyring.rotate(id, { ...by, graceMs: dice(2) * 60_000 })
      tokens.set(next.id, token)
      return send({ op: 'rotate', keyId: id, reason, startedAt, endedAt: now() })
    } else {
      const { confirmation } = await keyring.revoke(id, by)
      // Somebody else has revoked it: the reason in the trail is theirs.
      if (
        confirmation === undefined ||
        (await keyring.audit({ keyId: id, action: 'revoked' })).entries[0]?.reason !== reason
      ) {
        return
      }
      return send({ op: 'revoke', keyId: id, reason, startedAt, endedAt: now() })
    }
    const op = turn < 70 ? 'update' : turn < 75 ? 'disable' : 'enable'
    send({ op, keyId: id, reason, startedAt, endedAt: now() })
  }

  /** The newest key of a slot, or the one that has replaced it meanwhile. */
  async function headOf(slot: number): Promise<Key | null> {
    let key: Key | null = (await keyring.list({ owner: `slot_${slot}`, limit: 1 })).keys[0] ?? null
    while (key?.rotatedTo) key = await keyring.get(key.rotatedTo)
    return key
  }

  /** Several may do it at once: one of them gets the id. */
  async function issue(slot: number, last: Key | null, reason: string): Promise<void> {
    const generation = Number(last?.metadata.generation ?? 0) + 1
    nextId = `slot_${slot}_${generation}`
    const startedAt = now()
    const { token, key } = await keyring.issue({
      owner: `slot_${slot}`,
      metadata: { generation },
      reason,
      actor: client,
    })
    tokens.set(key.id, token)
    send({ op: 'issue', keyId: key.id, reason, startedAt, endedAt: now() })
  }

  async function verify(startedAt: number): Promise<void> {
    const [keyId, token] = [...tokens][dice(tokens.size)] ?? ['', '']
    const verdict = await verifier.verify(`Bearer ${token}`)
    if (verdict.ok) send({ op: 'verify', keyId, startedAt, endedAt: now() })
    else if (verdict.denial.status === 503) send({ op: 'failed', message: `${client}: the store did not answer` })
  }
}

function now(): number {
  return Number(process.hrtime.bigint())
}

function send(report: Report): void {
  process.send?.(report)
}
