import { createVerifier, DAY } from '@bearward/core'
import { flat } from './keys.ts'
import type { Run, Suite } from './suite.ts'

/** `Authorization` values of a given length that would be slow to read if anything were read twice. */
const shapes: Readonly<Record<string, (length: number) => string>> = {
  'one long token': (length) => fill('Bearer ', 'a', length),
  'all spaces': (length) => fill('', ' ', length),
  'spaces after the scheme': (length) => fill('Bearer ', ' ', length),
  'spaces between scheme and token': (length) => `${fill('Bearer ', ' ', length - 1)}a`,
  'one long scheme': (length) => fill('', 'a', length),
  'run of =': (length) => fill('Bearer ', '=', length),
  'token and a run of =': (length) => fill('Bearer a', '=', length),
  'run of = with an end': (length) => `${fill('Bearer a', '=', length - 1)}a`,
  commas: (length) => fill('Bearer ', ',', length),
  'commas in another scheme': (length) => fill('Digest a=b', ',', length),
  parameters: (length) => fill('Digest a="b"', ', a="b"', length),
  'parameters without values': (length) => fill('Digest a=', ',a=', length),
  quotes: (length) => fill('Digest a=b,a=', '"', length),
  'backslashes in quotes': (length) => fill('Digest a=b,a="', '\\', length),
  'escaped quotes': (length) => fill('Digest a=b,a="', '\\"', length),
  'open quote and commas': (length) => fill('Digest a="', 'b,', length),
}

export const shapeNames: readonly string[] = Object.keys(shapes)

/** Shape × `maxTokenLength`; `size` is the length of the value. */
export const linearity: Suite = Object.fromEntries(
  Object.entries(shapes).flatMap(([name, makeValue]) =>
    [512, 8192].map((maxTokenLength) => [
      caseName(name, maxTokenLength),
      (length: number) => reader(flat(makeValue(length)), maxTokenLength),
    ]),
  ),
)

export function caseName(shape: string, maxTokenLength: number): string {
  return `${shape}, maxTokenLength ${maxTokenLength}`
}

function reader(header: string, maxTokenLength: number): Run {
  const verifier = createVerifier({
    resolve: () => null,
    maxTokenLength,
    cache: { max: 10, maxStalenessMs: DAY },
  })
  return (iterations) => {
    let refused = 0
    for (let index = 0; index < iterations; index++) {
      const verdict = verifier.verify(header)
      if (!(verdict instanceof Promise) && !verdict.ok) refused++
    }
    return refused
  }
}

function fill(start: string, unit: string, length: number): string {
  return (start + unit.repeat(length)).slice(0, length)
}
