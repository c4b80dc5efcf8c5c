/** One place where GitHub has seen a token that looks like yours. Everything here is GitHub's word, the token aside. */
export interface LeakReport {
  /** The name that you gave GitHub for the pattern, such as `acme_api_key`. */
  readonly type: string
  /**
   * Where it can be seen; may be empty, is cut at 900 characters. Of the one who leaked it: do not follow it with your
   * server's rights.
   */
  readonly url: string
  /** What it was found in, as GitHub names it: `content`, `commit`, `issue_comment`, `npm`, … */
  readonly source: string
}

/** A report as it was read, with its token. */
export interface ReportedToken {
  readonly token: string
  readonly report: LeakReport
}

/**
 * Reads the body of a delivery: a JSON list of objects with `token`, `type`, `url` and `source`. Keys that are not
 * known are passed over, since GitHub has added some before.
 *
 * @returns `undefined` when it is not of that form
 */
export function readReports(body: Uint8Array): readonly ReportedToken[] | undefined {
  let list: unknown
  try {
    list = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
  if (!Array.isArray(list)) return undefined
  const reports: ReportedToken[] = []
  for (const entry of list as unknown[]) {
    if (typeof entry !== 'object' || entry === null) return undefined
    const { token, type, url = '', source = '' } = entry as Record<string, unknown>
    if (typeof token !== 'string' || typeof type !== 'string') return undefined
    if (!isText(url) || !isText(source)) return undefined
    reports.push({
      token,
      report: Object.freeze({ type: storable(type), url: storable(url ?? ''), source: storable(source ?? '') }),
    })
  }
  return reports
}

function isText(value: unknown): value is string | null {
  return typeof value === 'string' || value === null
}

const MAX_TEXT = 900

/**
 * What a store can keep as a reason: whoever leaks a token chooses the name of the file, and must not choose one that makes
 * its revocation fail.
 */
function storable(text: string): string {
  return text.slice(0, MAX_TEXT).replace(/[\0\p{Surrogate}]/gu, '\ufffd')
}
