// npm run bench:flood: a flood of random tokens on a protected route beside the same flood on an open one: what the resolver is
// asked, how long valid requests take, what stays in memory. `-- --json` for programs, `-- --quick` to see that it runs.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as send } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startProgress } from '@internal/services'
import { median } from '../median.ts'
import type { Flooded, FloodOrder } from './flooder.ts'
import type { FloodReport, Ratio, Spread } from './report.ts'
import type { Figures, Started } from './server.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
})
/** Each kind of flood, in turns: short ones, so that a machine that does other things too slows both down. */
const [turns, turnMs] = values.quick ? [1, 100] : [30, 1000]
/** How long there is no flood, and how long one token comes again and again. */
const restMs = values.quick ? 100 : 5000
const VALID_EVERY_MS = 5
/** What is flooded; the control is the open route once more, and shows how far two equal floods differ. */
type Arm = 'open' | 'protected' | 'control'
const PATHS: Readonly<Record<Arm, string>> = { open: '/open', protected: '/protected', control: '/open' }

const progress = startProgress()
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const server = start('server.ts', ['--expose-gc'])
const [{ port, tokens, unknown, negativeMs }] = (await once(server, 'message')) as [Started]
const flooder = start('flooder.ts')
await once(flooder, 'message')
try {
  const report = await measure()
  progress.end()
  console.log(values.json ? JSON.stringify(report, null, 2) : lines(report))
} finally {
  progress.end()
  agent.destroy()
  flooder.kill()
  server.kill()
}

async function measure(): Promise<FloodReport> {
  // Every valid token is remembered, and the compiler has seen both routes.
  for (const token of tokens) await ask(token)
  for (const path of ['/open', '/protected']) await turn(path, Math.min(restMs, 2000))
  const before = await figures()
  const quiet = await validFor(restMs)
  const afterQuiet = await figures()
  const rounds: Record<Arm, Turn>[] = []
  for (let round = 0; round < turns; round++) {
    progress.say(`${round} of ${turns} rounds of floods`)
    rounds.push(await turnOfEach(round))
  }
  const after = await figures()
  const repeated = await flood({ port, path: '/bounded', token: unknown, forMs: restMs })
  const afterRepeated = await figures()
  const spread = (arm: Arm): Spread => {
    const all = rounds.flatMap((round) => round[arm].validMs)
    return { median: quantile(all, 0.5), p99: quantile(all, 0.99) }
  }
  const toOpen = (arm: Arm): Ratio => ({
    pooled: spread(arm).p99 / spread('open').p99,
    ofTurns: median(rounds.map((round) => quantile(round[arm].validMs, 0.99) / quantile(round.open.validMs, 0.99))),
  })
  return {
    quick: values.quick,
    seconds: (turns * turnMs) / 1000,
    requests: {
      open: rounds.reduce((sum, { open }) => sum + total(open.flooded), 0),
      protected: rounds.reduce((sum, round) => sum + total(round.protected.flooded), 0),
    },
    answers: merge(rounds.map((round) => round.protected.flooded.answers)),
    resolverCalls: {
      withoutFlood: afterQuiet.protectedCalls - before.protectedCalls,
      duringFloods: after.protectedCalls - afterQuiet.protectedCalls,
    },
    validMs: {
      quietP99: quantile(quiet, 0.99),
      open: spread('open'),
      protected: spread('protected'),
      p99Ratio: toOpen('protected'),
      controlRatio: toOpen('control'),
    },
    heapGrowthBytes: after.heapBytes - before.heapBytes,
    repeated: {
      requests: total(repeated),
      lifetimes: restMs / negativeMs,
      resolverCalls: afterRepeated.boundedCalls - after.boundedCalls,
    },
  }
}

/** Another one begins each round, so that none always follows the same one. */
async function turnOfEach(round: number): Promise<Record<Arm, Turn>> {
  const arms = Object.keys(PATHS) as Arm[]
  const done: Partial<Record<Arm, Turn>> = {}
  for (let index = 0; index < arms.length; index++) {
    const arm = arms[(index + round) % arms.length] as Arm
    done[arm] = await turn(PATHS[arm], turnMs)
  }
  return done as Record<Arm, Turn>
}

