import { sha256 } from '@bearward/core'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'

/** What the parser makes of the options. */
interface Options {
  readonly environment?: string
  readonly digest?: true
  readonly json?: true
}

/** `bearward generate`: a token of your format, for tables that you keep yourself. */
export const addGenerate: AddCommand = (program, frame) => {
  const command = program
    .command('generate')
    .summary('make a token, without a store')
    .description('Print a new token, once. Keep its digest, give the token away, keep it nowhere.')
    .option('--environment <name>', 'the environment of this token (default: the first)')
    .option('--digest', 'print the SHA-256 of the token too, on a second line')
    .option('--json', 'print an object with token, environment, hint and digest')
  addFormatOptions(command)

  command.action(
    frame.handle(async (command) => {
      const options = command.opts<Options>()
      const format = frame.settings(command).format()
      const environment = options.environment ?? format.environments[0]
      if (environment !== undefined && !format.environments.includes(environment)) {
        const known = format.environments.join(', ') || 'none; give --environments'
        throw new Failure('usage', `there is no environment ${environment}`, `there are ${known}`)
      }
      const token = format.generate(environment)
      const digest = await sha256().digest(token)
      if (options.json) frame.output.json({ token, environment, hint: format.hint(token), digest })
      else frame.output.data(options.digest ? [token, digest] : token)
      if (frame.output.isTerminal) frame.output.note('This token is shown once. Its digest is what to keep.')
      return 'ok'
    }),
  )
}
