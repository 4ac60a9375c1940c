import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {checked, type CheckedServiceManager} from '../checked.js'
import type {Host} from '../host.js'
import type {Backend, ServiceManager, ServiceSpec, ServiceStatus} from '../types.js'
import type {Harness, Instance} from './harness.js'
import {Report, type Started} from './report.js'
import {patient, until} from './wait.js'

export const PROBE = fileURLToPath(new URL('probe.js', import.meta.url))

/** A spec and what its processes say. */
export interface Service {
  readonly spec: ServiceSpec
  readonly report: Report
}

export interface StageOptions {
  /** The last part of the home's path. */
  readonly homeName?: string
}

interface Scenery {
  readonly backend: Backend
  readonly host: Host
  readonly patience: number
  readonly quiet: number
  /** Directory of the files the probes write. */
  readonly reports: string
  reboot(): Promise<void>
}

/** One test's own manager, home and probes. */
export class Stage {
  readonly manager: CheckedServiceManager
  /** Without `checked`: for what it would put right. */
  readonly raw: ServiceManager
  readonly backend: Backend
  readonly host: Host
  /** Milliseconds, from the harness. */
  readonly patience: number
  readonly quiet: number
  /** A power cut and the next boot. */
  readonly reboot: () => Promise<void>
  private readonly reports: string
  private readonly services: Service[] = []

  constructor({backend, host, patience, quiet, reboot, reports}: Scenery) {
    this.backend = backend
    this.host = host
    this.patience = patience
    this.quiet = quiet
    this.reboot = reboot
    this.reports = reports
    this.raw = patient(backend.connect(host), patience)
    this.manager = this.connect()
  }

  /** One more connection to the same manager. */
  connect(): CheckedServiceManager {
    return patient(checked(this.backend.connect(this.host)), this.patience)
  }

  /** A service that runs the probe with these words. Nothing is installed yet. */
  service(id: string, words: readonly string[] = [], change: Partial<ServiceSpec> = {}): Service {
    const report = new Report(join(this.reports, `${this.services.length}-${id.slice(0, 40)}`), this.patience)
    const spec: ServiceSpec = {
      command: [process.execPath, PROBE, report.path, ...words.map((word) => word.replace('ready-when=GATE', `ready-when=${report.gate}`))],
      description: `conformance probe ${id}`,
      environment: {PROBE_ID: id},
      home: this.host.home,
      id,
      logDirectory: `logs/gateways/${id}`,
      readiness: 'fd',
      startSeconds: Math.ceil(this.patience / 2000),
      stopSeconds: Math.ceil(this.patience / 2000),
      workingDirectory: this.host.home,
      ...change,
    }
    const service = {report, spec}
    this.services.push(service)
    return service
  }

  /** Installed, started, and seen to run. */
  async running(id: string, words?: readonly string[], change?: Partial<ServiceSpec>): Promise<Service & {readonly process: Started}> {
    const service = this.service(id, words, change)
    await this.manager.install(service.spec, {start: true})
    return {...service, process: await this.seenUp(service)}
  }

  /** The kernel sees exactly one process of it, and the backend says the same one is running. */
  async seenUp({report, spec}: Service): Promise<Started> {
    const process_ = await until(`a live process of "${spec.id}"`, this.patience, () => report.live().at(-1) ?? false)
    assert.deepEqual(
      report.live().map(({pid}) => pid),
      [process_.pid],
      'exactly one live process',
    )
    const status = await this.manager.status(spec.id)
    assert.equal(status.state, 'running', `status of "${spec.id}", which runs: ${JSON.stringify(status)}`)
    assert.equal(status.state === 'running' && status.pid, process_.pid, 'the pid in the status is the pid of the probe')
    return process_
  }

  /** The kernel sees no process of it, and the backend says `stopped` or what else it should be. */
  async seenDown({report, spec}: Service, state: ServiceStatus['state'] = 'stopped'): Promise<void> {
    assert.deepEqual(report.live(), [], `no live process of "${spec.id}"`)
    const status = await this.manager.status(spec.id)
    assert.equal(status.state, state, `status of "${spec.id}", which is down: ${JSON.stringify(status)}`)
  }

  /** Once the backend says so. */
  async settles<S extends ServiceStatus['state']>(id: string, state: S): Promise<Extract<ServiceStatus, {state: S}>> {
    let seen: ServiceStatus | undefined
    try {
      return await until(`status of "${id}" is ${state}`, this.patience, async () => {
        seen = await this.manager.status(id)
        return seen.state === state && (seen as Extract<ServiceStatus, {state: S}>)
      })
    } catch (error) {
      throw new assert.AssertionError({message: `${(error as Error).message}; last seen: ${JSON.stringify(seen)}`})
    }
  }

  live(): readonly Started[] {
    return this.services.flatMap(({report}) => report.live())
  }
}

/** Sets the stage, plays, strikes it, and checks that nothing was left behind. */
export async function play(harness: Harness, options: StageOptions, scene: (stage: Stage) => Promise<void>): Promise<void> {
  const {patience = 15_000, quiet = 1500} = harness
  const directory = mkdtempSync(join(harness.directory ?? tmpdir(), 'hermes-kit-'))
  const home = join(directory, options.homeName ?? 'home')
  const reports = join(directory, 'reports')
  for (const path of [home, reports]) mkdirSync(path)
  try {
    const instance = await harness.create(home)
    const reboot = () => rebooted(harness, instance)
    const stage = new Stage({backend: harness.backend, host: instance.host, patience, quiet, reboot, reports})
    const scenes = await Promise.allSettled([scene(stage)])
    const disposals = await Promise.allSettled([instance.dispose()])
    const pids = stage.live().map(({pid}) => pid)
    for (const outcome of [...scenes, ...disposals]) if (outcome.status === 'rejected') throw outcome.reason
    assert.deepEqual(pids, [], 'dispose() left processes of these pids behind')
  } finally {
    // Probes end by themselves once their report is gone, so that a broken backend does not leave them to the machine.
    rmSync(directory, {force: true, maxRetries: 10, recursive: true, retryDelay: 50})
  }
}

async function rebooted(harness: Harness, instance: Instance): Promise<void> {
  assert.ok(harness.reboot, 'the harness can reboot')
  await harness.reboot(instance)
}
