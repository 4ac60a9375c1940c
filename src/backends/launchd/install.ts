import {ServiceManagerError, type InstallOptions, type InstallResult, type ServiceSpec} from '@hermes-cli/service-manager'

import {start} from './control.js'
import {claimOf, notOwned, writePlist} from './definition.js'
import {domainsUp, setEnabled} from './launchctl.js'
import {exclusively} from './lock.js'
import {isRestartDue} from './observe.js'
import {UNSTORABLE} from './plist.js'
import {readPlist, renderPlist} from './render.js'
import {attendanceOf, checkName, labelOf, plistPath, type Site} from './site.js'

const REFUSED = ['EACCES', 'EPERM', 'EROFS']

/** Places the definition; launchd reads it when it is next started. */
export async function install(site: Site, spec: ServiceSpec, options: InstallOptions): Promise<InstallResult> {
  check(site, spec)
  const target = {attendance: attendanceOf(spec, site.scope), label: labelOf(site, spec.id), scope: site.scope}
  const text = renderPlist(spec, target)
  const result = await exclusively(site, spec.id, async () => {
    // Before anything is written: what lies there is loaded at the next login, whatever was said of it.
    await domainsUp(site)
    const change = await put(site, spec, text, options)
    // Each plist in that directory is loaded at the next login.
    if (change === 'created' && !options.start) await setEnabled(site, spec.id, false)
    return {change, restartDue: change !== 'created' && (await isRestartDue(site, spec.id))}
  })
  if (options.start) await start(site, spec.id, options.enable === undefined ? {} : {enable: options.enable})
  return result
}

async function put(site: Site, spec: ServiceSpec, text: string, options: InstallOptions): Promise<InstallResult['change']> {
  const claim = claimOf(site, spec.id)
  const taken = () => new ServiceManagerError('already-registered', `"${spec.id}" is registered already: ${plistPath(site, spec.id)}`)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  if (claim.is === 'ours' && options.exclusive) throw taken()
  if (claim.is === 'ours' && claim.text === text) return 'unchanged'
  try {
    if (claim.is === 'ours' && claim.linked) throw Object.assign(new Error('it is a link that somebody else keeps'), {code: 'EROFS'})
    await writePlist(site, spec.id, text, {fresh: claim.is === 'absent'})
  } catch (error) {
    const {code = '', message} = error as NodeJS.ErrnoException
    // Made in this very moment by somebody else.
    if (code === 'EEXIST' && options.exclusive) throw taken()
    if (code === 'EEXIST') return put(site, spec, text, options)
    if (!REFUSED.includes(code)) throw error
    if (claim.is !== 'ours' || !isSame(claim.record.spec, readPlist(text)!.record.spec)) throw refused(site, spec.id, message)
    site.host.warn(`${plistPath(site, spec.id)} cannot be written (${message}) and is used as it is`)
    return 'unchanged'
  }

  return claim.is === 'absent' ? 'created' : 'updated'
}

/** The same thing to run, whatever the text around it. */
const isSame = (a: ServiceSpec, b: ServiceSpec): boolean => JSON.stringify(a) === JSON.stringify(b)

function check(site: Site, spec: ServiceSpec): void {
  checkName(site, spec.id)
  const texts = [...spec.command, spec.workingDirectory, spec.home, spec.logDirectory, spec.user ?? '', ...Object.values(spec.environment)]
  if (!texts.some((text) => UNSTORABLE.test(text))) return
  const message = `the definition of "${spec.id}" has a control character, which no property list can hold`
  throw new ServiceManagerError('invalid-spec', message)
}

const refused = (site: Site, id: string, message: string): ServiceManagerError =>
  new ServiceManagerError('permission', `could not install "${id}": ${plistPath(site, id)} cannot be written: ${message}`, {
    suggestions: [site.scope === 'system' ? 'Run this as root.' : 'Make the directory writable, or change the file where it comes from.'],
  })
