import { adapterContract } from './contract/contract.ts'
import { honoHarness } from './frameworks/hono.ts'

adapterContract(honoHarness('Hono 4'))
