// What core and the adapters cost: `npm run bench:core`, with `-- --json` for programs, `-- --quick` to see that it runs.
import { parseArgs } from 'node:util'
import { startProgress } from '@internal/services'
import { QUICK, THOROUGH } from './measure.ts'
import type { Report } from './report.ts'
import { measureFramework, measureHits, measureLinearity, measureRefusals } from './sections.ts'
import { tables } from './tables.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
})

const { json, quick } = values
const progress = startProgress()
const effort = quick ? QUICK : THOROUGH
const sizes = quick ? [1, 100] : [1, 10_000, 100_000]
const lengths = quick ? [256, 512] : [256, 512, 1024, 2048, 4096, 8192, 16_384]
// Many small cases in one process: short turns are enough to see whether time doubles with the length.
const linearityEffort = quick ? QUICK : { rounds: 7, turnMs: 3, warmUpMs: 30, shared: true }
const manyKeys = quick ? 100 : 10_000

progress.say('measuring cache hits')
const hit = await measureHits(sizes, effort)
progress.say('measuring refusals')
const refusals = await measureRefusals(effort)
progress.say('measuring linearity')
const linearity = await measureLinearity(lengths, linearityEffort)
progress.say('measuring Express')
const express = await measureFramework('express', manyKeys, effort)
progress.say('measuring Koa')
const koa = await measureFramework('koa', manyKeys, effort)
progress.say('measuring Hono')
const hono = await measureFramework('hono', manyKeys, effort)
progress.end()

const report: Report = {
  runtime: `Node ${process.versions.node}`,
  quick,
  hit,
  refusals,
  linearity,
  frameworks: { express, koa, hono },
}
console.log(json ? JSON.stringify(report, null, 2) : tables(report))
