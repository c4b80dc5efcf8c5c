// One measuring process: does what its parent orders and answers with the CPU time that it took.
import type { Run } from './suite.ts'
import { loadSuite, type SuiteName } from './suites.ts'

/** Work for a measuring process. */
export interface Order {
  readonly suite: SuiteName
  readonly candidate: string
  readonly size: number
  readonly iterations: number
}

const runs = new Map<string, Run>()

process.on('message', (order: Order) => {
  // A run that fails ends the process: its parent reports that.
  void obey(order)
})

async function obey(order: Order): Promise<void> {
  const run = await runOf(order)
  const before = process.cpuUsage()
  const expected = await run(order.iterations)
  const { user, system } = process.cpuUsage(before)
  if (expected !== order.iterations) {
    throw new Error(`${order.suite}: ${order.candidate}: ${order.iterations - expected} requests ended differently`)
  }
  process.send?.({ microseconds: user + system })
}

async function runOf({ suite, candidate, size }: Order): Promise<Run> {
  const name = `${suite}/${candidate}/${size}`
  const known = runs.get(name)
  if (known !== undefined) return known
  const make = (await loadSuite(suite))[candidate]
  if (make === undefined) throw new Error(`no such candidate: ${name}`)
  const run = await make(size)
  runs.set(name, run)
  return run
}
