import {commandFailed, ServiceManagerError, waitUntil, waitUntilUp, type ExecResult, type Host} from '@hermes-cli/service-manager'

import {rcService} from './detect.js'
import {find, get, type Script} from './files.js'
import {attendedBy, isStarted, observe} from './observe.js'

/** Milliseconds beyond the deadlines that were given: OpenRC itself takes its time where many start. */
const MARGIN = 20_000

async function rc(host: Host, {name, spec}: Script, verb: string): Promise<ExecResult> {
  const result = await host.exec(rcService(host), ['--nocolor', name, verb], {timeout: spec.stopSeconds * 1000 + MARGIN})
  if (result.exitCode !== 0 && host.uid !== 0) {
    throw new ServiceManagerError('permission', `user ${host.uid} may not ${verb} "${spec.id}"`, {suggestions: ['Run this as root.']})
  }

  return result
}

/** Up, and ready where it can say so. */
export async function up(host: Host, id: string): Promise<void> {
  const script = get(host, id)
  if (!attendedBy(host, script)) {
    // To OpenRC what ended by itself is started still, and it would not start it.
    if (isStarted(script)) await rc(host, script, 'zap')
    const result = await rc(host, script, 'start')
    // Somebody else may be starting it, which to OpenRC is an error.
    if (result.exitCode !== 0 && !(await waitUntil(host, MARGIN, () => isStarted(script))))
      throw commandFailed(`could not start "${id}"`, result)
  }

  await waitUntilUp(host, script.spec, () => observe(host, script))
}

/** Down. */
export async function down(host: Host, script: Script): Promise<void> {
  const result = await rc(host, script, 'stop')
  const isDown = () => !attendedBy(host, script) && !isStarted(script)
  // Somebody else may be stopping it.
  if (await waitUntil(host, script.spec.stopSeconds * 1000 + MARGIN, isDown)) return
  if (!find(host, script.spec.id)) return
  if (result.exitCode !== 0) throw commandFailed(`could not stop "${script.spec.id}"`, result)
  throw new ServiceManagerError('timeout', `"${script.spec.id}" did not end`)
}
