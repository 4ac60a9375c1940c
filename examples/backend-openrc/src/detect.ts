import {ServiceManagerError, type Detection, type Host, type HostFacts} from '@hermes-cli/service-manager'

/** Where the runlevel is, once OpenRC has booted the machine. */
const SOFTLEVEL = '/run/openrc/softlevel'
const DIRECTORIES = ['/sbin', '/usr/sbin', '/bin', '/usr/bin']

const program = (host: HostFacts): string | undefined => host.findProgram('rc-service', DIRECTORIES)

/** Pure over the host. OpenRC may be installed where something else is booted; then nothing says so in /run. */
export function detect(host: HostFacts): Detection {
  const level = host.readText(SOFTLEVEL)?.trim()
  if (level === undefined) return {because: `${SOFTLEVEL} is missing: this machine was not booted with OpenRC`, usable: false}
  if (!program(host)) return {because: 'rc-service cannot be found', usable: false}
  const because = `OpenRC runs this machine, in runlevel "${level}"`
  if (host.uid === 0) return {because, usable: true}
  return {because: `${because}; user ${host.uid} may look, and change nothing`, readOnly: true, usable: true}
}

/** Absolute path of rc-service. Throws `unavailable`. */
export function rcService(host: Host): string {
  const {because, usable} = detect(host)
  if (usable) return program(host)!
  throw new ServiceManagerError('unavailable', `OpenRC cannot be used: ${because}`)
}
