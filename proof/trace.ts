/** The way from a start state to a state of interest. */
export type Trace = readonly Step[]

/** One rule that fired. */
export interface Step {
  readonly rule: string
  readonly parameters: Readonly<Record<string, string>>
  /** Variables that the rule changed, by their full names, such as `process[verifier_0].lease`. */
  readonly changes: Readonly<Record<string, string>>
}

const FIRED = /^(?:Rule|Startstate) "([^"]+)"(?:, (.+))? fired\.$/

/** Reads the trace that Rumur prints of a violation. */
export function readTrace(output: string): Trace {
  const steps: { rule: string; parameters: Record<string, string>; changes: Record<string, string> }[] = []
  for (const line of output.split('\n')) {
    const [, rule, parameters = ''] = FIRED.exec(line) ?? []
    if (rule !== undefined) {
      steps.push({ rule, parameters: parametersOf(parameters), changes: {} })
      continue
    }
    const step = steps.at(-1)
    const colon = line.lastIndexOf(':')
    if (step === undefined || colon < 0 || line.includes(' ')) continue
    step.changes[line.slice(0, colon)] = line.slice(colon + 1)
  }
  return steps
}

/** The values of all variables, as the steps change them. */
export class State {
  readonly #values = new Map<string, string>()

  copy(): State {
    const copy = new State()
    for (const [name, value] of this.#values) copy.#values.set(name, value)
    return copy
  }

  apply({ changes }: Step): void {
    for (const [name, value] of Object.entries(changes)) this.#values.set(name, value)
  }

  text(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined) throw new Error(`the model has no variable ${name}`)
    return value
  }

  number(name: string): number {
    return Number(this.text(name))
  }

  is(name: string): boolean {
    return this.text(name) === 'true'
  }
}

function parametersOf(text: string): Record<string, string> {
  return Object.fromEntries(text === '' ? [] : text.split(', ').map((pair) => pair.split(': ')))
}
