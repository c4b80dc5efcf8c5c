// npm run proof: explores the models, breaks them on purpose, and makes the shipped code follow their traces.
import { parseArgs } from 'node:util'
import { Checker } from './checker.ts'
import { prove, type Result } from './prove.ts'
import { models } from './variants.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    model: { type: 'string', multiple: true },
    'write-traces': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const chosen = models.filter(({ name }) => values.model?.includes(name) ?? true)
if (chosen.length === 0) throw new TypeError(`--model takes ${models.map(({ name }) => name).join(', ')}`)

const startedAt = performance.now()
const checker = await Checker.open()
const results: Result[] = []
for (const model of chosen) {
  for await (const result of prove(checker, model, { isShort: values.short, writesTraces: values['write-traces'] })) {
    results.push(result)
    if (!values.json) console.log(lineOf(result))
  }
}
const failed = results.filter(({ holds }) => !holds).length
if (values.json) console.log(JSON.stringify(results))
else {
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(`${results.length} checks in ${seconds} s: ${results.length - failed} hold, ${failed} do not`)
}
if (failed > 0) process.exitCode = 1

function lineOf({ model, check, holds, found, states, seconds }: Result): string {
  const size = states === undefined ? '' : `, ${states} states in ${seconds} s`
  return `${holds ? 'holds ' : 'FAILS '} ${model}: ${check}: ${found}${size}`
}
