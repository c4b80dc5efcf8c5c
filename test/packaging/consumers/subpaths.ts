import { createConsole } from '@bearward/console'
import { expressConsole } from '@bearward/console/express'
import { honoConsole } from '@bearward/console/hono'
import { koaConsole } from '@bearward/console/koa'
import { serveConsole } from '@bearward/console/local'
import { createVerifier, keyFormat, localChannel } from '@bearward/core'
import { Acknowledgements } from '@bearward/core/channel'
import { channelContract } from '@bearward/core/testing'
import { authenticate } from '@bearward/express'
import { unkeyKeys } from '@bearward/import'
import { createKeyring } from '@bearward/keyring'
import { storeContract } from '@bearward/keyring/testing'
import { githubLeakReports } from '@bearward/leak-report'
import { sqlite } from '@bearward/sql'

const format = keyFormat({ prefix: 'acme' })
const keyring = createKeyring({ store: sqlite(':memory:'), channel: localChannel(), format })
// @ts-expect-error a type that was not found would be any, and could be assigned to this
export const wrong: string = authenticate(keyring.verifier())
// @ts-expect-error the same, of a path below a package
export const alsoWrong: string = channelContract
// @ts-expect-error
export const wrongToo: string = storeContract

const keys = createConsole({ keyring, authorize: () => ({ actor: 'alice', owner: 'acct_1' }) })
export const mounts = [expressConsole(keys), honoConsole(keys), koaConsole(keys)]
export const rest = [Acknowledgements, createVerifier, githubLeakReports, serveConsole, unkeyKeys]
