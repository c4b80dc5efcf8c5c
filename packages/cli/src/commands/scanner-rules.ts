import { Option } from 'commander'
import { Failure } from '../failure.ts'
import { type AddCommand, addFormatOptions } from '../frame.ts'
import { ruleOf } from '../rules/rule.ts'
import { SCANNERS } from '../rules/scanners.ts'

/** `bearward scanner-rules`: what other scanners need to find your keys. */
export const addScannerRules: AddCommand = (program, frame) => {
  const command = program
    .command('scanner-rules')
    .summary('write rules for a secret scanner')
    .description('Print the configuration with which a secret scanner finds your keys.')
    .addOption(new Option('--for <scanner>', 'the scanner').choices(Object.keys(SCANNERS)).makeOptionMandatory())
  addFormatOptions(command)

  command.action(
    frame.handle(async (command) => {
      const { for: scanner } = command.opts<{ for: string }>()
      const write = SCANNERS[scanner]
      if (write === undefined) throw new Failure('usage', 'there is no such scanner', 'see --help')
      frame.output.script(write(ruleOf(frame.settings(command).format())))
      return 'ok'
    }),
  )
}
