import { styleText } from 'node:util'
import type { AuditEntry } from '@bearward/keyring'

/** The audit trail, oldest first: who did what to which key, and why. */
export function formatTrail(entries: readonly AuditEntry[], { color }: { color: boolean }): string {
  const paint = (style: 'bold' | 'dim', text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text
  const lines = entries.toReversed().map(({ sequence, at, action, keyId, actor, reason }) => {
    const time = new Date(at).toISOString().slice(11, 23)
    return [String(sequence).padStart(3), time, action.padEnd(8), keyId.padEnd(10), actor ?? '', reason ?? '']
      .join('  ')
      .trimEnd()
  })
  return [
    paint('bold', 'What became of the keys, from the audit trail in the same file'),
    paint('dim', '  #  time (UTC)    action    key         by     because'),
    ...lines,
  ].join('\n')
}
