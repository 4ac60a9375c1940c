import {
  recordDigest,
  ServiceManagerError,
  waitUntil,
  waitUntilDown,
  waitUntilUp,
  type Host,
  type ServiceDirectory,
  type ServiceStatus,
} from '@hermes-cli/service-manager'

import {closeSync, constants, existsSync, openSync, readFileSync, rmSync, statSync, writeSync} from 'node:fs'
import {join} from 'node:path'

/** supervise/status begins with a TAI64N time: seconds since 1970 plus 2^62 and ten leap seconds, nanoseconds. */
const TAI64 = 4_611_686_018_427_387_914n

const isSupervised = (host: Host, dir: string): boolean => host.probeFifo(join(dir, 'supervise/ok')) === 'live'

/** What runsv says in the twenty bytes of supervise/status; the eighteenth is a `u` or a `d`. Undefined: there is no runsv. */
function look(host: Host, dir: string) {
  if (!isSupervised(host, dir)) return undefined
  const bytes = readFileSync(join(dir, 'supervise/status'))
  const since = new Date(Number(bytes.readBigUInt64BE(0) - TAI64) * 1000 + bytes.readUInt32BE(8) / 1e6)
  return {since, pid: bytes.readUInt32LE(12), wantsUp: bytes[17] === 0x75, isDown: bytes[19] === 0, runs: bytes[19] === 1}
}

/** u: up. d: SIGTERM, and down. k: SIGKILL. x: the same as d, and runsv ends (runsv(8)). */
function tell(dir: string, letter: 'd' | 'k' | 'u' | 'x'): void {
  const fd = openSync(join(dir, 'supervise/control'), constants.O_WRONLY | constants.O_NONBLOCK)
  writeSync(fd, letter)
  closeSync(fd)
}

export function observe(host: Host, {path, spec}: ServiceDirectory): ServiceStatus {
  const enabled = !existsSync(join(path, 'down'))
  const seen = look(host, path)
  if (!seen) return {state: 'stopped', enabled}
  const {pid, since, wantsUp} = seen
  if (seen.runs) {
    const restartDue = host.readText(join(path, 'started'))?.trim() !== recordDigest(spec)
    // What the program writes its newline into. One of before a power cut is older; the clock of files is a little behind.
    const said = statSync(join(path, 'ready'), {throwIfNoEntry: false})
    const ready = spec.readiness === 'none' ? null : said !== undefined && said.size > 0 && said.mtimeMs > since.getTime() - 100
    return ready === false
      ? {state: 'starting', enabled, pid, restartDue, since}
      : {state: 'running', enabled, pid, ready, restartDue, since}
  }

  const [outcome, code, signal] = host.readText(join(path, 'outcome'))?.trim().split(' ') ?? []
  if (wantsUp) return {state: 'starting', enabled}
  if (outcome !== 'failed' && outcome !== 'loop') return {state: 'stopped', enabled, since}
  const last = code === '-1' ? `it was killed by signal ${signal}` : `it exited with code ${code}`
  const because = outcome === 'loop' ? `crash loop, at last ${last}` : last
  return {state: 'failed', enabled, because, ...(code === '-1' ? {} : {exitCode: Number(code)})}
}

/** runsvdir looks for new directories every five seconds. */
export async function takenUp(host: Host, dir: string): Promise<void> {
  if (await waitUntil(host, 15_000, () => isSupervised(host, dir))) return
  throw new ServiceManagerError('timeout', `runsvdir did not take up ${dir} within 15 s`)
}

export async function up(host: Host, service: ServiceDirectory): Promise<void> {
  for (const name of ['outcome', 'failures']) rmSync(join(service.path, name), {force: true})
  await takenUp(host, service.path)
  tell(service.path, 'u')
  await waitUntilUp(host, service.spec, () => {
    const seen = observe(host, service)
    // Down without an outcome: runsv has not read our letter yet.
    return seen.state === 'stopped' && !existsSync(join(service.path, 'outcome')) ? {...seen, state: 'starting'} : seen
  })
}

export async function down(host: Host, {path, spec}: ServiceDirectory): Promise<void> {
  const isDown = (seen = look(host, path)): boolean => !seen || (seen.isDown && !seen.wantsUp)
  if (look(host, path)?.wantsUp) tell(path, 'd')
  await waitUntilDown(
    host,
    spec,
    () => isDown(),
    () => tell(path, 'k'),
  )
  rmSync(join(path, 'outcome'), {force: true})
}

/** Ends the supervisor of a directory that runsvdir does not look at any more. */
export async function release(host: Host, dir: string): Promise<void> {
  if (isSupervised(host, dir)) tell(dir, 'x')
  await waitUntil(host, 10_000, () => !isSupervised(host, dir))
  rmSync(dir, {recursive: true})
}
