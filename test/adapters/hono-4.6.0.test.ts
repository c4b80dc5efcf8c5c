import { vi } from 'vitest'
import { combinations } from './combinations.ts'
import { adapterContract } from './contract/contract.ts'
import { honoHarness } from './frameworks/hono.ts'

vi.mock('hono', () => import('hono-4.6.0'))
vi.mock('hono/combine', () => import('hono-4.6.0/combine'))
vi.mock('hono/cors', () => import('hono-4.6.0/cors'))
vi.mock('hono/http-exception', () => import('hono-4.6.0/http-exception'))

adapterContract(honoHarness('Hono 4.6.0'))
combinations('Hono 4.6.0', { hasOwnNext: false, keepsRoute: false })
