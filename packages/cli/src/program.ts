import { Command, CommanderError, Help } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { COMMANDS } from './commands.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { Frame } from './frame.ts'
import { harmless } from './harmless.ts'
import { withoutSecrets } from './text.ts'
import type { World } from './world.ts'

/** The whole program as the parser sees it. */
export function createProgram(frame: Frame): Command {
  const program = new Command('bearward')
    .description('Issue, rotate, revoke and audit API keys, and find leaked ones.')
    .version(manifest.version, '--version', 'print the version')
    .option('--config <file>', 'configuration (default: bearward.config.json, if it is there)')
    .option('--debug', 'print where an error came from')
    .usage('<command> [--help] [--config <file>] [--debug] [--version]')
    .helpOption('--help', 'print help; also after a command')
    .helpCommand(false)
    // A screen has room for the commands, and for one line beside them.
    .configureHelp({
      visibleOptions: (command) =>
        command.parent === null
          ? []
          : new Help().visibleOptions(command as Command).filter(({ long }) => long !== '--help'),
      optionDescription: (option) =>
        option.argChoices === undefined
          ? new Help().optionDescription(option)
          : `${option.description}: ${option.argChoices.join(', ')}`,
    })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => frame.world.stdout.write(text),
      // What is wrong reaches run() as an error and is printed there, once and in one line.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(frame.world.stdout.columns ?? 80, 80),
    })
  for (const add of COMMANDS) add(program, frame)
  for (const command of program.commands) {
    const brief = command.options.filter(({ hidden }) => hidden).map(({ flags }) => flags)
    const also = [...brief, '--config <file>', '--debug'].join(', ')
    command.helpOption('--help', 'print this').addHelpText('after', `Also: ${also}`)
  }
  return program
}

/**
 * Runs one command line.
 *
 * @param argv what was typed after the name of the program
 * @returns the exit code
 */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const frame = new Frame(world)
  const program = createProgram(frame)
  try {
    if (argv.length === 0) throw new Failure('usage', 'no command was given', 'bearward --help lists them')
    await program.parseAsync(argv, { from: 'user' })
    return frame.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.ok
    if (program.opts<{ debug?: boolean }>().debug) frame.output.note(stackOf(error).map(withoutSecrets))
    const failure = error instanceof CommanderError ? usageFailure(error, helpFor(program, argv)) : failureOf(error)
    const name = frame.output.paintNote('red', 'bearward:')
    frame.output.note(`${name} ${harmless(withoutSecrets(failure.message))}`)
    return EXIT_CODES[failure.ending]
  }
}

/** The help that has the answer: that of the command, if one was named. */
function helpFor(program: Command, argv: readonly string[]): string {
  const names = program.commands.map((command) => command.name())
  const name = argv.find((argument) => names.includes(argument))
  return `see ${['bearward', ...(name === undefined ? [] : [name])].join(' ')} --help`
}

function usageFailure(error: CommanderError, mend: string): Failure {
  const what = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replace(/\s*\n\s*/g, ' ')
  return new Failure('usage', what, mend, { cause: error })
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  const what = `this is a defect: ${error instanceof Error ? error.message.split('\n')[0] : 'something odd was thrown'}`
  return new Failure('defect', what, 'run again with --debug, and report what it prints', { cause: error })
}

/** An error and its causes: the message of each on one line, whatever is in it, and its frames. */
function stackOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const { name, message, stack = '', cause } = error
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  const causes = cause === undefined ? [] : stackOf(cause)
  return [`${name}: ${message}`, ...frames, ...causes.map((line, index) => (index === 0 ? `caused by: ${line}` : line))]
}
