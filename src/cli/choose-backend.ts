/** `--backend KIND` among the words of a command, in any of its forms; the last one counts. */
function askedFor(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const at = own.findLastIndex((word) => word === '--backend' || word.startsWith('--backend='))
  if (at === -1) return undefined
  return own[at] === '--backend' ? own[at + 1] : own[at]!.slice('--backend='.length)
}

/** From here on the flag is the variable: detection happens before a command has read its flags. */
export function chooseBackend(argv: readonly string[], environment: Record<string, string | undefined>): void {
  const kind = askedFor(argv)
  if (kind) environment.HERMES_BACKEND = kind
}
