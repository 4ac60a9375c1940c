import {ServiceManagerError, type InstallOptions, type InstallResult, type ServiceSpec} from '@hermes-cli/service-manager'

import {start} from './control.js'
import {definitionsOf} from './definition.js'
import {domainsUp, setEnabled} from './launchctl.js'
import {exclusively} from './lock.js'
import {isRestartDue} from './observe.js'
import {UNSTORABLE} from './plist.js'
import {renderPlist} from './render.js'
import {attendanceOf, checkName, labelOf, type Site} from './site.js'

/** Places the definition; launchd reads it when it is next started. */
export async function install(site: Site, spec: ServiceSpec, options: InstallOptions): Promise<InstallResult> {
  check(site, spec)
  const target = {attendance: attendanceOf(spec, site.scope), label: labelOf(site, spec.id), scope: site.scope}
  const text = renderPlist(spec, target)
  const result = await exclusively(site, spec.id, async () => {
    // Before anything is written: what lies there is loaded at the next login, whatever was said of it.
    await domainsUp(site)
    const {change} = await definitionsOf(site).put(spec, text, options)
    // Each plist in that directory is loaded at the next login.
    if (change === 'created' && !options.start) await setEnabled(site, spec.id, false)
    return {change, restartDue: change !== 'created' && (await isRestartDue(site, spec.id))}
  })
  if (options.start) await start(site, spec.id, options.enable === undefined ? {} : {enable: options.enable})
  return result
}

function check(site: Site, spec: ServiceSpec): void {
  checkName(site, spec.id)
  const texts = [...spec.command, spec.workingDirectory, spec.home, spec.logDirectory, spec.user ?? '', ...Object.values(spec.environment)]
  if (!texts.some((text) => UNSTORABLE.test(text))) return
  const message = `the definition of "${spec.id}" has a control character, which no property list can hold`
  throw new ServiceManagerError('invalid-spec', message)
}
