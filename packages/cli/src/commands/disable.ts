import type { AddCommand } from '../frame.ts'
import { addStanding } from '../standing.ts'

/** `bearward disable`: a key that is refused for a while. */
export const addDisable: AddCommand = addStanding('disable')
