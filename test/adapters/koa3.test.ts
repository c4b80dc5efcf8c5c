import Koa from 'koa'
import { adapterContract } from './contract/contract.ts'
import { koaHarness } from './frameworks/koa.ts'

adapterContract(koaHarness('Koa 3', Koa))
