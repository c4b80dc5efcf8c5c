import { createReadStream, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import type { Keyring } from '@bearward/keyring'
import type { Command } from 'commander'
import { confirm } from '../confirm.ts'
import { Failure, fileFailure } from '../failure.ts'
import { type AddCommand, addFormatOptions, type Frame } from '../frame.ts'
import { attributionOf, withKeyring } from '../keyring.ts'
import { Progress } from '../progress.ts'
import type { Finding } from '../scan/finding.ts'
import { report } from '../scan/report.ts'
import { type ScanOptions, type Summary, scanHistory, scanStream, scanTree, type TreeOptions } from '../scan/scan.ts'
import { SETTINGS } from '../settings.ts'
import { say } from './revoke.ts'

/** What the parser makes of the options. */
interface Options {
  readonly git?: true
  readonly json?: true
  readonly sarif?: true
  readonly binary?: true
  readonly ignored?: true
  readonly maxSize?: string
  readonly live?: true
  readonly revoke?: true
  readonly yes?: true
}

/** Default of `--max-size`, in megabytes. */
const MAX_SIZE = 1024
const MEGABYTE = 1_000_000

/** `bearward scan`: finds keys that are where they should not be. */
export const addScan: AddCommand = (program, frame) => {
  const command = program
    .command('scan')
    .summary('find keys in files, a diff, or the history of git')
    .description('Find keys in a file, a folder, or with - in text or a diff on standard input.')
    .argument('<path>')
    .option('--git', 'scan all commits of the repository at the path')
    .option('--json', 'print an object with findings and summary')
    .option('--sarif', 'print SARIF 2.1.0')
    .option('--ignored', 'scan files that git ignores, too')
    .option('--binary', 'scan files that look binary, too')
    .option('--max-size <megabytes>', `pass over files that are longer (default: ${MAX_SIZE})`)
    .option('--live', 'ask the store what it knows of each key')
    .option('--revoke', 'revoke those that still work, after asking')
    .option('--yes', 'do not ask')
    .option(`${SETTINGS.databaseUrl.flag} <url>`, 'for --live and --revoke')
  addFormatOptions(command)

  command.action(
    frame.handle(async (command, path = '') => {
      const options = command.opts<Options>()
      if (options.json && options.sarif) throw new Failure('usage', 'there are two forms of output', 'give one of them')
      const format = frame.settings(command).format()
      const search = async (ask?: Ask): Promise<{ findings: Finding[]; summary: Summary | undefined }> => {
        const findings: Finding[] = []
        const onFinding = async (finding: Finding, token: string): Promise<void> => {
          findings.push(ask === undefined ? finding : { ...finding, ...(await ask(token)) })
        }
        const form = options.sarif ? 'sarif' : options.json ? 'json' : 'text'
        let summary: Summary | undefined
        const progress = new Progress(frame.output, 'scan', 'begun')
        try {
          summary = await scan(frame, command, path, { format, onFinding }, progress)
        } catch (error) {
          // What is known to be public must be told, whatever else is wrong.
          progress.clear()
          if (findings.length > 0) report(frame.output, findings, undefined, form)
          throw error
        } finally {
          progress.end()
        }
        report(frame.output, findings, summary, form)
        return { findings, summary }
      }
      const { findings, summary } =
        options.live || options.revoke
          ? await withKeyring(
              frame,
              command,
              async ({ keyring }) => {
                const done = await search(askerOf(keyring))
                if (options.revoke) await revokeFound(frame, keyring, done.findings, options.yes ?? false)
                return done
              },
              { access: options.revoke ? 'change' : 'read' },
            )
          : await search()
      if (findings.length > 0) return 'found'
      // Whoever asks whether a tree is clean must not be told so by a scan that has not seen all of it.
      return (summary?.skipped.failed ?? 0) > 0 ? 'denied' : 'ok'
    }),
  )
}

type Ask = (token: string) => Promise<Pick<Finding, 'state' | 'keyId'>>

/** What the store knows of a token; it is not kept. */
function askerOf(keyring: Keyring): Ask {
  return async (token) => {
    const key = await keyring.find(token)
    return key === null ? { state: 'unknown' } : { state: key.state, keyId: key.id }
  }
}

async function revokeFound(frame: Frame, keyring: Keyring, findings: readonly Finding[], yes: boolean): Promise<void> {
  const ids = new Set(
    findings.flatMap(({ keyId, state }) => (keyId === undefined || state === 'revoked' ? [] : [keyId])),
  )
  if (ids.size === 0) return
  const question = `Revoke ${[...ids].join(', ')}? This cannot be undone.`
  if (!(await confirm(frame.world, question, yes))) return
  for (const id of ids) {
    const { confirmation } = await keyring.revoke(id, attributionOf(frame, { reason: 'found by bearward scan' }))
    frame.output.note(`revoked ${id}, ${say(confirmation)}`)
  }
}

async function scan(
  frame: Frame,
  command: Command,
  path: string,
  scanOptions: ScanOptions,
  progress: Progress,
): Promise<Summary | undefined> {
  const { git, binary = false, ignored = false, maxSize } = command.opts<Options>()
  if (git) {
    if (path === '-') throw new Failure('usage', 'standard input has no history', 'name a repository')
    const { isShallow } = await scanHistory(resolve(frame.world.cwd, path), scanOptions)
    if (isShallow) frame.output.note('The clone is shallow: what was committed earlier was not there to be scanned.')
    return undefined
  }
  const stream = path === '-' ? frame.world.stdin : openStream(resolve(frame.world.cwd, path))
  if (stream !== undefined) {
    await scanStream(stream, scanOptions)
    return undefined
  }
  return scanFiles(
    frame,
    path,
    {
      ...scanOptions,
      binary,
      honourIgnores: !ignored,
      maxBytes: megabytes(maxSize) * MEGABYTE,
    },
    progress,
  )
}

/** What can be read once and from its beginning alone: a pipe, such as `<(git diff)` of a shell, or a device. */
function openStream(file: string): Readable | undefined {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats?.isFIFO() || stats?.isCharacterDevice() ? createReadStream(file) : undefined
}

type FileOptions = Omit<TreeOptions, 'onProgress' | 'onFailure' | 'nameOf'>

async function scanFiles(frame: Frame, path: string, options: FileOptions, progress: Progress): Promise<Summary> {
  const { output, world } = frame
  const root = resolve(world.cwd, path)
  // As it was typed: whoever types a relative path is shown relative paths.
  const nameOf = (found: string): string => join(path, relative(root, found)).split(sep).join('/')
  try {
    return await scanTree(root, {
      ...options,
      nameOf,
      onProgress({ files, bytes }) {
        progress.update(`${files} files, ${Math.round(bytes / MEGABYTE)} MB`)
      },
      onFailure(failed, cause) {
        progress.clear()
        output.note(fileFailure(nameOf(failed), cause).message)
      },
    })
  } catch (cause) {
    if (cause instanceof Failure || (cause as NodeJS.ErrnoException).code === undefined) throw cause
    throw fileFailure(path, cause)
  }
}

function megabytes(text: string | undefined): number {
  if (text === undefined) return MAX_SIZE
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= 1_000_000) return number
  throw new Failure('usage', '--max-size is not a whole number of megabytes from 1 to 1000000', 'change it')
}
