import { addAudit } from './commands/audit.ts'
import { addCompletion } from './commands/completion.ts'
import { addConsole } from './commands/console.ts'
import { addDisable } from './commands/disable.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEnable } from './commands/enable.ts'
import { addGenerate } from './commands/generate.ts'
import { addImport } from './commands/import.ts'
import { addInit } from './commands/init.ts'
import { addIssue } from './commands/issue.ts'
import { addList } from './commands/list.ts'
import { addMigrate } from './commands/migrate.ts'
import { addRevoke } from './commands/revoke.ts'
import { addRotate } from './commands/rotate.ts'
import { addScan } from './commands/scan.ts'
import { addScannerRules } from './commands/scanner-rules.ts'
import { addShow } from './commands/show.ts'
import { addVerify } from './commands/verify.ts'
import type { AddCommand } from './frame.ts'

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [
  addInit,
  addIssue,
  addList,
  addShow,
  addRotate,
  addRevoke,
  addDisable,
  addEnable,
  addAudit,
  addConsole,
  addVerify,
  addGenerate,
  addScan,
  addScannerRules,
  addImport,
  addMigrate,
  addDoctor,
  addCompletion,
]
