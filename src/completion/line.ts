import type {Catalogue, Command, Flag} from './types.js'

const NONE = {allowNo: false, exclusive: [], multiple: false, options: []}

/** Flags that mean the same before and after a command (cli/argv.ts). */
export const GLOBALS: readonly Flag[] = [
  {...NONE, char: 'p', description: 'The profile to act on', name: 'profile', source: 'profile', takesValue: true},
  {...NONE, description: 'The service manager to use', name: 'backend', source: 'backend', takesValue: true},
  {...NONE, description: 'Answer with JSON', name: 'json', takesValue: false},
]

/** What the words before the cursor amount to. */
export interface Line {
  /** The one that was named; there may be commands below it as long as `open`. */
  readonly command: Command | undefined
  /** Leading words, while the next one may still belong to the name of the command. */
  readonly path: readonly string[]
  readonly open: boolean
  /** Words behind the command. Those of an unknown one are none of its arguments. */
  readonly args: readonly string[]
  /** `--` was seen: no more flags. */
  readonly ended: boolean
  /** Names of the flags that were given. */
  readonly given: ReadonlySet<string>
  /** The flag whose value the next word is. */
  readonly pending: Flag | undefined
}

/** `--lines`, `--lines=5`, `--no-color`, `-n`, `-n5`: the flag that this word names. */
export function flagNamed(word: string, flags: readonly Flag[]): {attached: boolean; flag: Flag} | undefined {
  if (word.startsWith('--')) {
    const [name = '', value] = word.slice(2).split('=', 2)
    const flag = flags.find((one) => one.name === name || (one.allowNo && `no-${one.name}` === name))
    return flag && {attached: value !== undefined, flag}
  }

  const flag = flags.find(({char}) => char !== undefined && char === word[1])
  return flag && {attached: word.length > 2, flag}
}

/** The longest run of leading words that is a command, and what is behind it. */
function resolve(words: readonly string[], catalogue: Catalogue): {command: Command | undefined; rest: readonly string[]} {
  for (let used = words.length; used > 0; used--) {
    const command = catalogue.command(words.slice(0, used).join(':'))
    if (command) return {command, rest: words.slice(used)}
  }

  return {command: undefined, rest: []}
}

/** Reads the words between `hermes` and the one at the cursor, as `cli/argv.ts` and oclif will. */
export function readLine(words: readonly string[], catalogue: Catalogue): Line {
  const path: string[] = []
  const behind: string[] = []
  const given = new Set<string>()
  let ended = false
  let open = true
  let pending: Flag | undefined
  for (const word of words) {
    if (pending) pending = undefined
    else if (ended) behind.push(word)
    else if (word === '--') {
      ended = true
      open = false
    } else if (word.startsWith('-') && word.length > 1) {
      const found = (open ? flagNamed(word, GLOBALS) : undefined) ?? flagNamed(word, resolve(path, catalogue).command?.flags ?? [])
      if (!flagNamed(word, GLOBALS)) open = false
      if (!found) continue
      given.add(found.flag.name)
      if (found.flag.takesValue && !found.attached) pending = found.flag
    } else if (open) path.push(word)
    else behind.push(word)
  }

  const {command, rest} = resolve(path, catalogue)
  return {args: [...rest, ...behind], command, ended, given, open, path, pending}
}
