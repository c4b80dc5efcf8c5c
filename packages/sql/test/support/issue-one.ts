// Issues one key, as one of several processes that start at once: issue-one.ts ENGINE PLACE
import { keyFormat } from '@bearward/core'
import { createKeyring } from '@bearward/keyring'
import type { EngineName } from './databases.ts'
import { openStore } from './open.ts'

const [, , engine, place = ''] = process.argv
const { store, close } = openStore({ engine: engine as EngineName, place }, 1)
await createKeyring({ store, format: keyFormat({ prefix: 'acme' }) }).issue({ owner: null })
await close()
