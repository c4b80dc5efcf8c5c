import { type MaybePromise, sha256, type TokenFormat } from '@bearward/core'
import type { LeakReport, ReportedToken } from './report.ts'

/** One line of the answer, as GitHub documents it. The token itself is not sent back. */
export interface Feedback {
  /** SHA-256 of the token, lower-case hex. */
  readonly token_hash: string
  readonly token_type: string
  readonly label: 'true_positive' | 'false_positive'
}

/** How tokens are dealt with. */
interface Dealing {
  readonly revoke: (token: string, report: LeakReport) => MaybePromise<boolean>
  readonly formats: readonly TokenFormat[]
  readonly concurrency: number
}

const { digest } = sha256()

/**
 * Revokes what is reported and says of each report whether it was right, in the order of the reports. Reports of one
 * token are dealt with one after the other and get one answer.
 *
 * @throws {AggregateError} with what `revoke` threw, once everything else has been revoked: a leaked key must not
 * live on because of another one
 */
export async function revokeAll(reports: readonly ReportedToken[], dealing: Dealing): Promise<readonly Feedback[]> {
  const byToken = groupByToken(reports)
  const isOurs = new Map<string, boolean>()
  const causes: unknown[] = []
  const queue = byToken.entries()
  const worker = async (): Promise<void> => {
    for (const [token, sightings] of queue) {
      try {
        isOurs.set(token, await revokeOne(token, sightings, dealing))
      } catch (cause) {
        causes.push(cause)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(dealing.concurrency, byToken.size) }, worker))
  if (causes.length > 0)
    throw new AggregateError(causes, `githubLeakReports: \`revoke\` has failed for ${causes.length}`)

  return Promise.all(
    reports.map(async ({ token, report }) => ({
      token_hash: await digest(token),
      token_type: report.type,
      label: isOurs.get(token) === true ? ('true_positive' as const) : ('false_positive' as const),
    })),
  )
}

function groupByToken(reports: readonly ReportedToken[]): Map<string, ReportedToken[]> {
  const groups = new Map<string, ReportedToken[]>()
  for (const reported of reports) {
    const group = groups.get(reported.token)
    if (group === undefined) groups.set(reported.token, [reported])
    else group.push(reported)
  }
  return groups
}

async function revokeOne(token: string, sightings: readonly ReportedToken[], dealing: Dealing): Promise<boolean> {
  const { formats, revoke } = dealing
  if (formats.length > 0 && !formats.some((format) => format.parse(token) !== null)) return false
  let isOurs = false
  for (const { report } of sightings) {
    const answer: unknown = await revoke(token, report)
    if (typeof answer !== 'boolean') throw new TypeError('githubLeakReports: `revoke` must return true or false')
    isOurs ||= answer
  }
  return isOurs
}
