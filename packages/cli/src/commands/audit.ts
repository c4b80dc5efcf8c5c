import { AUDIT_ACTIONS, type AuditAction, type AuditEntry } from '@bearward/keyring'
import { Option } from 'commander'
import { conditionsIn } from '../conditions.ts'
import { writeMoment } from '../describe-key.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { addStoreOptions, withKeyring } from '../keyring.ts'
import { readLimit } from '../limit.ts'
import { table } from '../table.ts'

interface Options {
  readonly key?: string
  readonly owner?: string
  readonly actor?: string
  readonly action?: AuditAction
  readonly limit: string
  readonly cursor?: string
  readonly json?: true
}

/** `bearward audit`: who did what to which key. */
export const addAudit: AddCommand = (program, frame) => {
  const command = program
    .command('audit')
    .summary('show who did what, newest first')
    .description('Show the audit trail, newest first: who did what to which key, when, from where and why.')
    .option('--key <id>', 'of this key')
    .option('--owner <owner>', 'of keys of this owner')
    .option('--actor <who>', 'what this one did')
    .addOption(new Option('--action <action>', 'this kind alone').choices(AUDIT_ACTIONS))
    .option('--limit <number>', 'entries at most, 1 to 500', '50')
    .option('--cursor <cursor>', 'go on where the page before ended')
  addStoreOptions(addFormatOptions(command))

  command.action(
    frame.handle(async (command) => {
      const { key, owner, actor, action, limit, cursor, json } = command.opts<Options>()
      const query = { ...conditionsIn({ keyId: key, owner, actor, action }), cursor, limit: readLimit(limit) }
      const page = await withKeyring(frame, command, ({ keyring }) => keyring.audit(query), { access: 'read' })
      if (json) frame.output.json(page)
      else frame.output.data(table(HEADING, page.entries.map(cells)))
      if (!json && page.next !== null) frame.output.note(`There are more: --cursor ${page.next}`)
      return 'ok'
    }),
  )
}

const HEADING = ['#', 'WHEN (UTC)', 'ACTION', 'KEY', 'ACTOR', 'CHANGED', 'REASON']

function cells({ sequence, at, action, keyId, actor, changes, reason }: AuditEntry): string[] {
  const changed = Object.keys(changes).join(' ')
  return [
    String(sequence),
    writeMoment(at),
    action,
    keyId,
    actor ?? '-',
    action === 'issued' ? '' : changed,
    reason ?? '',
  ]
}
