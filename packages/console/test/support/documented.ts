import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { openapiDocument } from '../../src/openapi.ts'
import { BASE, type Check, createWorld, ORIGIN, type World, type WorldOptions } from './world.ts'

interface Operation {
  readonly responses: Record<
    string,
    { headers?: Record<string, { required?: boolean }>; content: Record<string, object> }
  >
}

const document = openapiDocument(BASE) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(document, 'openapi')
const validators = new Map<string, ValidateFunction>()

/** What a request with this method to this address is documented as; `undefined` for what is no operation. */
function operationFor(method: string, path: string): { name: string; operation: Operation } | undefined {
  const segments = path.split('/').slice(2)
  for (const [pattern, item] of Object.entries(document.paths)) {
    const parts = pattern.split('/').slice(1)
    const isIt = parts.length === segments.length && parts.every((part, at) => part === '{id}' || part === segments[at])
    const operation = item[method === 'HEAD' ? 'get' : method.toLowerCase()]
    if (isIt && operation !== undefined) return { name: `${method} ${pattern}`, operation }
  }
  return undefined
}

/** Operations and statuses that were seen, so that a test can say that all were. */
export const seen: Set<string> = new Set()

/** Fails when an answer is not what the document says: status, header fields, media type, body. */
const checkDocumented: Check = async (method, sent, answer) => {
  // As a client's URL has it: `/api/keys/./enable` asks for `/api/keys/enable`.
  const path = new URL(ORIGIN + BASE + sent).pathname.slice(BASE.length)
  if (!path.startsWith('/api/')) return
  const found = operationFor(method, path)
  if (found === undefined) {
    if (path === '/api/openapi.json' || [404, 405, 401, 403, 503].includes(answer.status)) return
    throw new Error(`${method} ${path} is answered ${answer.status} and documented nowhere`)
  }
  const { name, operation } = found
  const documented = operation.responses[answer.status]
  if (documented === undefined) throw new Error(`${name} answers ${answer.status}: ${await answer.text()}`)
  seen.add(`${name} ${answer.status}`)
  for (const [field, { required }] of Object.entries(documented.headers ?? {})) {
    if (required && !answer.headers.has(field)) throw new Error(`${name} ${answer.status} lacks ${field}`)
  }
  if (method === 'HEAD') return
  const type = answer.headers.get('content-type') ?? ''
  if (documented.content[type] === undefined) throw new Error(`${name} ${answer.status} is ${type}`)
  const pointer = ['paths', `/${name.split('/').slice(1).join('/')}`, method.toLowerCase(), 'responses', answer.status]
  const reference = [...pointer, 'content', type, 'schema'].map(pointerSegment).join('/')
  const validate = validators.get(reference) ?? ajv.getSchema(`openapi#/${reference}`)
  if (validate === undefined) throw new Error(`no schema at ${reference}`)
  validators.set(reference, validate)
  const body: unknown = await answer.json()
  if (validate(body) !== true) {
    throw new Error(`${name} ${answer.status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`)
  }
}

/** A world whose every answer is held against the document. */
export function createDocumentedWorld(options: WorldOptions = {}): World {
  return createWorld(options, checkDocumented)
}

/** A segment of a JSON pointer in an address (RFC 6901 §6). */
function pointerSegment(segment: string | number): string {
  return encodeURIComponent(String(segment).replaceAll('~', '~0').replaceAll('/', '~1'))
}
