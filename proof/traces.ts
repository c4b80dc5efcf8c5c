import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Trace } from './trace.ts'

/** A trace of a model that the shipped code is held against. */
export interface KeptTrace {
  readonly model: string
  readonly name: string
  /** The code follows traces of the protocol, and refuses those in which a rule of its own is broken. */
  readonly expected: 'followed' | 'refused'
  readonly trace: Trace
}

const FOLDER = join(import.meta.dirname, 'traces')

export function keptTraces(): readonly KeptTrace[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as KeptTrace)
}

/**
 * Compares a trace with the one that is kept under its name, or replaces that.
 *
 * @returns whether the kept trace is the same now
 */
export function keepTrace(kept: KeptTrace, isWritten: boolean): boolean {
  const slug = `${kept.model}-${kept.name}`.toLowerCase().replace(/[^a-z]+/g, '-')
  const file = join(FOLDER, `${slug.replace(/-$/, '')}.json`)
  const text = `{\n  "model": ${JSON.stringify(kept.model)},\n  "name": ${JSON.stringify(kept.name)},\n  "expected": ${JSON.stringify(kept.expected)},\n  "trace": [\n${kept.trace.map((step) => `    ${JSON.stringify(step)}`).join(',\n')}\n  ]\n}\n`
  if (isWritten) writeFileSync(file, text)
  return existsSync(file) && readFileSync(file, 'utf8') === text
}
