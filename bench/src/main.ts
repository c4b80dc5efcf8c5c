// What core and the adapters cost: `npm run bench:core`, with `-- --json` for programs, `-- --quick` to see that it runs.
import { parseArgs } from 'node:util'
import { QUICK, THOROUGH } from './measure.ts'
import type { Report } from './report.ts'
import { measureFramework, measureHits, measureLinearity, measureRefusals } from './sections.ts'
import { tables } from './tables.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
})

const { json, quick } = values
const effort = quick ? QUICK : THOROUGH
const sizes = quick ? [1, 100] : [1, 10_000, 100_000]
const lengths = quick ? [256, 512] : [256, 512, 1024, 2048, 4096, 8192, 16_384]
// Many small cases in one process: short turns are enough to see whether time doubles with the length.
const linearityEffort = quick ? QUICK : { rounds: 7, turnMs: 3, warmUpMs: 30, shared: true }
const manyKeys = quick ? 100 : 10_000

say('cache hits')
const hit = await measureHits(sizes, effort)
say('refusals')
const refusals = await measureRefusals(effort)
say('linearity')
const linearity = await measureLinearity(lengths, linearityEffort)
say('Express')
const express = await measureFramework('express', manyKeys, effort)
say('Koa')
const koa = await measureFramework('koa', manyKeys, effort)
say('Hono')
const hono = await measureFramework('hono', manyKeys, effort)
say(undefined)

const report: Report = {
  runtime: `Node ${process.versions.node}`,
  quick,
  hit,
  refusals,
  linearity,
  frameworks: { express, koa, hono },
}
console.log(json ? JSON.stringify(report, null, 2) : tables(report))

/** On a terminal, what is being measured; the line goes away when all is done. */
function say(what: string | undefined): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what === undefined ? '' : `measuring ${what} …`}`)
}
