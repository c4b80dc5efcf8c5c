import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './markdown.ts'
import { readSources } from './source.ts'

/** A message as it stands in the code; `fail()` is what option checks call, and what they say is found where they call it. */
const MESSAGE = /(?:new \w*Error|(?<![#.])\bfail)\(\s*(["'`])((?:\\.|(?!\1).)+)\1/gs

/** Fixed parts of a message shorter than this say nothing by themselves. */
const SHORTEST_PART = 8

const documented = readFileSync(join(root, 'docs/errors.md'), 'utf8').replace(/\s+/g, ' ')

const messages = readSources().flatMap(({ path }) =>
  [...readFileSync(join(root, path), 'utf8').matchAll(MESSAGE)]
    .map(([, , message = '']) => fixedParts(message))
    .filter((parts) => parts.length > 0)
    .map((parts) => ({ path, parts, message: parts.join(' … ') })),
)

test('there are messages to look for', () => expect(messages.length).toBeGreaterThan(50))

test.each(messages)('docs/errors.md explains "$message" of $path', ({ parts }) => {
  for (const part of parts) expect(documented).toContain(part)
})

function fixedParts(message: string): string[] {
  return message
    .replace(/\\(.)/g, '$1')
    .split(/\$\{.*?\}/)
    .map((part) => part.replace(/^(createVerifier|scrypt|: )+/, '').trim())
    .filter((part) => part.length >= SHORTEST_PART)
}
