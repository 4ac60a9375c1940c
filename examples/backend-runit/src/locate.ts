import type {Detection, HostFacts} from '@hermes-cli/service-manager'

import {existsSync, readdirSync, realpathSync, statSync} from 'node:fs'

/** Debian, Void, daemontools. */
const USUAL = ['/etc/service', '/var/service', '/service']

/** Which service directory is ours to use, and why: `sv` looks into SVDIR too. */
export function locate(host: HostFacts): Detection & {readonly svdir?: string} {
  const {SVDIR} = host.environment
  const looked = SVDIR ? [SVDIR] : USUAL
  const served = servedDirectories(host)
  const svdir = looked.find((path) => host.isDirectory(path) && served.has(realpathSync(path)))
  if (!svdir) return {usable: false, because: `no runsvdir serves ${looked.join(' or ')}`}
  // Neither may we write there, nor must root follow what another user put there.
  const {uid} = statSync(svdir)
  if (uid !== host.uid) return {usable: false, because: `${svdir} belongs to user ${uid}, not to ${host.uid}`}
  if (!host.findProgram('svlogd')) return {usable: false, because: 'svlogd cannot be found in PATH'}
  return {usable: true, because: `runsvdir serves ${svdir}`, svdir}
}

/** runsvdir has no socket and no pid file; its command line says where it is. */
function servedDirectories(host: HostFacts): Set<string> {
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  const commands = pids.map((pid) => (host.readText(`/proc/${pid}/cmdline`) ?? '').split('\0'))
  const directories = commands
    .filter(([program]) => /(?:^|\/)runsvdir$/.test(program ?? ''))
    .map(([, ...words]) => words.find((word) => !word.startsWith('-')) ?? '')
  return new Set(directories.filter((path) => existsSync(path)).map((path) => realpathSync(path)))
}
