import type { OptionShape, Shape, Value } from './shape.ts'

/** A completion script for fish 3 and later. */
export function fishScript({ options, commands }: Shape): string {
  const top = commands.map(
    ({ name, summary }) => `complete -c bearward -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
  )
  const globals = options.map((option) => line('__fish_use_subcommand', option))
  const own = commands.flatMap(({ name, options, argument }) => {
    const condition = `"__fish_seen_subcommand_from ${name}"`
    const argued = argument === undefined ? [] : [`complete -c bearward -n ${condition}${valueWords(argument)}`]
    return [...argued, ...options.map((option) => line(condition, option))]
  })
  return [
    '# Completion of bearward for fish. Use: bearward completion fish | source',
    'complete -c bearward -f',
    ...top,
    ...globals,
    ...own,
  ].join('\n')
}

function line(condition: string, { flag, summary, value }: OptionShape): string {
  const required = value === undefined ? '' : ` -r${valueWords(value)}`
  return `complete -c bearward -n ${condition} -l ${flag.replace('--', '')}${required} -d ${quote(summary)}`
}

function valueWords(value: Value): string {
  if (value === 'path') return ' -F'
  return value === 'free' ? ' -f' : ` -f -a ${quote(value.join(' '))}`
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
