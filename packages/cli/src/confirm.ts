import { createInterface } from 'node:readline'
import { Failure } from './failure.ts'
import { harmless } from './harmless.ts'
import type { World } from './world.ts'

/**
 * Asks before what cannot be undone. Anything but `y` or `yes` means no.
 *
 * @param yes the command was given `--yes`, and nobody is asked
 * @throws {Failure} when there is nobody to ask
 */
export async function confirm(world: World, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (world.stdin.isTTY !== true) {
    throw new Failure('usage', 'this cannot be undone, and there is no terminal to ask on', 'give --yes to go on')
  }
  const lines = createInterface({ input: world.stdin, output: world.stderr })
  try {
    return await new Promise<boolean>((resolve) => {
      lines.once('close', () => resolve(false))
      lines.question(`${harmless(question)} [y/N] `, (answer) => resolve(/^y(?:es)?$/i.test(answer.trim())))
    })
  } finally {
    lines.close()
  }
}
