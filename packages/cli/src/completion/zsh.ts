import type { OptionShape, Shape, Value } from './shape.ts'

/** A completion script for zsh 5 and later. */
export function zshScript({ options, commands }: Shape): string {
  const names = commands.map(({ name, summary }) => `      ${quote(`${name}:${summary}`)}`)
  const bodies = commands.map(({ name, options, argument }) => {
    const specs = options.map(spec)
    if (argument !== undefined) specs.push(quote(`*:argument:${action(argument)}`))
    return `    ${name}) _arguments ${specs.join(' ')} ;;`
  })
  return `#compdef bearward
# Completion of bearward for zsh. Use: source <(bearward completion zsh)
_bearward() {
  local line state
  _arguments -C ${options.map(spec).join(' ')} '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${names.join('\n')}
      )
      _describe command commands ;;
    rest) _bearward_command ;;
  esac
}
_bearward_command() {
  case $words[1] in
${bodies.join('\n')}
  esac
}
compdef _bearward bearward`
}

function spec({ flag, summary, value }: OptionShape): string {
  const text = summary.replace(/[[\]:]/g, '\\$&')
  return quote(`${flag}[${text}]${value === undefined ? '' : `:value:${action(value)}`}`)
}

function action(value: Value): string {
  if (value === 'path') return '_files'
  return value === 'free' ? ' ' : `(${value.join(' ')})`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
