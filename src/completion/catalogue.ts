import {readCommand} from './command.js'
import {describe, isSafe} from './safe.js'
import type {Candidate, Catalogue, Command} from './types.js'
import {isObject, listAt, objectAt, type Unknown} from './unknown.js'

/** A plugin as it lies on the disk, unchecked: its package.json and its oclif.manifest.json. */
export interface PluginFiles {
  readonly manifest: unknown
  readonly name: string
  readonly package: unknown
  /** Installed or linked by the user. */
  readonly users: boolean
}

/** What the files of all plugins say, the first plugin first. Whatever is not as it should be is left out. */
export function catalogueOf(plugins: readonly PluginFiles[]): Catalogue {
  const ids = new Map<string, string | undefined>()
  const raw = new Map<string, Unknown>()
  const topics = new Map<string, string>()
  const backends = new Map<string, Candidate>()
  for (const {manifest, name, package: pjson} of plugins) {
    for (const [id, command] of Object.entries(objectAt(manifest, 'commands'))) if (isObject(command)) take(id, command, ids, raw)
    for (const [topic, value] of Object.entries(objectAt(objectAt(pjson, 'oclif'), 'topics'))) {
      const description = describe(objectAt({value}, 'value').description)
      if (isSafe(topic) && description !== undefined && !topics.has(topic)) topics.set(topic, description)
    }

    for (const entry of listAt(objectAt(pjson, 'hermes'), 'backends')) {
      const {kind} = objectAt({entry}, 'entry')
      if (isSafe(kind) && !backends.has(kind)) backends.set(kind, described(kind, `Service manager, from ${name}`))
    }
  }

  const read = new Map<string, Command | undefined>()
  return {
    backends: [...backends.values()],
    command(id) {
      if (!read.has(id)) read.set(id, raw.has(id) ? readCommand(id, raw.get(id)!) : undefined)
      return read.get(id)
    },
    ids,
    plugins: plugins.filter(({name, users}) => users && isSafe(name)).map(({name}) => described(name, 'Installed plugin')),
    topics,
  }
}

function described(value: string, text: string): Candidate {
  const description = describe(text)
  return {value, ...(description === undefined ? {} : {description})}
}

/** A command under its id and its aliases; who comes first keeps a name. */
function take(id: string, command: Unknown, ids: Map<string, string | undefined>, raw: Map<string, Unknown>): void {
  const visible = [id, ...listAt(command, 'aliases')]
  const summary = describe(command.summary ?? command.description)
  for (const name of [...visible, ...listAt(command, 'hiddenAliases')]) {
    if (!isSafe(name) || raw.has(name)) continue
    raw.set(name, command)
    if (command.hidden !== true && visible.includes(name)) ids.set(name, summary)
  }
}
