import {ServiceManagerError, type ServiceSpec} from '@hermes-cli/service-manager'

import {UNSTORABLE} from './quote.js'
import {renderUnit} from './render.js'
import {checkUnitName, stemOf, targetOf, type Site} from './site.js'
import {must} from './systemctl.js'

/** systemd.service(5): RestartSteps= and RestartMaxDelaySec= are there since this version. */
const BACK_OFF_SINCE = 254

/** Of the manager that runs, which may be older than its programs on the disk; 0 where it does not say. */
export async function versionOf(site: Site): Promise<number> {
  const {stdout} = await must(site, 'could not ask systemd for its version', ['show', '-p', 'Version', '--value'])
  return Number(/^\d+/.exec(stdout)?.[0] ?? 0)
}

/** The unit file as it is to be, for the systemd of this version. */
export function textFor(site: Site, spec: ServiceSpec, version: number): string {
  const {host, scope, systemctl} = site
  const program = (name: string) => host.findProgram(name, ['/usr/bin', '/bin'])
  const timeout = program('timeout')
  return renderUnit(spec, {
    mkfifo: program('mkfifo') ?? '/usr/bin/mkfifo',
    scope,
    stem: stemOf(site, spec.id),
    systemctl,
    wantedBy: targetOf(site),
    ...(version >= BACK_OFF_SINCE ? {backOff: true} : {}),
    ...(timeout ? {timeout} : {}),
  })
}

/** Throws `invalid-name` or `invalid-spec` for what no unit can hold. */
export function checkDefinition(site: Site, spec: ServiceSpec): void {
  checkUnitName(site, spec.id)
  const texts = [...spec.command, ...(spec.stopCommand ?? []), spec.workingDirectory, ...Object.values(spec.environment)]
  if (!texts.some((text) => UNSTORABLE.test(text))) return
  throw new ServiceManagerError('invalid-spec', `the definition of "${spec.id}" has a control character, which no systemd unit can hold`)
}
