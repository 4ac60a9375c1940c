import {
  readLogFiles,
  ServiceManagerError,
  type Host,
  type InstallOptions,
  type InstallResult,
  type ServiceManager,
  type ServiceSpec,
} from '@hermes-cli/service-manager'

import {readdirSync, rmSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'

import {down, forget, setEnabled, takeUp, up} from './control.js'
import {find, get, nameOf, programs, type ProgramFile} from './files.js'
import {siteOf, type Site} from './locate.js'
import {isUp, isRestartDue, look, observe, reread} from './observe.js'
import {render} from './render.js'
import {Fault} from './rpc.js'

export function connect(host: Host): ServiceManager {
  const here = () => siteOf(host)
  return {
    async install(spec, options) {
      const site = here()
      const change = await place(site, spec, options)
      const begun = await takeUp(site, spec.id, {starting: options.start})
      if (options.start) await up(site, spec.id, begun)
      const {name} = get(site, spec.id)
      return {change, restartDue: change === 'updated' && isUp(await look(site, name)) && (await isRestartDue(site, name))}
    },
    list: async () =>
      programs(here())
        .all()
        .map(({spec}) => spec.id),
    async status(id) {
      const site = here()
      const file = find(site, id)
      return file ? observe(site, file) : {state: 'absent'}
    },
    async start(id) {
      const site = here()
      await setEnabled(site, get(site, id), true)
      await up(site, id)
    },
    async stop(id, {disable = true} = {}) {
      const site = here()
      const file = get(site, id)
      // First, so that a power cut does not undo it.
      if (disable) await setEnabled(site, file, false)
      await down(site, file)
      if (disable && find(site, id)) await takeUp(site, id, {starting: false})
    },
    async restart(id) {
      const site = here()
      await down(site, get(site, id))
      await up(site, id)
    },
    async uninstall(id) {
      const site = here()
      const file = find(site, id)
      if (!file) return
      const log = (await look(site, file.name))?.stdout_logfile
      await down(site, file)
      rmSync(file.path, {force: true})
      await forget(site, file)
      if (log) for (const path of logFiles(log)) rmSync(path, {force: true})
    },
    async *logs(id, options) {
      const site = here()
      const log = (await look(site, get(site, id).name))?.stdout_logfile
      if (log) yield* readLogFiles(host, () => logFiles(log), options)
    },
  }
}

/** Writes the file, and has supervisord say whether it can read it: one that it cannot would keep it from its next start. */
async function place(site: Site, spec: ServiceSpec, options: InstallOptions): Promise<InstallResult['change']> {
  const {enable = true, exclusive, start} = options
  const found = find(site, spec.id)
  if (found && exclusive) throw alreadyRegistered(site, spec.id)
  const name = nameOf(site, spec.id)
  const text = render(site, name, spec, (start && enable) || (found?.enabled ?? false))
  if (found?.text === text) return 'unchanged'
  await reread(site).catch((error: unknown) => {
    if (error instanceof Fault)
      throw new ServiceManagerError('unavailable', `supervisord cannot read its own configuration: ${error.message}`)
    throw error
  })
  if (found) await site.host.writeFileAtomic(found.path, text, 0o644)
  else if (!(await programs(site).create(spec.id, text))) return place(site, spec, options)
  await reread(site).catch(async (error: unknown) => {
    await takeBack(site, spec.id, found)
    if (error instanceof Fault)
      throw new ServiceManagerError('invalid-spec', `supervisord does not take the definition of "${spec.id}": ${error.message}`)
    throw error
  })
  if (!found) return 'created'
  return render(site, name, spec, found.enabled) === found.text ? 'unchanged' : 'updated'
}

async function takeBack(site: Site, id: string, before: ProgramFile | undefined): Promise<void> {
  if (before) await site.host.writeFileAtomic(before.path, before.text, 0o644)
  else rmSync(get(site, id).path, {force: true})
}

const alreadyRegistered = ({directory}: Site, id: string) =>
  new ServiceManagerError('already-registered', `service "${id}" is registered already, in ${directory}`)

/** The older ones first; supervisord gives them numbers. */
function logFiles(log: string): string[] {
  const numbers = readdirSync(dirname(log))
    .filter((name) => name.startsWith(`${basename(log)}.`) && /^\d+$/.test(name.slice(basename(log).length + 1)))
    .map((name) => Number(name.slice(basename(log).length + 1)))
  return [...numbers.sort((a, b) => b - a).map((number) => `${log}.${number}`), join(log)]
}
