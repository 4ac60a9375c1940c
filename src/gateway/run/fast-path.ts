/** Imports nothing: bin/run.js asks it before anything is loaded. */

type Environment = Readonly<Record<string, string | undefined>>

/** `mark-stop`: a service manager is about to end this gateway, because somebody asked it to. No command for people. */
const VERBS = ['mark-stop', 'run'] as const

export interface SupervisorCall {
  readonly profile?: string
  readonly verb: (typeof VERBS)[number]
}

/**
 * Is this a call that a supervisor makes (`[-p NAME] gateway run`, HERMES_SUPERVISED=1)? Then it is done without oclif.
 * Anything else on the line, help included, is oclif's to parse and to explain.
 */
export function fastPath(argv: readonly string[], environment: Environment): SupervisorCall | undefined {
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

  const called = words.join(':')
  const verb = VERBS.find((one) => called === `gateway:${one}`)
  if (!verb) return undefined
  return profile === undefined ? {verb} : {profile, verb}
}
