import { addCompletion } from './commands/completion.ts'
import { addGenerate } from './commands/generate.ts'
import { addScan } from './commands/scan.ts'
import { addScannerRules } from './commands/scanner-rules.ts'
import type { AddCommand } from './frame.ts'

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [addGenerate, addScan, addScannerRules, addCompletion]
