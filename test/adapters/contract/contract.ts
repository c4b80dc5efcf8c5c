import { describe } from 'vitest'
import type { Harness } from '../app.ts'
import { addresses } from './addresses.ts'
import { connections } from './connections.ts'
import { credentials } from './credentials.ts'
import { faults } from './faults.ts'
import { methods } from './methods.ts'
import { mounting } from './mounting.ts'
import { options } from './options.ts'
import { outages } from './outages.ts'
import { scopes } from './scopes.ts'
import { verdicts } from './verdicts.ts'

/** What every adapter promises, seen from the other end of a socket. */
export function adapterContract(harness: Harness): void {
  describe(harness.name, () => {
    describe('verdicts', () => verdicts(harness))
    describe('credentials', () => credentials(harness))
    describe('methods', () => methods(harness))
    describe('connections', () => connections(harness))
    describe('addresses', () => addresses(harness))
    describe('outages', () => outages(harness))
    describe('options', () => options(harness))
    describe('mounting', () => mounting(harness))
    describe('scopes', () => scopes(harness))
    describe('faults', () => faults(harness))
  })
}
