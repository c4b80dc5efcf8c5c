import express4 from 'express4'
import { adapterContract } from './contract/contract.ts'
import { expressHarness } from './frameworks/express.ts'

adapterContract(expressHarness('Express 4', express4))
