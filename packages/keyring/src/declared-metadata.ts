import { checkMetadata, invalid } from './input.ts'
import type { Metadata } from './key.ts'

/**
 * A schema of metadata: an object with the interface of Standard Schema, version 1 (https://standardschema.dev), as Zod,
 * Valibot, ArkType and others make it.
 *
 * @typeParam I the metadata that callers give
 * @typeParam M the metadata that the schema makes of it, which is stored; an object that JSON can write
 */
export interface MetadataSchema<I = unknown, M = I> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<M> | Promise<SchemaResult<M>>
    readonly types?: { readonly input: I; readonly output: M } | undefined
  }
}

/** Answer of a schema: a value, or the issues that it found. */
export type SchemaResult<M> =
  | { readonly value: M; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Returns `true` for an object with the interface of Standard Schema; ArkType's are functions. */
export function isMetadataSchema(value: unknown): value is MetadataSchema<unknown, object> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as Partial<MetadataSchema>)['~standard']
  return standard?.version === 1 && typeof standard.validate === 'function'
}

/**
 * A copy of the metadata that is stored, after the declared schema has accepted it.
 *
 * @throws {KeyringError} `invalid_input` that names the place and never repeats what was given
 */
export async function declaredMetadata(
  schema: MetadataSchema<unknown, object> | undefined,
  given: unknown,
): Promise<Metadata> {
  if (schema === undefined) return checkMetadata(given)
  const result = await schema['~standard'].validate(given)
  // The messages of a schema may repeat the value that it refused.
  if (result.issues !== undefined) invalid('metadata', `as the keyring declares it${placeOf(result.issues)}`)
  // A date that comes back from the store as text would not be what the type says.
  if (!isJson(result.value, 0)) invalid('metadata', 'made of what JSON can write, after its schema')
  return checkMetadata(result.value)
}

/** Names that can stand in a message: a field name of a schema, not a text of the caller. */
const FIELD_NAME = /^\w{1,64}$/

function placeOf([first]: readonly SchemaIssue[]): string {
  const names = (first?.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step))
  return names.length > 0 && names.every((name) => FIELD_NAME.test(name)) ? `, at ${names.join('.')}` : ''
}

/** Deeper values are not accepted; 4096 bytes of JSON hold 2000 levels. */
const MAX_DEPTH = 2000

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((each) => isJson(each, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  // A property that is undefined is one that is not there.
  return Object.values(value).every((each) => each === undefined || isJson(each, depth + 1))
}
