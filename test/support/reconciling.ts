import type {ServiceSpec} from '@hermes-cli/service-manager'

import {gatewaySpec} from '#hermes/gateway/spec.js'
import type {ReconcileAction} from '#hermes/reconcile/plan.js'
import {reconcile, type Reconciled, type Reconciling} from '#hermes/reconcile/reconcile.js'

import {temporaryDirectory} from './directories.js'
import {recordingManager, type RecordingManager} from './recording-manager.js'

/** A home of a test's own beside a service manager that is nothing but a table. */
export interface Bench {
  readonly home: string
  readonly recorder: RecordingManager
  readonly specFor: (profile: string) => ServiceSpec
  run(options?: Partial<Reconciling>): Promise<Reconciled>
  /** `run`, and what became of every profile but `default`. */
  named(options?: Partial<Reconciling>): Promise<readonly ReconcileAction[]>
  /** What the manager has of a service. */
  state(id: string): string | undefined
}

export function reconcilingBench(): Bench {
  const home = temporaryDirectory()
  const recorder = recordingManager()
  const specFor = (profile: string): ServiceSpec =>
    gatewaySpec({home, launcher: {hermes: '/usr/bin/hermes', node: '/usr/bin/node'}, profile})
  const run = (options: Partial<Reconciling> = {}) => reconcile({boot: 'boot-1', home, manager: recorder.manager, specFor, ...options})
  return {
    home,
    async named(options) {
      return (await run(options)).actions.filter(({profile}) => profile !== 'default')
    },
    recorder,
    run,
    specFor,
    state: (id) => recorder.slots.get(id)?.state,
  }
}
