import type { AddCommand } from '../frame.ts'
import { addStanding } from '../standing.ts'

/** `bearward enable`: a disabled key is taken back. */
export const addEnable: AddCommand = addStanding('enable')
