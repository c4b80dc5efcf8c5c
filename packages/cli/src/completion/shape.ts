import { type Command, Help, type Option } from 'commander'

/** The program as a completion script needs it: names, and what may follow them. */
export interface Shape {
  readonly options: readonly OptionShape[]
  readonly commands: readonly CommandShape[]
}

interface CommandShape {
  readonly name: string
  readonly summary: string
  readonly options: readonly OptionShape[]
  /** What its arguments are; `undefined` when it takes none. */
  readonly argument: Value | undefined
}

export interface OptionShape {
  readonly flag: string
  readonly summary: string
  /** What follows it; `undefined` when nothing does. */
  readonly value: Value | undefined
}

/** A path, one of a list, or something that nobody can guess. */
export type Value = 'path' | 'free' | readonly string[]

/** Names of arguments that stand for a path. */
const PATHS = /^(?:file|path|folder)$/

export function shapeOf(program: Command): Shape {
  const options = optionsOf(program)
  return {
    options,
    commands: program.commands.map((command) => {
      const [argument] = command.registeredArguments
      return {
        name: command.name(),
        summary: command.summary(),
        options: [...optionsOf(command), ...options.filter(({ flag }) => flag !== '--help' && flag !== '--version')],
        argument: argument && valueKind(argument.name(), argument.argChoices),
      }
    }),
  }
}

function optionsOf(command: Command): OptionShape[] {
  // Not as the program's own help, which leaves them out for want of room.
  return new Help().visibleOptions(command).map((option: Option) => ({
    flag: option.long ?? option.flags,
    summary: option.description,
    value: option.required ? valueKind(/<(.+)>/.exec(option.flags)?.[1] ?? '', option.argChoices) : undefined,
  }))
}

function valueKind(name: string, choices: readonly string[] | undefined): Value {
  return choices ?? (PATHS.test(name) ? 'path' : 'free')
}
