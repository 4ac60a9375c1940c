import {ServiceManagerError} from '@hermes-cli/service-manager'

import {chmodSync, statSync} from 'node:fs'

import {CODE, domainsUp, failed, launchctl, lookIn, lookUp, setEnabled} from './launchctl.js'
import {EXIT_MARGIN} from './render.js'
import {labelOf, plistPath, type Site} from './site.js'

/** Milliseconds after a refused bootstrap, then twice as long each time. About 10 s in all. */
const RETRIES = [300, 600, 1200, 2400, 2400, 2400]
/** Milliseconds. */
const LOOK = 30
const MARGIN = 10_000

/** Has launchd read the definition and start it. The service must not be loaded, and enabled. */
export async function bootstrap(site: Site, id: string): Promise<void> {
  const what = `could not have launchd load "${id}"`
  const path = plistPath(site, id)
  const domains = (await domainsUp(site)).map(({domain}) => domain)
  for (let attempt = 0; ; attempt++) {
    const domain = domains[0]!
    const result = await launchctl(site, 'bootstrap', domain, path)
    const code = result.exitCode
    // What it says is one thing, whether the job is there another.
    if ((code === 0 || code === CODE.already || code === CODE.inProgress) && (await lookIn(site, domain, id))) return
    if (code === CODE.unsupported && domains.length > 1) {
      domains.shift()
      continue
    }

    if (!statSync(path, {throwIfNoEntry: false})) throw new ServiceManagerError('not-registered', `${what}: ${path} is gone`)
    if (code === CODE.badPermissions) mendPermissions(path)
    else if (!isPassing(code) || failed(site, what, result).code === 'permission') throw failed(site, what, result)
    if (attempt >= RETRIES.length) return lastResort(site, id, () => failed(site, what, result))
    await site.host.sleep(RETRIES[attempt]!)
    // 5 has many meanings: a label that was left behind, one that is on its way out, or disabled.
    await unload(site, id, 0)
    await setEnabled(site, id, true)
  }
}

const isPassing = (code: number): boolean =>
  ([0, CODE.already, CODE.disabled, CODE.inProgress, CODE.ioError, CODE.noDomain] as number[]).includes(code)

function mendPermissions(path: string): void {
  try {
    chmodSync(path, 0o644)
  } catch {
    // Then launchd says once more what is wrong.
  }
}

/** The old verb tells no errors, and is reported to work in places where bootstrap does not. Only what is seen counts. */
async function lastResort(site: Site, id: string, error: () => Error): Promise<void> {
  await launchctl(site, 'load', plistPath(site, id))
  if ((await lookUp(site, id)).length === 0) throw error()
}

/** Takes it out of launchd, which ends it, and returns when no process of it is left. `bootout` itself returns before. */
export async function unload(site: Site, id: string, stopSeconds: number): Promise<void> {
  const groups = new Set<number>()
  for (const {domain, seen} of await lookUp(site, id)) {
    if (seen.pid !== undefined) groups.add(seen.pid)
    await bootout(site, id, domain, (stopSeconds + EXIT_MARGIN) * 1000 + MARGIN)
  }

  for (const group of groups) await ended(site, group, stopSeconds * 1000 + 2000)
}

async function bootout(site: Site, id: string, domain: string, patience: number): Promise<void> {
  const {host} = site
  const what = `could not have launchd unload "${id}"`
  const deadline = host.now() + patience
  let asked = 0
  for (;;) {
    // Once more after a while: a label that was left behind goes with the second.
    if (host.now() >= asked) {
      const result = await launchctl(site, 'bootout', `${domain}/${labelOf(site, id)}`)
      const code = result.exitCode
      const known: readonly number[] = [0, CODE.already, CODE.inProgress, CODE.ioError, CODE.noDomain, CODE.noProcess, CODE.noService]
      const error = failed(site, what, result)
      if (!known.includes(code) || error.code === 'permission') throw error
      asked = host.now() + 2000
    }

    if (!(await lookIn(site, domain, id))) return
    if (host.now() >= deadline) {
      const message = `${what}: ${domain} still has it ${Math.round(patience / 1000)} s after it was told to end`
      throw new ServiceManagerError('timeout', message, {suggestions: [`Look what it does: launchctl print ${domain}/${labelOf(site, id)}`]})
    }

    await host.sleep(LOOK)
  }
}

/** A job has a process group of its own. Its rest gets one SIGTERM from launchd, which a stubborn program survives. */
async function ended({host}: Site, group: number, patience: number): Promise<void> {
  const deadline = host.now() + patience
  let killed = false
  while (signal(group, 0)) {
    if (host.now() >= deadline + 5000) return
    if (host.now() >= deadline && !killed) {
      signal(group, 'SIGKILL')
      killed = true
    }

    await host.sleep(LOOK)
  }
}

function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, name)
    return true
  } catch {
    return false
  }
}