interface Turn {
  readonly flooded: Flooded
  readonly validMs: readonly number[]
}

/** A flood, and valid requests meanwhile. */
async function turn(path: string, forMs: number): Promise<Turn> {
  const flooding = flood({ port, path, forMs })
  const validMs = await validFor(forMs)
  return { flooded: await flooding, validMs }
}

async function flood(order: FloodOrder): Promise<Flooded> {
  const done = once(flooder, 'message')
  flooder.send(order)
  const [flooded] = (await done) as [Flooded]
  return flooded
}

/** Valid requests at set times, whether the earlier ones are answered or not: a server that stalls is not spared. */
async function validFor(forMs: number): Promise<number[]> {
  const startedAt = performance.now()
  const answers: Promise<number>[] = []
  for (let dueMs = 0; dueMs < forMs; dueMs += VALID_EVERY_MS) {
    await wait(Math.max(0, startedAt + dueMs - performance.now()))
    answers.push(ask(tokens[answers.length % tokens.length] as string))
  }
  return Promise.all(answers)
}

/** @returns milliseconds until the whole answer has come */
function ask(token: string, startedAt = performance.now()): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      host: '127.0.0.1',
      path: '/protected',
      agent,
      headers: { authorization: `Bearer ${token}` },
    }
    const request = send(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`a valid request was answered ${response.statusCode}`))
      response.resume().once('end', () => resolve(performance.now() - startedAt))
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      // A connection that was kept may end as it is used again; clients try once more.
      if (request.reusedSocket && error.code === 'ECONNRESET') ask(token, startedAt).then(resolve, reject)
      else reject(error)
    })
    request.end()
  })
}

async function figures(): Promise<Figures> {
  const answer = once(server, 'message')
  server.send('figures')
  const [figures] = (await answer) as [Figures]
  return figures
}

function start(file: string, execArgv: readonly string[] = []): ChildProcess {
  return fork(join(import.meta.dirname, file), { execArgv: [...execArgv], stdio: ['ignore', 2, 2, 'ipc'] })
}

function total({ answers }: Flooded): number {
  return Object.values(answers).reduce((sum, count) => sum + count, 0)
}

function merge(all: readonly Flooded['answers'][]): Record<string, number> {
  const merged: Record<string, number> = {}
  for (const answers of all)
    for (const [status, count] of Object.entries(answers)) merged[status] = (merged[status] ?? 0) + count
  return merged
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN
}

function show({ pooled, ofTurns }: Ratio): string {
  return `${pooled.toFixed(2)} times of all requests, ${ofTurns.toFixed(2)} at the median of the turns`
}

function lines({ seconds, requests, answers, resolverCalls, validMs, heapGrowthBytes, repeated }: FloodReport): string {
  const shown = Object.entries(answers).map(([status, count]) => `${count} times ${status}`)
  return [
    `${seconds} s of each flood, in turns: ${requests.open} requests to the open route, ${requests.protected} to the protected one (${shown.join(', ')})`,
    `  resolver calls: ${resolverCalls.duringFloods} during the floods, ${resolverCalls.withoutFlood} without`,
    `  valid requests, p99: ${validMs.quietP99.toFixed(2)} ms without a flood, ${validMs.open.p99.toFixed(2)} ms beside the open route, ${validMs.protected.p99.toFixed(2)} ms beside the protected one`,
    `  that is ${show(validMs.p99Ratio)}; of two equal floods of the open route ${show(validMs.controlRatio)}`,
    `  heap after the floods: ${(heapGrowthBytes / 1e6).toFixed(2)} MB more`,
    `one bad token again and again: ${repeated.requests} requests, ${repeated.resolverCalls} resolver calls in ${repeated.lifetimes} lifetimes of a negative answer`,
  ].join('\n')
}
