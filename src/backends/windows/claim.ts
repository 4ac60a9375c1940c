import {notOwned, notRegistered} from '@hermes-cli/service-manager'

import {lstatSync, readdirSync} from 'node:fs'
import {join} from 'node:path'

import {readDefinition, type Definition} from './definition.js'
import type {Look, Task} from './look.js'
import {directoryOf, FOLDER, nameOf, type Site} from './site.js'
import {isEnabled, recordIn, type TaskRecord} from './task.js'

export interface Ours {
  readonly is: 'ours'
  readonly id: string
  readonly enabled: boolean
  /** What is run; undefined when somebody removed it. */
  readonly definition?: Definition
  /** Undefined: the Startup folder brings it up. */
  readonly task?: Task & {readonly record: TaskRecord}
}

/** What is under a service's name: nothing, something we made for this home, or something that is not ours. */
export type Claim = Ours | {readonly is: 'absent'} | {readonly is: 'foreign'; readonly because: string}

export const linkPath = (site: Site, seen: Look, id: string): string => join(seen.startup, `${nameOf(site, id)}.lnk`)

export const isThere = (path: string): boolean => lstatSync(path, {throwIfNoEntry: false}) !== undefined

export function claimOf(site: Site, seen: Look, id: string): Claim {
  const name = nameOf(site, id)
  const {home} = site.host
  const foreign = (because: string): Claim => ({because, is: 'foreign'})
  const found = readDefinition(directoryOf(site, id))
  if (found && (found.spec.home !== home || found.spec.id !== id))
    return foreign(`${directoryOf(site, id)} belongs to "${found.spec.id}" of the hermes home ${found.spec.home}`)
  const definition = found ? {definition: found} : {}
  // The names of tasks mean the same in any case.
  const task = seen.tasks.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (task) {
    const record = recordIn(task.xml)
    if (!record) return foreign(`the task ${FOLDER}\\${name} was not made by hermes`)
    if (record.home !== home) return foreign(`the task ${FOLDER}\\${name} belongs to the hermes home ${record.home}`)
    if (record.id !== id) return foreign(`the task ${FOLDER}\\${name} says that it is of "${record.id}"`)
    return {...definition, enabled: isEnabled(task.xml), id, is: 'ours', task: {...task, record}}
  }

  if (found?.autostart !== 'startup') return {is: 'absent'}
  return {...definition, enabled: isThere(linkPath(site, seen, id)), id, is: 'ours'}
}

/** Throws `not-registered` or `not-owned`. */
export function ours(site: Site, seen: Look, id: string): Ours {
  const claim = claimOf(site, seen, id)
  if (claim.is === 'ours') return claim
  if (claim.is === 'foreign') throw notOwned(claim.because)
  throw notRegistered(id, `there is no task ${FOLDER}\\${nameOf(site, id)}`)
}

/** All services of this home, in byte order of their ids. */
export function allOurs(site: Site, seen: Look): Ours[] {
  const fromTasks = seen.tasks.map(({xml}) => recordIn(xml)).filter((record) => record?.home === site.host.home)
  const ids = new Set([...fromTasks.map((record) => record!.id), ...idsIn(site)])
  const claims = [...ids].sort().map((id) => claimOf(site, seen, id))
  return claims.filter((claim): claim is Ours => claim.is === 'ours')
}

/** Of the directories, for those that have no task. */
function idsIn(site: Site): string[] {
  let names: string[] = []
  try {
    names = readdirSync(site.directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }

  return names.flatMap((name) => {
    const spec = readDefinition(join(site.directory, name))?.spec
    return spec?.home === site.host.home && nameOf(site, spec.id) === name ? [spec.id] : []
  })
}
