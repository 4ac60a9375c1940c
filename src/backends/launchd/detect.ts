import type {Detection, HostFacts, Scope} from '@hermes-cli/service-manager'

export interface Location extends Detection {
  readonly scope: Scope
  /** Absolute path of the program. */
  readonly launchctl?: string
}

/** Whether launchd is ours to use, and why. Which of a user's domains there are, only launchd itself can tell, later. */
export function locate(host: HostFacts): Location {
  const scope = host.scope ?? 'user'
  const no = (because: string): Location => ({because, scope, usable: false})
  if (host.platform !== 'darwin') return no(`launchd is for macOS, this is ${host.platform}`)
  const launchctl = host.findProgram('launchctl', ['/bin'])
  if (!launchctl) return no('launchctl cannot be found')
  const label = `launchd (${scope})`
  if (scope === 'user') {
    if (host.uid === 0) return no('root has no agents of its own: its services are those of the machine')
    return {because: `launchd runs agents of user ${host.uid}`, label, launchctl, scope, usable: true}
  }

  const because = host.uid === 0 ? 'launchd runs this machine' : `launchd runs this machine; user ${host.uid} may look, and change nothing`
  return {because, label, launchctl, scope, usable: true}
}

/** `Backend.detect`. */
export function detect(host: HostFacts): Detection {
  const {because, label, usable} = locate(host)
  return label === undefined ? {because, usable} : {because, label, usable}
}
