import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bounds, Model } from './variants.ts'

/** A condition that some state must satisfy, so that no invariant holds for want of trying. */
export interface Probe {
  readonly name: string
  readonly condition: string
}

const COVER = /^cover "([^"]+)" (.+);$/gm
const INVARIANT = /^invariant "[^"]+"\n(?: {2}.+\n)+/gm

/**
 * Returns the text of a model with other constants.
 *
 * @throws {Error} that names a constant which the model does not have
 */
export function sourceOf(model: Model, bounds: Bounds): string {
  return Object.entries(bounds).reduce((source, [name, value]) => {
    const constant = new RegExp(`^ {2}${name}: \\d+;`, 'm')
    if (!constant.test(source)) throw new Error(`${model.name}.m has no constant ${name}`)
    return source.replace(constant, `  ${name}: ${value};`)
  }, readModel(model))
}

export function probesOf(model: Model): readonly Probe[] {
  return [...readModel(model).matchAll(COVER)].map(([, name = '', condition = '']) => ({ name, condition }))
}

/** Returns the model with one invariant, which the shortest way to the probe violates: that way is the trace. */
export function probingSource(model: Model, { name, condition }: Probe): string {
  const source = sourceOf(model, model.short).replace(INVARIANT, '').replace(COVER, '')
  return `${source}\ninvariant "${name}"\n  !(${condition});\n`
}

function readModel({ name }: Model): string {
  return readFileSync(join(import.meta.dirname, `${name}.m`), 'utf8')
}
