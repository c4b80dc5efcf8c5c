import { PublisherReplay } from './replay-publisher.ts'
import { VerifierReplay } from './replay-verifier.ts'
import { State, type Step, type Trace } from './trace.ts'

/**
 * Makes the shipped verifier and `Acknowledgements` follow a trace in virtual time: the trace says when messages, answers
 * and ticks come, and after each step the code must stand where the model stands.
 *
 * @throws {Divergence} naming the step, when it does not
 * @throws {NotReplayable} when the trace holds a step that no caller can cause
 */
export async function replay(trace: Trace): Promise<void> {
  const state = new State()
  const [start, ...steps] = trace
  if (start === undefined) throw new Error('the trace is empty')
  state.apply(start)
  const names = Object.keys(start.changes).flatMap((name) => /^process\[(\w+)\]\.lease$/.exec(name)?.[1] ?? [])
  const verifiers = new Map(names.map((name) => [name, new VerifierReplay(name, state)]))
  const publisher = new PublisherReplay(names, state)
  try {
    for (const step of steps) {
      // Some rules clear the values that they are about.
      const before = state.copy()
      state.apply(step)
      await follow(step, before, verifiers, publisher)
      for (const verifier of verifiers.values()) verifier.expectHit()
      publisher.expectProgress()
    }
    for (const verifier of verifiers.values()) verifier.expectNoOtherHit()
  } finally {
    for (const verifier of verifiers.values()) verifier.close()
  }
}

async function follow(
  step: Step,
  before: State,
  verifiers: ReadonlyMap<string, VerifierReplay>,
  publisher: PublisherReplay,
): Promise<void> {
  if (step.rule === 'time passes') for (const verifier of verifiers.values()) verifier.tick()
  const verifier = verifiers.get(step.parameters.v ?? '')
  if (verifier !== undefined) verifier.follow(step, before)
  publisher.follow(step)
  await settled()
  verifier?.conclude(step, before)
}

/** Every microtask comes before the next immediate. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
