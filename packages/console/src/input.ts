import type { Static, TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { type ProblemCode, Refusal } from './problem.ts'

/** What is wrong with one field. */
interface FieldError {
  readonly field: string
  readonly detail: string
}

const MOST_ERRORS = 20
/** More than any operation knows. */
const MOST_PARAMETERS = 20
const LONGEST_FIELD = 100

/**
 * The value, which is of the schema.
 *
 * @throws {Refusal} `code`, with what is wrong with each field; nothing of the values is repeated
 */
export function checkInput<S extends TSchema>(schema: S, value: unknown, code: ProblemCode): Static<S> {
  if (Check(schema, value)) return value
  const errors = describe(schema, value)
  throw new Refusal(code, errors.map(({ field, detail }) => `${field} ${detail}`).join('; '), { errors })
}

/** The parameters of an address as the schema has them: numbers where it says so, each once. */
export function readQuery<S extends TSchema>(schema: S, query: URLSearchParams): Static<S> {
  const numeric = numericNames(schema)
  const values = new Map<string, string | number>()
  for (const [name, text] of query) {
    if (values.has(name)) refuse(name.slice(0, LONGEST_FIELD), 'must be given once')
    if (values.size === MOST_PARAMETERS) refuse('query', `must have at most ${MOST_PARAMETERS} parameters`)
    values.set(name, numeric.has(name) && /^\d{1,15}$/.test(text) ? Number(text) : text)
  }
  // No prototype: a parameter may have any name.
  return checkInput(schema, Object.fromEntries(values), 'invalid_query')
}

function refuse(field: string, detail: string): never {
  throw new Refusal('invalid_query', `${field} ${detail}`, { errors: [{ field, detail }] })
}

function numericNames(schema: TSchema): Set<string> {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> }
  return new Set(Object.keys(properties).filter((name) => properties[name]?.type === 'integer'))
}

/** One line for each field: its first error that says something. */
function describe(schema: TSchema, value: unknown): FieldError[] {
  const byField = new Map<string, string>()
  for (const { keyword, instancePath, params } of Errors(schema, value)) {
    const strays = (params as { additionalProperties?: string[] }).additionalProperties
    if (keyword === 'additionalProperties' && strays !== undefined) {
      for (const name of strays) byField.set(name.slice(0, LONGEST_FIELD), 'is not known here')
      continue
    }
    const [, field = ''] = instancePath.split('/')
    const detail = detailOf(keyword, params as Limits, instancePath)
    if (detail !== undefined && !byField.has(field)) byField.set(field, detail)
  }
  if (byField.size === 0) byField.set('', 'cannot be used')
  return Array.from(byField, ([field, detail]) => ({ field: field || 'body', detail })).slice(0, MOST_ERRORS)
}

interface Limits {
  readonly limit?: number
  readonly type?: string | readonly string[]
  readonly allowedValues?: readonly unknown[]
}

function detailOf(keyword: string, { limit, type, allowedValues }: Limits, path: string): string | undefined {
  const each = path.split('/').length > 2 ? 'must hold entries that are' : 'must be'
  switch (keyword) {
    case 'type':
      return type === 'null' ? undefined : `${each} ${nounOf(String(type))}`
    case 'minLength':
      return `${each} at least ${limit} characters long`
    case 'maxLength':
      return `${each} at most ${limit} characters long`
    case 'maxItems':
      return `must have at most ${limit} entries`
    case 'minimum':
      return `must be ${limit} or more`
    case 'maximum':
      return `must be ${limit} or less`
    case 'format':
      return 'must be a date and time, such as 2026-12-31T12:00:00Z'
    case 'pattern':
      return path.startsWith('/scopes')
        ? `${each} 1 to 200 visible ASCII characters without spaces, " and \\`
        : undefined
    case 'enum':
      return `must be one of ${allowedValues?.join(', ')}`
    default:
      return undefined
  }
}

function nounOf(type: string): string {
  return { integer: 'a whole number', object: 'an object', array: 'a list', boolean: 'true or false' }[type] ?? 'text'
}
