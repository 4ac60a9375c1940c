import {launches, verbs, type Mutant} from './kinds.js'

const quoted = (words: readonly string[]) => words.map((word) => `"${word}"`).join(' ')

/** What the program is given, and what becomes of its output. */
export const PROGRAMS: readonly Mutant[] = [
  launches(
    'hostile input: arguments arrive as they are',
    'arguments go through a shell',
    /deep-equal/,
    (launch) =>
      (spec, ...rest) =>
        launch({...spec, command: ['/bin/sh', '-c', `exec ${quoted(spec.command)}`]}, ...rest),
  ),
  launches('hostile input: values of the environment arrive as they are', '% is expanded', /%%/, (launch) => (spec, ...rest) => {
    const environment = Object.fromEntries(Object.entries(spec.environment).map(([name, value]) => [name, value.replaceAll('%%', '%')]))
    return launch({...spec, environment}, ...rest)
  }),
  launches(
    'hostile input: a line break in a value of the environment arrives, or is refused as an invalid spec',
    'values end at a line break',
    /two/,
    (launch) =>
      (spec, ...rest) => {
        const environment = Object.fromEntries(Object.entries(spec.environment).map(([name, value]) => [name, value.split('\n')[0]!]))
        return launch({...spec, environment}, ...rest)
      },
  ),
  launches(
    "lifecycle: the caller's environment does not reach the program",
    'the environment is inherited',
    /leaked/,
    (launch) =>
      (spec, ...rest) =>
        launch({...spec, environment: {...(process.env as Record<string, string>), ...spec.environment}}, ...rest),
  ),
  launches(
    'lifecycle: the program gets its arguments, environment and working directory',
    'it runs in /',
    /'\/'/,
    (launch) =>
      (spec, ...rest) =>
        launch({...spec, workingDirectory: '/'}, ...rest),
  ),
  verbs('logs: logs gives the last lines of stdout and stderr, oldest first', 'logs are newest first', /deep-equal/, (sound) => ({
    async *logs(id, options) {
      const lines: string[] = []
      for await (const line of sound.logs!(id, options)) lines.unshift(line)
      yield* lines
    },
  })),
  verbs(
    'logs: logs gives the last lines of stdout and stderr, oldest first',
    'logs are always whole',
    /no more lines than asked for/,
    (sound) => ({
      logs: (id, options) => sound.logs!(id, {...options, lines: 1000}),
    }),
  ),
  verbs(
    'logs: following gives lines as they are written, and ends when aborted',
    'follow ends at once',
    /the new line: not so/,
    (sound) => ({
      logs: (id, options) => sound.logs!(id, {...options, follow: false}),
    }),
  ),
  verbs(
    'logs: following gives lines as they are written, and ends when aborted',
    'follow never ends',
    /the lines end: not so/,
    (sound) => ({
      logs: (id, {follow, lines}) => sound.logs!(id, {follow, lines}),
    }),
  ),
]
