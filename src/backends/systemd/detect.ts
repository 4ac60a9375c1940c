import type {Detection, HostFacts, Scope} from '@hermes-cli/service-manager'

import {isAbsolute, join} from 'node:path'

const BOOTED = '/run/systemd/system'

export interface Location extends Detection {
  readonly scope: Scope
  /** Where the manager keeps its sockets and its services their runtime directories. */
  readonly runtime?: string
  /** Absolute path of the program. */
  readonly systemctl?: string
}

/**
 * Which systemd is ours to use, and why. Pure over the host. What decides is that systemd is process 1 and that the
 * user has a manager: neither `systemctl is-system-running` nor a virtualisation says that (facts: both lie on bare VMs).
 */
export function locate(host: HostFacts): Location {
  const scope = host.scope ?? 'user'
  const no = (because: string): Location => ({because, scope, usable: false})
  if (host.platform !== 'linux') return no(`systemd is for Linux, this is ${host.platform}`)
  if (!host.isDirectory(BOOTED)) return no(`${BOOTED} is missing: this machine was not booted with systemd`)
  const systemctl = host.findProgram('systemctl', ['/usr/bin', '/bin'])
  if (!systemctl) return no('systemctl cannot be found')
  const label = `systemd (${scope})`
  if (scope === 'system') {
    const because =
      host.uid === 0 ? 'systemd runs this machine' : `systemd runs this machine; user ${host.uid} may look, and change nothing`
    return {because, label, runtime: '/run', scope, systemctl, usable: true}
  }

  const {because, runtime} = userRuntime(host)
  return runtime ? {because, label, runtime, scope, systemctl, usable: true} : no(because)
}

/** `Backend.detect`. */
export function detect(host: HostFacts): Detection {
  const {because, label, usable} = locate(host)
  return label === undefined ? {because, usable} : {because, label, usable}
}

/**
 * The directory in which the user's manager listens: `systemd` in it is made by that manager. XDG_RUNTIME_DIR decides
 * where it is set and there, unless `su` or `sudo` left the one of another user behind.
 */
function userRuntime({environment, isDirectory, uid}: HostFacts): {because: string; runtime?: string} {
  const standard = `/run/user/${uid}`
  const told = environment.XDG_RUNTIME_DIR
  const foreign = told !== undefined && /^\/run\/user\/\d+\/?$/.test(told) && told.replace(/\/$/, '') !== standard
  const runtime = told && isAbsolute(told) && !foreign && isDirectory(told) ? told : standard
  if (isDirectory(join(runtime, 'systemd'))) return {because: `the systemd of user ${uid} listens in ${runtime}`, runtime}
  const cure = 'log in as that user, or have root run `loginctl enable-linger` for it; `su` and `sudo` start no user manager'
  if (!isDirectory(runtime)) return {because: `${runtime} is missing, so no systemd runs for user ${uid}: ${cure}`}
  return {because: `no systemd of user ${uid} listens in ${runtime}: ${cure}`}
}
