import { Argument } from 'commander'
import { bashScript } from '../completion/bash.ts'
import { fishScript } from '../completion/fish.ts'
import { type Shape, shapeOf } from '../completion/shape.ts'
import { zshScript } from '../completion/zsh.ts'
import { Failure } from '../failure.ts'
import type { AddCommand } from '../frame.ts'

const SHELLS: Readonly<Record<string, (shape: Shape) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** `bearward completion`: the program describes itself to a shell. */
export const addCompletion: AddCommand = (program, frame) => {
  program
    .command('completion')
    .summary('write a completion script for a shell')
    .description('Print a script that completes commands and options, to be sourced by your shell.')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(SHELLS)))
    .action(
      frame.handle(async (_, shell = '') => {
        const write = SHELLS[shell]
        if (write === undefined) throw new Failure('usage', 'there is no script for this shell', 'see --help')
        frame.output.script(write(shapeOf(program)))
        return 'ok'
      }),
    )
}
