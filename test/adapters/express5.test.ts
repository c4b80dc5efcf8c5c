import express from 'express'
import { adapterContract } from './contract/contract.ts'
import { expressHarness } from './frameworks/express.ts'

adapterContract(expressHarness('Express 5', express))
