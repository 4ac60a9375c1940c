/** Imports nothing: bin/run.js asks it before anything is loaded. */

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Is this the call a supervisor makes (`[-p NAME] gateway run`, HERMES_SUPERVISED=1)? Then the gateway runs without
 * oclif. Anything else on the line, help included, is oclif's to parse and to explain.
 */
export function fastPath(argv: readonly string[], environment: Environment): {profile?: string} | undefined {
  if (environment.HERMES_SUPERVISED !== '1') return undefined
  const words: string[] = []
  let profile: string | undefined
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    const given = word === '-p' || word === '--profile' ? argv[++i] : word.startsWith('--profile=') ? word.slice(10) : undefined
    if (given === undefined) {
      if (word.startsWith('-')) return undefined
      words.push(word)
    } else {
      if (profile !== undefined || given.startsWith('-')) return undefined
      profile = given
    }
  }

  const isRun = words.length === 2 ? words[0] === 'gateway' && words[1] === 'run' : words.length === 1 && words[0] === 'gateway:run'
  if (!isRun) return undefined
  return profile === undefined ? {} : {profile}
}
