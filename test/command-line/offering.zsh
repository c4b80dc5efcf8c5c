# The inner zsh of capture.zsh.
PROMPT= RPROMPT=
module_path=($ZSH_ROOT/usr/lib/*/zsh/*(/N))
fpath=($ZSH_ROOT/usr/share/zsh/functions $ZSH_ROOT/usr/share/zsh/functions/**/*(/N))
autoload -Uz compinit && compinit -D -u
source $1
unsetopt zle_bracketed_paste list_beep 2>/dev/null

compadd() {
  # Calls that fill arrays offer nothing yet.
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a fitting
  builtin compadd -A fitting "$@"
  local word
  for word in $fitting; do print -r -- "offered:$word"; done
  builtin compadd "$@"
}
finish() { print -r -- finished; exit }
comppostfuncs=(finish)
bindkey '^I' complete-word
print ready
