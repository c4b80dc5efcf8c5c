import type { Command } from 'commander'
import { type Ending, EXIT_CODES } from './exit-codes.ts'
import { Output } from './output.ts'
import { type Flags, SETTINGS, Settings } from './settings.ts'
import type { World } from './world.ts'

/** What a file of `commands/` exports: it adds one command to the program. */
export type AddCommand = (program: Command, frame: Frame) => void

/** What every command is given: the world, a place to write, the settings, and a way to end. */
export class Frame {
  readonly world: World
  readonly output: Output
  /** The exit code of the command that ran. */
  exitCode: number = EXIT_CODES.ok

  constructor(world: World) {
    this.world = world
    this.output = new Output(world)
  }

  /** The settings, seen from a command with these options. */
  settings(command: Command): Settings {
    return new Settings(command.optsWithGlobals<Flags>(), this.world)
  }

  /**
   * Makes the action of a command out of a function that says how it ended. What it throws is printed by `run()`.
   *
   * @param handler is given the command, for its options and settings, and its arguments in order
   */
  handle(handler: (command: Command, ...argv: string[]) => Promise<Ending>): (...args: unknown[]) => Promise<void> {
    return async (...args) => {
      // The parser hands over the arguments, then the options, then the command, which knows both.
      const command = args.at(-1) as Command
      this.exitCode = EXIT_CODES[await handler(command, ...command.args)]
    }
  }
}

/** The options of each command that has to know what keys look like. */
export function addFormatOptions(command: Command): Command {
  return command
    .option(`${SETTINGS.prefix.flag} <prefix>`, 'what every key begins with, such as acme')
    .option(`${SETTINGS.environments.flag} <names>`, 'environments in keys, such as live,test')
}

/** The option of each command that gives keys scopes. */
export function addScopesOption(command: Command): Command {
  return command.option(`${SETTINGS.scopes.flag} <names>`, 'the scopes there are (default: any)')
}
