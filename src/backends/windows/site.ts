import {serviceStem, ServiceManagerError, type Host} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {locate, type Tools} from './detect.js'

/** One user's part of the Task Scheduler, and where the files of its services are. */
export interface Site {
  readonly host: Host
  readonly tools: Tools
  /** Below it each service has a directory of its own. */
  readonly directory: string
}

/** The folder of tasks that is ours; one level only. */
export const FOLDER = String.raw`\Hermes`
const PREFIX = 'Hermes_Gateway_'
/** Of a task's name: it is a file's name below System32\Tasks, too, and the whole path has 260 at most. */
const MAX_NAME = 150

/** Throws `unavailable` where there is no such manager. */
export function siteOf(host: Host): Site {
  const {because, local, tools} = locate(host)
  if (!local || !tools) {
    throw new ServiceManagerError('unavailable', `the Task Scheduler cannot be used: ${because}`, {
      suggestions: ['See what else there is: hermes backend'],
    })
  }

  return {directory: join(local, 'hermes', 'gateways'), host, tools}
}

/** Names of tasks are those of the whole machine, so that each has the hash of its home: no user's is the default one. */
export const nameOf = ({host}: Pick<Site, 'host'>, id: string): string => serviceStem({home: host.home, id, prefix: PREFIX})

export const taskOf = (site: Pick<Site, 'host'>, id: string): string => `${FOLDER}\\${nameOf(site, id)}`

export const directoryOf = (site: Site, id: string): string => join(site.directory, nameOf(site, id))

/** Throws `invalid-name` for what cannot be the name of a task. */
export function checkName(site: Site, id: string): void {
  const excess = nameOf(site, id).length - MAX_NAME
  if (excess <= 0) return
  const message = `a task's name may have ${MAX_NAME} characters: that of "${id.slice(0, 20)}…" has ${excess} too many`
  throw new ServiceManagerError('invalid-name', message, {suggestions: [`Give it a shorter name: hermes profile:rename ${id} NAME`]})
}
