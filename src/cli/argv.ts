/** Options that mean the same before and after the command. */
const GLOBAL = /^(?:-p(?<short>.+)?|--(?:backend|profile)(?:=(?<long>.*))?|--json)$/s

interface Taken {
  /** The flag as it goes on, its value with it. */
  readonly words: readonly string[]
  readonly length: number
}

function takeGlobal(argv: readonly string[], at: number): Taken | undefined {
  const word = argv[at]!
  const match = GLOBAL.exec(word)
  if (!match) return undefined
  if (word === '--json' || match.groups?.short !== undefined || match.groups?.long !== undefined) return {length: 1, words: [word]}
  const value = argv[at + 1]
  // A missing value is for the command's own parser to complain about.
  return value === undefined ? {length: 1, words: [word]} : {length: 2, words: [word, value]}
}

/** What there is to call. `takesWords`: words behind it are its arguments. */
export interface CommandName {
  readonly id: string
  readonly takesWords: boolean
}

/** The longest run of leading words that is a command: `gateway start coder` -> `gateway:start`. */
function longestCommand(words: readonly string[], commands: readonly CommandName[]): {id: string; used: number} | undefined {
  for (let used = words.length; used > 0; used--) {
    const id = words.slice(0, used).join(':')
    const command = commands.find((one) => one.id === id)
    if (!command) continue
    // `gateway strat` is a slip in a command of that topic, not an argument of `gateway`.
    const isSlip = used < words.length && !command.takesWords && commands.some((one) => one.id.startsWith(`${id}:`))
    return isSlip ? undefined : {id, used}
  }

  return undefined
}

/**
 * Every way to write a command, made one: `-p coder gateway start x`, `gateway -p coder start x` and
 * `gateway:start -p coder x` all become `gateway:start -p coder x`. Pure. What is behind `--` is never looked at, and
 * what names no command goes on as one unknown id, for the command_not_found hook to explain.
 */
export function normaliseArgv(argv: readonly string[], commands: readonly CommandName[]): string[] {
  const moved: string[] = []
  const words: string[] = []
  let at = 0
  while (at < argv.length) {
    const taken = takeGlobal(argv, at)
    if (taken) {
      moved.push(...taken.words)
      at += taken.length
    } else if (argv[at]!.startsWith('-')) {
      break
    } else {
      words.push(argv[at]!)
      at++
    }
  }

  const rest = argv.slice(at)
  if (words.length === 0) return rest.length > 0 ? [...rest] : ['--help']
  if (words[0] === 'help') return [...words, ...rest]
  const command = longestCommand(words, commands)
  if (!command) return [words.join(':'), ...moved, ...rest]
  return [command.id, ...moved, ...words.slice(command.used), ...rest]
}

/** What `--backend` names, the last one. `argv` is normalised; a missing value is for the command's own parser to complain about. */
export function backendNamed([, ...argv]: readonly string[]): string | undefined {
  let named: string | undefined
  for (const [at, word] of argv.entries()) {
    if (word === '--') break
    if (word === '--backend') named = argv[at + 1]
    else if (word.startsWith('--backend=')) named = word.slice(10)
  }

  return named
}
