import type {CheckedServiceManager, Selection} from '@hermes-cli/service-manager'

import {stat} from 'node:fs/promises'

import type {Effective} from '../host/effective.js'
import {checkOwner} from '../profile/owner.js'

export interface Acting {
  readonly usable: readonly Selection[]
  /** Root acts for the owner of the home: one thing at a time. */
  readonly onBehalf: boolean
}

/**
 * Root in the home of another user touches its files as that user, and only services of the machine as root: those nobody
 * else may. Throws `permission` where there is no manager for such.
 */
export async function actingFor(home: string, usable: readonly Selection[], uid = process.geteuid?.() ?? -1): Promise<Acting> {
  const owner = uid === 0 ? await stat(home).catch(() => undefined) : undefined
  const machine = usable.filter(({backend, scope}) => scope === 'system' && backend.supports.bootPersistence)
  if (!owner || owner.uid === 0 || machine.length === 0) {
    await checkOwner(home, uid)
    return {onBehalf: false, usable}
  }

  const {actAs} = await import('../host/effective.js')
  const effective = actAs(owner)
  return {onBehalf: true, usable: machine.map((one) => ({...one, manager: byRoot(one.manager, effective)}))}
}

function byRoot(manager: CheckedServiceManager, {asRoot}: Effective): CheckedServiceManager {
  return {
    ...manager,
    install: (spec, options) => asRoot(() => manager.install(spec, options)),
    installMany: (requests) => asRoot(() => manager.installMany(requests)),
    list: () => asRoot(() => manager.list()),
    restart: (id) => asRoot(() => manager.restart(id)),
    start: (id) => asRoot(() => manager.start(id)),
    status: (id) => asRoot(() => manager.status(id)),
    stop: (id, options) => asRoot(() => manager.stop(id, options)),
    uninstall: (id) => asRoot(() => manager.uninstall(id)),
    ...(manager.doctor ? {doctor: () => asRoot(() => manager.doctor!())} : {}),
    ...(manager.logs
      ? {
          async *logs(id, options) {
            // Few lines after a failed start; followed ones are read by commands that change nothing and stay root.
            const lines: string[] = []
            await asRoot(async () => {
              for await (const line of manager.logs!(id, options)) lines.push(line)
            })
            yield* lines
          },
        }
      : {}),
  }
}
