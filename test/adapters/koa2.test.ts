import Koa2 from 'koa2'
import { adapterContract } from './contract/contract.ts'
import { koaHarness } from './frameworks/koa.ts'

adapterContract(koaHarness('Koa 2', Koa2))
