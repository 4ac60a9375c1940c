import {commandFailed, readSmall, ServiceManagerError, type Host} from '@hermes-cli/service-manager'

import {renameSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {checkLease, leased} from './lease.js'
import {isServed, needTool, runTool, type Tree} from './scandir.js'
import {waitUntil} from './wait.js'

/** Services with their loggers. s6's own default is 500, on which a large home would end without a word. */
const MAX_SERVICES = 10_000
const LOG_BYTES = 1_048_576
/** All a supervisor needs. An interactive shell's environment holds secrets, and children inherit what it has. */
const PASSED_ON = ['HERMES_SERVICE_USER', 'HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'TZ', 'USER']

export function svscanEnvironment(host: Pick<Host, 'environment' | 'home'>): Record<string, string> {
  const entries = PASSED_ON.map((name) => [name, host.environment[name]]).filter(([, value]) => value !== undefined)
  return {PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(entries), HERMES_HOME: host.home}
}

/** Starts s6-svscan in a session of its own, with the lease of the home, and waits until it listens. Returns its process number. */
export async function startSvscan(tree: Tree): Promise<number> {
  const {host, scandir} = tree
  const log = join(dirname(scandir), 'svscan.log')
  rotate(log)
  const environment = svscanEnvironment(host)
  const [file, ...words] = leased(tree, [needTool(host, 's6-svscan'), ...(await limit(tree)), scandir], environment)
  const pid = await host.spawnDetached(file!, words, {cwd: '/', environment, stderrFile: log})
  const served = await waitUntil(host, tree.deadlines.supervised, () => isServed(tree) || !isThere(pid))
  if (served && isServed(tree)) return pid
  // Ended at once: perhaps somebody else was faster.
  if (!isThere(pid)) await checkLease(tree)
  const said = readSmall(log)?.trim().split('\n').slice(-3).join('\n') ?? ''
  throw new ServiceManagerError('failed-to-start', `s6-svscan did not come up in ${scandir}${said ? `:\n${said}` : ''}`, {
    suggestions: [`Read ${log}.`],
  })
}

/** The option is -C with loggers counted since s6 2.12, -c before. Asked of the program, in a place it cannot start in. */
async function limit(tree: Tree): Promise<string[]> {
  const both = ['-C', String(MAX_SERVICES * 2)]
  const result = await runTool(tree, 's6-svscan', [...both, '/dev/null/nowhere'], 5000)
  if (result.exitCode === 111) return both
  if (result.exitCode === 100) return ['-c', String(MAX_SERVICES)]
  throw commandFailed('s6-svscan cannot be run', result)
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function rotate(log: string): void {
  const size = statSync(log, {throwIfNoEntry: false})?.size ?? 0
  if (size >= LOG_BYTES) renameSync(log, `${log}.1`)
}
