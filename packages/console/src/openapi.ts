import type { TSchema } from 'typebox'
import { PROBLEMS, type ProblemCode } from './problem.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes.ts'
import { NAMED } from './schemas.ts'

/** What may be wrong with every request. */
const ALWAYS: readonly ProblemCode[] = ['invalid_query', 'invalid_header', 'unauthorized', 'cross_site', 'unavailable']
const WITH_BODY: readonly ProblemCode[] = [
  'malformed_json',
  'too_large',
  'too_slow',
  'unsupported_media_type',
  'invalid_input',
]

const HEADERS: Readonly<Record<string, { readonly description: string; readonly schema: object }>> = {
  Location: { description: 'Where the key is.', schema: { type: 'string' } },
  ETag: { description: 'The version of the key, for If-Match.', schema: { type: 'string' } },
  'RateLimit-Policy': { description: 'How many keys may be made, and in what time.', schema: { type: 'string' } },
  RateLimit: { description: 'What is left of it.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds.', schema: { type: 'string', pattern: '^\\d+$' } },
  'WWW-Authenticate': { description: 'The application signs people in.', schema: { type: 'string' } },
}

const NEEDED: Readonly<Record<Route['needs'][number], object>> = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'New for each key and the same for each try: however often this arrives, it makes one key.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  },
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'The ETag of the key that was read.',
    schema: { type: 'string' },
  },
}

/**
 * The document that describes the API, OpenAPI 3.1: written from the table of routes and from the schemas that check
 * requests.
 *
 * @param basePath where the console is mounted
 */
export function openapiDocument(basePath: string): object {
  // By what they say: the library copies a schema that it makes optional.
  const names: Names = new Map(Object.entries(NAMED).map(([name, schema]) => [JSON.stringify(schema), name]))
  const paths: Record<string, Record<string, object>> = {}
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, names) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Keys',
      version: '1',
      summary: 'Issue, list, change, rotate and revoke API keys.',
      description:
        'Who may use this is for the application to say, which may answer requests of people it does not know in its own way. ' +
        'Answers are never kept, and pages of other sites are refused.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${basePath}/api` }],
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(NAMED).map(([name, schema]) => [name, membersWithNames(schema, names)]),
      ),
    },
  }
}

function operationOf(route: Route, names: Names): object {
  const { operationId, summary, query, body, needs, status, answer, headers, path } = route
  const { properties = {} } = query as { properties?: Record<string, TSchema> }
  const parameters = [
    ...(path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] : []),
    ...Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema: withNames(schema, names) })),
    ...needs.map((name) => NEEDED[name]),
  ]
  return {
    operationId,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: withNames(body, names) } } },
    }),
    responses: {
      [status]: {
        description: 'Done.',
        ...(headers.length > 0 && { headers: headersNamed(headers) }),
        content: { 'application/json': { schema: withNames(answer, names) } },
      },
      ...problemResponses(problemsOf(route)),
    },
  }
}

function problemsOf({ problems, body }: Route): ProblemCode[] {
  return [...new Set([...ALWAYS, ...(body === undefined ? [] : WITH_BODY), ...problems])]
}

/** One answer for each status, with the codes it may have. */
function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const responses: Record<string, object> = {}
  for (const status of new Set(codes.map((code) => PROBLEMS[code].status))) {
    const own = codes.filter((code) => PROBLEMS[code].status === status)
    const headers = [
      ...(status === 401 ? ['WWW-Authenticate'] : []),
      ...(status === 429 || status === 503 ? ['Retry-After'] : []),
      ...(status === 429 ? ['RateLimit-Policy', 'RateLimit'] : []),
    ]
    responses[status] = {
      description: own.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
      ...(headers.length > 0 && { headers: headersNamed(headers) }),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/Problem' },
              { properties: { status: { const: status }, code: { enum: own } } },
            ],
          },
        },
      },
    }
  }
  return responses
}

function headersNamed(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { required: true, ...HEADERS[name] }]))
}

/** The names of schemas, by their text. */
type Names = ReadonlyMap<string, string>

/** The schema with a reference in place of each that has a name. */
function withNames(schema: unknown, names: Names): unknown {
  const name = names.get(JSON.stringify(schema))
  return name === undefined ? membersWithNames(schema, names) : { $ref: `#/components/schemas/${name}` }
}

function membersWithNames(schema: unknown, names: Names): unknown {
  if (Array.isArray(schema)) return schema.map((member) => withNames(member, names))
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(Object.entries(schema).map(([key, member]) => [key, withNames(member, names)]))
}
