/** For bash 3.2 (macOS) and later. The whole line goes over: bash has cut its own words at every ":" and "=". */
export const bash = String.raw`# hermes completion for bash
_hermes_complete() {
  local IFS=$'\n'
  local -a found
  found=($(command hermes __complete bash "${'$'}{COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null))
  COMPREPLY=()
  case "${'$'}{found[0]-}" in
    :directory) compopt -o filenames -o dirnames 2>/dev/null ;;
    :file) compopt -o default 2>/dev/null ;;
    ?*) COMPREPLY=("${'$'}{found[@]}") ;;
  esac
}
complete -F _hermes_complete hermes
`
