import {
  notOwned,
  ServiceManagerError,
  type Host,
  type InstallOptions,
  type InstallResult,
  type ServiceManager,
  type ServiceSpec,
} from '@hermes-cli/service-manager'

import {quiesce, restart, start, stop} from './control.js'
import {locate} from './detect.js'
import {installAll} from './install.js'
import {readLogs} from './logs.js'
import {observe} from './observe.js'
import {remove, sweep} from './removal.js'
import {checkOwner, DEADLINES, directoriesIn, isServed, permissionDenied, type Deadlines, type Tree} from './scandir.js'
import {claimOf, isSlotName, PREFIX, slotPath} from './slot.js'

/** `Backend.connect`. Looks for the scandir anew with each call: a private tree may have been started in between. */
export function connect(host: Host, deadlines: Deadlines = DEADLINES): ServiceManager {
  const tree = (): Tree => {
    const {because, scandir} = locate(host)
    if (scandir !== undefined) return {deadlines, host, scandir}
    throw new ServiceManagerError('unavailable', `there is no s6 supervision tree: ${because}`, {
      suggestions: ['Start one of your own: hermes s6 boot'],
    })
  }

  return {
    install: (spec, options) => install(tree(), spec, options),
    installMany: (requests) => installAll(tree(), requests),
    async list() {
      const {scandir} = locate(host)
      return scandir === undefined ? [] : list(host, scandir)
    },
    async *logs(id, options) {
      yield* readLogs(tree(), id, options)
    },
    restart: (id) => restart(tree(), id),
    start: (id) => start(tree(), id),
    status: (id) => observe(tree(), id),
    stop: (id, options) => stop(tree(), id, options),
    uninstall: (id) => uninstall(tree(), id),
  }
}

async function install(tree: Tree, spec: ServiceSpec, options: InstallOptions): Promise<InstallResult> {
  const [outcome] = await installAll(tree, [{options, spec}], {hold: true})
  if (!outcome!.ok) throw outcome!.error
  if (options.start && isServed(tree)) await start(tree, spec.id)
  return outcome!.result
}

/** What a name in the scandir says; a slot recorded for another home is not ours to list. */
function list(host: Host, scandir: string): readonly string[] {
  return directoriesIn(scandir)
    .filter((name) => /^gateway-[\da-z][\w-]*$/.test(name))
    .map((name) => name.slice(PREFIX.length))
    .filter((id) => {
      const claim = claimOf(slotPath(scandir, id), host.home)
      return claim.is !== 'foreign' || claim.home === undefined
    })
    .sort()
}

async function uninstall(tree: Tree, id: string): Promise<void> {
  if (!isSlotName(id)) return
  checkOwner(tree, `could not remove "${id}"`)
  const slot = slotPath(tree.scandir, id)
  const claim = claimOf(slot, tree.host.home)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  try {
    await sweep(tree)
    if (claim.is === 'absent') return
    await quiesce(tree, id, slot)
    await remove(tree, id)
  } catch (error) {
    // Somebody else removed it at the same time: what failed was only in the way of that.
    if (claimOf(slot, tree.host.home).is === 'absent') return
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw permissionDenied(tree.host, tree.scandir, `could not remove "${id}"`)
    throw error
  }
}
