import { combinations } from './combinations.ts'
import { adapterContract } from './contract/contract.ts'
import { honoHarness } from './frameworks/hono.ts'

adapterContract(honoHarness('Hono 4'))
combinations('Hono 4', { hasOwnNext: true, keepsRoute: true })
