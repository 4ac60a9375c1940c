import {describe, isFlagName, isSafe} from './safe.js'
import type {Argument, Command, Flag, Source} from './types.js'
import {isObject, listAt, objectAt, type Unknown} from './unknown.js'

const SOURCES: ReadonlySet<unknown> = new Set<Source>(['backend', 'directory', 'file', 'plugin', 'profile'])
const isSource = (value: unknown): value is Source => SOURCES.has(value)

/** Of commands that are not ours and cannot say it themselves (a static `completes`). */
const FOREIGN: Readonly<Record<string, Readonly<Record<string, Source>>>> = {
  'plugins:inspect': {plugin: 'plugin'},
  'plugins:link': {path: 'directory'},
  'plugins:uninstall': {plugin: 'plugin'},
}

const safeAt = (value: unknown, key: string): readonly string[] => listAt(value, key).filter((one) => isSafe(one))

/** What the name in the help says of the value. */
const BY_HELP: Readonly<Record<string, Source>> = {DIR: 'directory', FILE: 'file', PATH: 'file'}
const BY_NAME: Readonly<Record<string, Source>> = {backend: 'backend', profile: 'profile'}
const own = (record: Readonly<Record<string, Source>>, key: unknown): Source | undefined =>
  typeof key === 'string' && Object.hasOwn(record, key) ? record[key] : undefined

/** One command as a manifest has it. Malformed parts are left out. */
export function readCommand(id: string, raw: Unknown): Command {
  const said = {...(typeof raw.id === 'string' ? FOREIGN[raw.id] : {}), ...objectAt(raw, 'completes')}
  const sourceOf = (name: string): Source | undefined => (Object.hasOwn(said, name) && isSource(said[name]) ? said[name] : undefined)
  const args = Object.entries(objectAt(raw, 'args')).map(([name, arg]): Argument => {
    const source = sourceOf(name)
    return {name, options: safeAt(arg, 'options'), ...(source ? {source} : {})}
  })
  const flags = Object.entries(objectAt(raw, 'flags')).flatMap(([name, flag]) =>
    isObject(flag) && isFlagName(name) && flag.hidden !== true ? [readFlag(name, flag, sourceOf(name))] : [],
  )
  const lastArgument = Object.values(objectAt(raw, 'args')).at(-1)
  return {args, flags, id, variadic: raw.strict === false || (isObject(lastArgument) && lastArgument.multiple === true)}
}

function readFlag(name: string, flag: Unknown, said: Source | undefined): Flag {
  const description = describe(flag.summary ?? flag.description)
  const source = said ?? own(BY_NAME, name) ?? own(BY_HELP, flag.helpValue)
  return {
    allowNo: flag.allowNo === true,
    exclusive: safeAt(flag, 'exclusive'),
    multiple: flag.multiple === true,
    name,
    options: safeAt(flag, 'options'),
    takesValue: flag.type === 'option',
    ...(typeof flag.char === 'string' && /^[a-z\d]$/i.test(flag.char) ? {char: flag.char} : {}),
    ...(description === undefined ? {} : {description}),
    ...(source ? {source} : {}),
  }
}
