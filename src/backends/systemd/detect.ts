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
    const found = {label, runtime: '/run', scope, systemctl, usable: true}
    if (host.uid === 0) return {...found, because: 'systemd runs this machine'}
    return {...found, because: `systemd runs this machine; user ${host.uid} may look, and only root may change something`, readOnly: true}
  }

  const {because, runtime} = userRuntime(host)
  return runtime ? {because, label, runtime, scope, systemctl, usable: true} : no(because)
}

/** `Backend.detect`. */
export function detect(host: HostFacts): Detection {
  const {because, label, readOnly, usable} = locate(host)
  return {because, usable, ...(label === undefined ? {} : {label}), ...(readOnly ? {readOnly} : {})}
}

/**
 * The directory in which the user's manager listens: `systemd` in it is made by that manager. XDG_RUNTIME_DIR decides
 * where it is set and there, unless `su` or `sudo` left the one of another user behind.
 */
function userRuntime(host: HostFacts): {because: string; runtime?: string} {
  const {isDirectory, uid} = host
  const standard = `/run/user/${uid}`
  const told = toldRuntime(host, standard)
  const {runtime = standard} = told
  const no = (because: string) => ({because: `${told.note ?? ''}${because}: ${CURE}`})
  if (!isDirectory(runtime)) return no(`${runtime} is missing, so no systemd runs for user ${uid}`)
  if (isForeign(host, runtime)) return no(`${runtime} belongs to user ${host.owner?.(runtime)} and not to user ${uid}`)
  if (!isDirectory(join(runtime, 'systemd'))) return no(`no systemd of user ${uid} listens in ${runtime}`)
  return {because: `the systemd of user ${uid} listens in ${runtime}`, runtime}
}

const CURE =
  'log in as that user, or have root run `loginctl enable-linger` for it; `su` and `sudo` start no user manager, and leave ' +
  'XDG_RUNTIME_DIR unset or that of another user. Or have it as a service of the machine, as root: --system'

const isForeign = ({owner, uid}: HostFacts, path: string): boolean => {
  const found = owner?.(path)
  return found !== undefined && found !== uid
}

/** What XDG_RUNTIME_DIR says, and why it does not count where it does not. */
function toldRuntime(host: HostFacts, standard: string): {note?: string; runtime?: string} {
  const told = host.environment.XDG_RUNTIME_DIR
  if (!told || !isAbsolute(told) || !host.isDirectory(told)) return {}
  const another = /^\/run\/user\/\d+\/?$/.test(told) && told.replace(/\/$/, '') !== standard
  return another || isForeign(host, told) ? {note: `XDG_RUNTIME_DIR is ${told}, which is not of this user; `} : {runtime: told}
}
