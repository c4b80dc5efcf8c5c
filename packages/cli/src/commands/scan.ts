import type { Keyring } from '@bearward/keyring'
import { type Command, Option } from 'commander'
import { confirm } from '../confirm.ts'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions, type Frame } from '../frame.ts'
import { attributionOf, withKeyring } from '../keyring.ts'
import { Progress } from '../progress.ts'
import type { Coverage } from '../scan/coverage.ts'
import type { Finding } from '../scan/finding.ts'
import { type Form, report, type Searched } from '../scan/report.ts'
import { MAX_SIZE, readSource, SILENCE, type SourceOptions } from '../scan/source.ts'
import { describeProgress } from '../scan/verdict.ts'
import { SETTINGS } from '../settings.ts'
import { say, sayChain } from './revoke.ts'

/** What the parser makes of the options. */
interface Options extends SourceOptions {
  readonly json?: true
  readonly sarif?: true
  readonly live?: true
  readonly revoke?: true
  readonly yes?: true
}

/** `bearward scan`: finds keys that are where they should not be. */
export const addScan: AddCommand = (program, frame) => {
  const command = program
    .command('scan')
    .summary('find keys in files, a diff, or the history of git')
    .description('Find keys in a file, a folder, or with - in text or a diff on standard input.')
    .argument('<path>')
    .option('--git', 'scan the history of a repository')
    .option('--unreachable', 'with --git: also what no branch leads to')
    .option('--staged', 'scan what is staged for the next commit')
    .option('--json', 'print an object with findings and summary')
    .option('--sarif', 'print SARIF 2.1.0')
    .option('--ignored', 'scan files that git ignores, too')
    // The default now, and in scripts from before.
    .addOption(new Option('--binary', 'scan files that look binary, too').hideHelp())
    .option('--no-binary', 'pass over files that look binary')
    .option('--max-size <megabytes>', `longest file to read (default: ${MAX_SIZE})`)
    .option('--git-timeout <seconds>', `longest silence of git (default: ${SILENCE})`)
    .option('--accept-unread <reasons>', 'end with 0 although such parts were not read')
    .option('--live', 'ask the store what it knows of each key')
    .option('--revoke', 'revoke those that still work, after asking')
    .option('--yes', 'do not ask')
    .option(`${SETTINGS.databaseUrl.flag} <url>`, 'for --live and --revoke')
  addFormatOptions(command)

  command.action(
    frame.handle(async (command, path = '') => {
      const options = command.opts<Options>()
      if (options.json && options.sarif) throw new Failure('usage', 'there are two forms of output', 'give one of them')
      const searched = searchedBy(frame, command)
      const search = (ask?: Ask): Promise<Done> => searchAndReport(frame, path, options, searched, ask)
      const { findings, coverage } =
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
      // A scan that has not seen all of a tree must not call it clean.
      return coverage.isComplete ? 'ok' : 'denied'
    }),
  )
}

/** The result of a scan. */
interface Done {
  readonly findings: readonly Finding[]
  readonly coverage: Coverage
}

/** The prefix, and where it comes from: a file of the current folder may be one of the folder that is scanned. */
function searchedBy(frame: Frame, command: Command): Searched {
  const settings = frame.settings(command)
  const { prefix } = settings.format()
  const origin = settings.find('prefix')?.origin ?? ''
  const isFromFile = origin !== SETTINGS.prefix.flag && origin !== SETTINGS.prefix.variable
  return { prefix, ...(isFromFile ? { origin } : {}) }
}

async function searchAndReport(
  frame: Frame,
  path: string,
  options: Options,
  searched: Searched,
  ask: Ask | undefined,
): Promise<Done> {
  const form: Form = options.sarif ? 'sarif' : options.json ? 'json' : 'text'
  const findings: Finding[] = []
  const source = readSource(frame, path, options)
  const progress = new Progress(frame.output, 'scan', 'begun')
  try {
    await source.scan({
      format: { prefix: searched.prefix },
      coverage: source.coverage,
      onProgress: () => progress.update(describeProgress(source.coverage)),
      async onFinding(finding, token) {
        findings.push(ask === undefined ? finding : { ...finding, ...(await ask(token)) })
      },
    })
  } catch (error) {
    progress.end()
    // A key that is known to be public must be told, even if the rest cannot be read.
    if (findings.length > 0) report(frame.output, findings, source.coverage, searched, form)
    throw error
  }
  progress.end()
  report(frame.output, findings, source.coverage, searched, form)
  return { findings, coverage: source.coverage }
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
    const revoked = await keyring.revoke(id, attributionOf(frame, { reason: 'found by bearward scan' }))
    frame.output.note([`revoked ${id}, ${say(revoked.confirmation)}`, ...sayChain(revoked)])
  }
}
