/**
 * Registered at the first prompt: wherever in .zshrc it is read, compinit has run by then, and a later one would forget
 * what was registered before.
 */
export const zsh = String.raw`#compdef hermes
# hermes completion for zsh
_hermes() {
  local -a found shown
  local line
  found=("${'$'}{(@f)$(command hermes __complete zsh -- "${'$'}{(@Q)words[2,CURRENT-1]}" "${'$'}{(Q)PREFIX}" 2>/dev/null </dev/null)}")
  case "$found[1]" in
    '') return 1 ;;
    :directory) _files -/; return ;;
    :file) _files; return ;;
  esac
  for line in "$found[@]"; do
    shown+=("${'$'}{${'$'}{line%%$'\t'*}//:/\\:}:${'$'}{line#*$'\t'}")
  done
  _describe -t hermes hermes shown
}
_hermes_register() {
  add-zsh-hook -d precmd _hermes_register
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _hermes hermes
}
if [[ "$funcstack[1]" = _hermes ]]; then
  _hermes "$@"
else
  autoload -Uz add-zsh-hook && add-zsh-hook precmd _hermes_register
fi
`
