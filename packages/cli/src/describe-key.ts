import type { Key, KeyState, KeyWithUsage } from '@bearward/keyring'
import type { Output } from './output.ts'
import type { Style } from './paint.ts'
import { details, table } from './table.ts'

const COLOURS: Readonly<Record<KeyState, Style>> = {
  scheduled: 'cyan',
  active: 'green',
  retiring: 'yellow',
  disabled: 'yellow',
  expired: 'dim',
  retired: 'dim',
  revoked: 'red',
}

export function paintState(output: Output, state: KeyState): string {
  return output.paint(COLOURS[state], state)
}

/** A moment to the second, in UTC; `-` for none. */
export function writeMoment(time: number | null): string {
  return time === null ? '-' : new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

function writeLastUse({ lastUsedAt, useStatus }: KeyWithUsage): string {
  return useStatus === 'not_recorded_yet' ? 'not recorded yet' : writeMoment(lastUsedAt)
}

/** A list of keys, a line each. */
export function keyTable(output: Output, keys: readonly KeyWithUsage[]): string[] {
  const rows = keys.map((key) => [
    key.id,
    key.hint,
    key.owner ?? '-',
    key.name || '-',
    paintState(output, key.state),
    key.scopes.join(' ') || '-',
    writeMoment(key.expiresAt),
    writeLastUse(key),
  ])
  return table(['ID', 'HINT', 'OWNER', 'NAME', 'STATE', 'SCOPES', 'EXPIRES (UTC)', 'LAST USED'], rows)
}

/** One key, a line for each thing that is to be said of it. */
export function keyDetails(output: Output, key: Key | KeyWithUsage): string[] {
  const lines: [string, string | null][] = [
    ['id', key.id],
    ['hint', key.hint],
    ['state', paintState(output, key.state)],
    ['name', key.name],
    ['owner', key.owner],
    ['environment', key.environment],
    ['scopes', key.scopes.join(' ')],
    ['metadata', Object.keys(key.metadata).length === 0 ? null : JSON.stringify(key.metadata)],
    ['created', writeMoment(key.createdAt)],
    ['not before', key.notBefore === null ? null : writeMoment(key.notBefore)],
    ['expires', writeMoment(key.expiresAt)],
    ['disabled', key.disabledAt === null ? null : writeMoment(key.disabledAt)],
    ['revoked', key.revokedAt === null ? null : writeMoment(key.revokedAt)],
    ['replaces', key.rotatedFrom],
    ['replaced by', key.rotatedTo],
    ['grace ends', key.graceEndsAt === null ? null : writeMoment(key.graceEndsAt)],
    ['version', String(key.version)],
  ]
  if ('lastUsedAt' in key) {
    lines.push(['last used', writeLastUse(key)], ['from', key.lastUsedFrom])
  }
  const rows = lines.flatMap(([name, value]): [string, string][] =>
    value === null || value === '' ? [] : [[name, value]],
  )
  return details(rows, 12, (name) => output.paint('dim', name))
}
