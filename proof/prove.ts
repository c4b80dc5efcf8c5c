import type { Checker, Exploration } from './checker.ts'
import { Divergence, NotReplayable } from './divergence.ts'
import { replay } from './replay.ts'
import { probesOf, probingSource, sourceOf } from './source.ts'
import type { Trace } from './trace.ts'
import { type KeptTrace, keepTrace } from './traces.ts'
import type { Bounds, Model, Variant } from './variants.ts'

/** One thing that must hold of a model, and what was found. */
export interface Result {
  readonly model: string
  readonly check: string
  readonly holds: boolean
  readonly found: string
  /** States explored; `undefined` for a replay. */
  readonly states?: number
  readonly seconds?: number
}

export interface Effort {
  /** Explores only the short bounds. */
  readonly isShort: boolean
  /** Replaces the traces that are kept instead of comparing with them. */
  readonly writesTraces: boolean
}

/** Checks one model: its invariants and probes, each broken variant, and the shipped code against its traces. */
export async function* prove(checker: Checker, model: Model, effort: Effort): AsyncGenerator<Result> {
  for (const bounds of effort.isShort ? [model.short] : [model.short, ...model.long]) {
    yield proveProtocol(model, bounds, await checker.explore(sourceOf(model, bounds)))
  }
  for (const variant of model.variants) {
    const bounds = { ...model.short, ...variant.bounds, VARIANT: variant.number }
    const exploration = await checker.explore(sourceOf(model, bounds))
    yield proveVariant(model, variant, exploration)
    if (!variant.isOfCore) continue
    yield proveCode(model, `refuses to follow: ${variant.name}`, 'refused', exploration, effort)
  }
  if (!model.isReplayed) return
  for (const probe of probesOf(model)) {
    const exploration = await checker.explore(probingSource(model, probe))
    yield proveCode(model, `follows the way to: ${probe.name}`, 'followed', exploration, effort)
  }
}

/**
 * Makes the code follow a trace.
 *
 * @returns the step at which it did not, or `undefined`
 */
export async function divergenceOf(trace: Trace): Promise<string | undefined> {
  try {
    await replay(trace)
    return undefined
  } catch (error) {
    if (error instanceof Divergence) return error.message
    throw error
  }
}

function proveProtocol(model: Model, bounds: Bounds, exploration: Exploration): Result {
  const missed = [...exploration.probes].filter(([, states]) => states === 0).map(([name]) => name)
  const fault =
    exploration.violation?.invariant ?? (missed.length > 0 ? `never reached: ${missed.join('; ')}` : undefined)
  return {
    model: model.name,
    check: `the protocol, ${described(bounds)}`,
    holds: fault === undefined,
    found: fault ?? `no violation, ${exploration.probes.size} probes reached`,
    ...sizeOf(exploration),
  }
}

function proveVariant(model: Model, { name, invariant }: Variant, exploration: Exploration): Result {
  const found = exploration.violation?.invariant ?? 'no violation'
  return { model: model.name, check: `broken: ${name}`, holds: found === invariant, found, ...sizeOf(exploration) }
}

async function proveCode(
  model: Model,
  name: string,
  expected: KeptTrace['expected'],
  { violation }: Exploration,
  { writesTraces }: Effort,
): Promise<Result> {
  const about = { model: model.name, check: `the code ${name}` }
  if (violation === undefined) return { ...about, holds: false, found: 'no way leads there' }
  const kept: KeptTrace = { model: model.name, name, expected, trace: violation.trace }
  if (!keepTrace(kept, writesTraces)) {
    return { ...about, holds: false, found: 'the model has another trace than traces/ holds: use --write-traces' }
  }
  try {
    const divergence = await divergenceOf(violation.trace)
    const holds = (divergence === undefined) === (expected === 'followed')
    return { ...about, holds, found: divergence ?? `followed for ${violation.trace.length} steps` }
  } catch (error) {
    if (!(error instanceof NotReplayable)) throw error
    return { ...about, holds: false, found: `not replayable: ${error.message}` }
  }
}

function sizeOf({ states, seconds }: Exploration): { states: number; seconds: number } {
  return { states, seconds }
}

function described(bounds: Bounds): string {
  const parts = Object.entries(bounds).map(([name, value]) => `${name} ${value}`)
  return parts.length === 0 ? 'bounds as written' : parts.join(', ')
}
