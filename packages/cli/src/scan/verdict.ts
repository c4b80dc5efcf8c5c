import { type Coverage, PASSED, type PassedReason, type Skipped, UNREAD, type UnreadReason } from './coverage.ts'
import type { Finding } from './finding.ts'

/** Names in a summary, for one thing and for several. */
const NAMES: Readonly<Record<PassedReason | UnreadReason, readonly [string, string]>> = {
  ignored: ['ignored by git', 'ignored by git'],
  git: ['.git folder', '.git folders'],
  link: ['link', 'links'],
  special: ['pipe, socket or device', 'pipes, sockets or devices'],
  submodule: ['submodule', 'submodules'],
  binary: ['binary', 'binary'],
  failed: ['unreadable', 'unreadable'],
  huge: ['too long', 'too long'],
  compressed: ['compressed', 'compressed'],
  omitted: ['left out of the diff', 'left out of the diff'],
  missing: ['missing object', 'missing objects'],
  shallow: ['shallow clone', 'shallow clones'],
  cut: ['cut off', 'cut off'],
  empty: ['empty', 'empty'],
}

/** A sentence for each reason: the thing that was not read, the cause, and the remedy. */
const REASONS: Readonly<Record<UnreadReason, (path: string) => string>> = {
  failed: (path) => `${path} cannot be read`,
  huge: (path) => `${path} is longer than --max-size, so its end was not read; raise the limit`,
  compressed: (path) => `${path} is compressed, so it was not searched inside; unpack it and scan its contents`,
  omitted: (path) => `${path} is in the diff without its content; make the diff with --text`,
  missing: (path) => `${path} is missing: this clone does not have the object; fetch it`,
  shallow: () => 'The clone is shallow, so older commits were not read; run git fetch --unshallow',
  cut: (path) => `the diff ends inside a hunk of ${path}; check the command in front of the pipe`,
  empty: (path) =>
    path === '-'
      ? 'nothing was read: standard input is empty; check the command in front of the pipe'
      : `nothing was read in ${path}: it holds no file, or each was passed over; check the path`,
}

const MEGABYTE = 1_000_000
/** Names of each kind in the last line. */
const MOST_NAMES = 3

/** Says what was not read and why, in one line. */
export function describeSkipped({ path, reason, why }: Skipped): string {
  // An error of the file system names the path by itself.
  if (reason === 'failed' && why !== undefined) return why
  return REASONS[reason](why === undefined ? path : `${path} (${why})`)
}

/** Says what was found, and how much was read, in one line. "No keys found." stands there only when all was read. */
export function verdict(findings: readonly Finding[], coverage: Coverage): string {
  const keys = new Set(findings.map(({ fingerprint }) => fingerprint)).size
  const where = coverage.skipped.empty > 0 ? ', because nothing was read' : ' in what was read'
  const none = `No keys found${coverage.missed > 0 ? where : ''}`
  const found = findings.length === 0 ? none : `${count(keys, 'key')} found in ${count(findings.length, 'place')}`
  const read = coverage.noun === undefined ? [] : [`${count(coverage.files, coverage.noun)} read`]
  const passedOver = describePassed(coverage)
  const details = [...read, ...(passedOver === undefined ? [] : [passedOver])].join('; ')
  return details === '' ? `${found}.` : `${found}. ${details.slice(0, 1).toUpperCase()}${details.slice(1)}.`
}

/** Counts what was passed over and what was not read; `undefined` where that is nothing. */
export function describePassed(coverage: Coverage): string | undefined {
  const [passed, unread] = [PASSED, UNREAD].map((reasons) => countsOf(coverage, reasons))
  const parts = [...(passed ? [`passed over: ${passed}`] : []), ...(unread ? [`not read: ${unread}`] : [])]
  return parts.length === 0 ? undefined : parts.join('; ')
}

function countsOf({ skipped, passed }: Coverage, reasons: readonly (PassedReason | UnreadReason)[]): string {
  return reasons
    .filter((reason) => reason !== 'empty' && skipped[reason] > 0)
    .map((reason) => {
      const names = passed.filter((each) => each.reason === reason).map(({ path }) => path)
      return `${skipped[reason]} ${NAMES[reason][skipped[reason] === 1 ? 0 : 1]}${listOf(names, skipped[reason])}`
    })
    .join(', ')
}

/** Says how much was read so far. */
export function describeProgress({ files, bytes, noun }: Coverage): string {
  const megabytes = `${Math.round(bytes / MEGABYTE)} MB`
  return noun === undefined ? megabytes : `${files} ${noun}s, ${megabytes}`
}

/** The first names in brackets. */
function listOf(names: readonly string[], count: number): string {
  const shown = names.slice(0, MOST_NAMES)
  return shown.length === 0 ? '' : ` (${[...shown, ...(count > shown.length ? ['…'] : [])].join(', ')})`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
