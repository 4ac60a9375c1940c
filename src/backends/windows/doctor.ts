import type {DoctorFinding} from '@hermes-cli/service-manager'

import {allOurs, isThere, linkPath, type Ours} from './claim.js'
import type {Look} from './look.js'
import {driftIn, sightOf, statusFrom} from './observe.js'
import {taskOf, type Site} from './site.js'

/** What is not as it should be with these services of ours. */
export async function examine(site: Site, seen: Look): Promise<readonly DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  for (const claim of allOurs(site, seen)) findings.push(...(await examineOne(site, seen, claim)))
  return findings
}

async function examineOne(site: Site, seen: Look, claim: Ours): Promise<DoctorFinding[]> {
  const {definition, id, task} = claim
  const name = task ? taskOf(site, id) : linkPath(site, seen, id)
  if (definition && !site.host.isDirectory(definition.spec.workingDirectory)) {
    const message = `${name} is of the profile "${id}", which is gone (${definition.spec.workingDirectory})`
    return [{cure: `hermes gateway:uninstall ${id}`, message, severity: 'warning'}]
  }

  const findings: DoctorFinding[] = []
  const find = (severity: DoctorFinding['severity'], message: string, cure: string) => findings.push({cure, message, severity})
  const drift = driftIn(site, seen, claim)
  const link = linkPath(site, seen, id)
  if (task && isThere(link))
    find('warning', `"${id}" is started twice at a login: by ${name} and by ${link}`, `hermes gateway:restart ${id}`)
  if (!task) {
    const message = `"${id}" is started by the Startup folder: the Task Scheduler did not allow a task, so nothing brings it back`
    find('warning', `${message} when its launcher is ended`, `As administrator: hermes gateway:install ${id}`)
  }

  if (drift !== undefined) find('warning', `${name}: ${drift}`, `Have it written anew: hermes gateway:restart ${id}`)
  const status = statusFrom(claim, await sightOf(site, id), drift)
  if (status.state === 'failed') find('error', `${name} has failed: ${status.because}`, `Read why: hermes gateway:logs ${id}`)
  return findings
}
