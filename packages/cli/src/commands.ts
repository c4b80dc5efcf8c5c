import { addGenerate } from './commands/generate.ts'
import { addScannerRules } from './commands/scanner-rules.ts'
import type { AddCommand } from './frame.ts'

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [addGenerate, addScannerRules]
