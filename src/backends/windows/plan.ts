import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {digestOf, type Definition} from './definition.js'
import {FILES} from './files.js'
import {launchText, launcherArguments} from './launcher.js'
import type {Look} from './look.js'
import {directoryOf, nameOf, type Site} from './site.js'
import type {TaskPlan} from './task.js'

const ATTENDANT = fileURLToPath(new URL('attend/main.js', import.meta.url))

/** The paths that go into a command line. */
export const launchPaths = (directory: string): readonly [node: string, attendant: string, directory: string] => [
  process.execPath,
  ATTENDANT,
  directory,
]

export const launchTextFor = (directory: string): string => launchText(...launchPaths(directory))

/** The task for a definition: the same for the same. */
export function planFor(site: Site, seen: Look, definition: Definition, enabled: boolean): TaskPlan {
  const {description, home, id} = definition.spec
  const directory = directoryOf(site, id)
  return {
    arguments: launcherArguments(join(directory, FILES.launcher)),
    command: site.tools.wscript,
    description,
    enabled,
    name: nameOf(site, id),
    record: {definition: digestOf(definition), home, id},
    sid: seen.sid,
    workingDirectory: directory,
  }
}
