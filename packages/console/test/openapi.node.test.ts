import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, test } from 'vitest'
import { openapiDocument } from '../src/openapi.ts'
import { PROBLEMS } from '../src/problem.ts'
import { ROUTES } from '../src/routes.ts'
import { NAMED } from '../src/schemas.ts'
import { createDocumentedWorld } from './support/documented.ts'
import { BASE } from './support/world.ts'

test('is OpenAPI 3.1', async () => {
  const validator = new Validator()
  expect(await validator.validate(openapiDocument(BASE) as Record<string, unknown>)).toMatchObject({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('is served as JSON, and says where the API is', async () => {
  const { send } = createDocumentedWorld()
  const answer = await send('GET', '/api/openapi.json')
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(openapiDocument(BASE))))
  expect(openapiDocument('')).toMatchObject({ servers: [{ url: '/api' }] })
  const refused = await send('POST', '/api/openapi.json', { body: {} })
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

test('names every shape that has a name, and repeats none', () => {
  const text = JSON.stringify(openapiDocument(BASE))
  for (const name of Object.keys(NAMED)) expect(text).toContain(`"#/components/schemas/${name}"`)
  expect(text.split('"graceEndsAt"')).toHaveLength(3)
})

test('gives every operation a name of its own', () => {
  expect(new Set(ROUTES.map(({ operationId }) => operationId)).size).toBe(ROUTES.length)
})

describe('every problem', () => {
  const text = JSON.stringify(openapiDocument(BASE))
  // Not of an operation: it says which operations there are.
  test.each(Object.keys(PROBLEMS).filter((code) => code !== 'method_not_allowed'))('%s is documented', (code) => {
    expect(text).toContain(`"${code}"`)
  })
})
