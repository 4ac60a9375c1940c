import {flagNamed, GLOBALS, readLine, type Line} from './line.js'
import type {Answer, Argument, Candidate, Flag, Source, Sources} from './types.js'

const NOTHING: Answer = {candidates: []}
const HELP: Candidate = {description: 'Show help', value: '--help'}

/**
 * What may stand at the cursor: `words` are those between `hermes` and it, `current` what is typed of the word so far.
 * Pure but for what `sources` looks up, and that is only what is asked for.
 */
export function complete(words: readonly string[], current: string, sources: Sources): Answer {
  const line = readLine(words, sources.catalogue)
  const {command, ended, pending} = line
  if (pending) return valueOf(pending, current, '', sources)
  if (!ended && current.startsWith('-')) {
    // Of an unknown command nobody knows.
    if (!command && line.path.length > 0 && nextNames(line, '', sources).length === 0) return NOTHING
    const found = flagNamed(current, command?.flags ?? GLOBALS)
    const stem = current.startsWith('--') ? /^--[^=]*=/.exec(current)?.[0] : current.slice(0, 2)
    if (found?.attached && found.flag.takesValue && stem) return valueOf(found.flag, current.slice(stem.length), stem, sources)
    return {candidates: startingWith(current, flagCandidates(line, current))}
  }

  const names = line.open ? nextNames(line, current, sources) : []
  const argument = argumentAt(line)
  const {candidates, fallback} = argument ? argumentValues(argument, current, line, sources) : NOTHING
  // A path is meant only where no command is.
  return {candidates: [...names, ...candidates], ...(fallback && names.length === 0 ? {fallback} : {})}
}

const startingWith = (start: string, candidates: readonly Candidate[]): Candidate[] =>
  candidates.filter(({value}) => value.startsWith(start))

function flagCandidates({command, given}: Line, current: string): Candidate[] {
  const flags = (command?.flags ?? GLOBALS).filter(
    ({exclusive, multiple, name}) => (multiple || !given.has(name)) && !exclusive.some((other) => given.has(other)),
  )
  const candidates = flags.flatMap((flag): Candidate[] => {
    const {allowNo, char, name} = flag
    const about = flag.description === undefined ? {} : {description: flag.description}
    return [
      {...about, value: `--${name}`},
      ...(allowNo ? [{...about, value: `--no-${name}`}] : []),
      ...(char === undefined || current.startsWith('--') ? [] : [{...about, value: `-${char}`}]),
    ]
  })
  const root = command ? [] : [{description: 'Show the version', value: '--version'}]
  return [...candidates, HELP, ...root]
}

/** Names of commands and topics that go on from the words there are, in the form that was begun: spaces, or colons. */
function nextNames({path}: Line, current: string, {catalogue}: Sources): Candidate[] {
  const {ids, topics} = catalogue
  const words = path[0] === 'help' ? path.slice(1) : path
  if (words.length === 0 && current.includes(':')) {
    return [...ids].filter(([id]) => id.startsWith(current)).map(([value, description]) => candidate(value, description))
  }

  const before = words.length === 0 ? '' : `${words.join(':')}:`
  const found = new Map<string, Candidate>()
  for (const [id, summary] of ids) {
    if (!id.startsWith(before)) continue
    const [name = ''] = id.slice(before.length).split(':')
    if (name === '' || !name.startsWith(current)) continue
    const whole = `${before}${name}`
    const description = topics.get(whole) ?? (id === whole ? summary : undefined) ?? found.get(name)?.description
    found.set(name, candidate(name, description))
  }

  return [...found.values()]
}

const candidate = (value: string, description: string | undefined): Candidate => ({
  value,
  ...(description === undefined ? {} : {description}),
})

/** The argument at the cursor; undefined where the command takes no more. */
function argumentAt({args, command}: Line): Argument | undefined {
  if (!command) return undefined
  const argument = command.args[args.length] ?? (command.variadic ? command.args.at(-1) : undefined)
  // Of `help` the words are names of commands.
  return command.id === 'help' ? undefined : argument
}

function argumentValues(argument: Argument, current: string, line: Line, sources: Sources): Answer {
  const {args, given} = line
  if (argument.source === 'profile' && (given.has('profile') || given.has('all'))) return NOTHING
  const {candidates, fallback} = values(argument.source, argument.options, sources)
  const rest = candidates.filter(({value}) => !args.includes(value))
  return {candidates: startingWith(current, rest), ...(fallback ? {fallback} : {})}
}

function valueOf(flag: Flag, current: string, stem: string, sources: Sources): Answer {
  const {candidates, fallback} = values(flag.source, flag.options, sources)
  const matching = startingWith(current, candidates).map((one) => ({...one, value: `${stem}${one.value}`}))
  return {candidates: matching, ...(fallback ? {fallback} : {})}
}

function values(source: Source | undefined, options: readonly string[], {catalogue, profiles}: Sources): Answer {
  if (options.length > 0) return {candidates: options.map((value) => ({value}))}
  switch (source) {
    case 'backend': {
      return {candidates: catalogue.backends}
    }

    case 'directory':
    case 'file': {
      return {candidates: [], fallback: source}
    }

    case 'plugin': {
      return {candidates: catalogue.plugins}
    }

    case 'profile': {
      return {candidates: profiles()}
    }

    case undefined: {
      return NOTHING
    }
  }
}
