import type { Shape, Value } from './shape.ts'

/** A completion script for bash 3.2 and later; needs nothing of bash-completion. */
export function bashScript({ options, commands }: Shape): string {
  const names = commands.map(({ name }) => name)
  const values = commands.flatMap((command) =>
    command.options.flatMap(({ flag, value }) =>
      value ? [`    ${command.name},${flag}) ${reply(value)}; return ;;`] : [],
    ),
  )
  const globals = options.flatMap(({ flag, value }) => (value ? [`    ,${flag}) ${reply(value)}; return ;;`] : []))
  const bodies = commands.map(({ name, options, argument }) => {
    const flags = reply(options.map(({ flag }) => flag))
    return `    ${name}) if [[ $cur == -* ]]; then ${flags}; else ${reply(argument ?? 'free')}; fi ;;`
  })
  return `# Completion of bearward for bash. Use: source <(bearward completion bash)
_bearward_reply() {
  # Line by line, so that a blank in a path does no harm.
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$@")
}
_bearward() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${names.join('|')}) command=\${COMP_WORDS[index]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command,$prev in
${[...globals, ...values].join('\n')}
  esac
  case $command in
${bodies.join('\n')}
    *) ${reply([...names, ...options.map(({ flag }) => flag)])} ;;
  esac
}
complete -o filenames -F _bearward bearward`
}

function reply(value: Value): string {
  if (value === 'free') return ':'
  return `_bearward_reply ${value === 'path' ? '-f' : `-W '${value.join(' ')}'`} -- "$cur"`
}
