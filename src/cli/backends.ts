import type {Interfaces} from '@oclif/core'
import {
  checked,
  ServiceManagerError,
  type Backend,
  type Considered,
  type Detection,
  type DetectionResult,
  type Host,
  type Scope,
  type Selection,
} from '@hermes-cli/service-manager'

import {asError} from '../host/errors.js'
import {unloaded, type UserPlugins} from './unloaded.js'
import {announcedBackends, load, malformed, refuseDuplicates, type Announced} from './announced.js'

/** What the backend says of this machine. Throws when it says nothing. */
function detection(backend: Backend, {host, scope}: Place): Detection & {label: string} {
  const usual = backend.supports.scopes.length > 1 ? `${backend.label} (${scope})` : backend.label
  const {because, label = usual, readOnly, usable} = backend.detect(host)
  if (typeof usable !== 'boolean') throw new Error('detect() does not say whether it is usable')
  return {because, label, usable, ...(readOnly ? {readOnly} : {})}
}

/** The machine, asked for one scope. */
interface Place {
  readonly host: Host
  readonly scope: Scope
}

interface Examined {
  readonly considered: Considered
  /** Of a usable one. */
  readonly selection?: Selection
}

type About = Omit<Considered, 'because'>

/** One line for each scope that the backend has; one that cannot be loaded has one line. */
async function examine(announced: Announced, host: Host): Promise<readonly Examined[]> {
  const {announcement, plugin} = announced
  const about: About = {kind: announcement.kind, label: announcement.kind, plugin: plugin.name, rank: 0, usable: false}
  if (!announcement.platforms.includes(host.platform)) {
    return [{considered: {...about, because: `made for ${announcement.platforms.join(', ') || 'no platform'}, this is ${host.platform}`}}]
  }

  try {
    const backend = await load(announced)
    const {scopes} = backend.supports
    return scopes.map((scope) => examineScope(backend, {host: {...host, scope}, scope}, scopes.length > 1 ? {...about, scope} : about))
  } catch (error) {
    return [{considered: {...about, ...broken(error)}}]
  }
}

function examineScope(backend: Backend, place: Place, about: About): Examined {
  try {
    const found = detection(backend, place)
    const considered = {...about, ...found, rank: backend.rank}
    return found.usable ? {considered, selection: select(backend, place, found)} : {considered}
  } catch (error) {
    return {considered: {...about, ...broken(error)}}
  }
}

const broken = (error: unknown): Pick<Considered, 'because' | 'broken'> => ({
  because: `the plugin is broken: ${asError(error).message}`,
  broken: true,
})

/** Asks every backend whether it is usable here, and chooses. `HERMES_BACKEND` wins over rank, but not over "unusable". */
export async function detectBackends(config: UserPlugins, host: Host): Promise<DetectionResult> {
  const {first, refused} = refuseDuplicates(announcedBackends(config))
  const examined = (await Promise.all(first.map((entry) => examine(entry, host)))).flat()
  const byRank = (a: {kind: string; rank: number}, b: {kind: string; rank: number}) =>
    b.rank - a.rank || (a.kind < b.kind ? -1 : Number(a.kind > b.kind))
  const considered = [...examined.map((entry) => entry.considered), ...refused, ...malformed(config), ...unloaded(config)].sort(byRank)
  const usable = examined
    .sort((a, b) => byRank(a.considered, b.considered))
    .map(({selection}) => selection)
    .filter((selection) => selection !== undefined)
  const wanted = host.environment.HERMES_BACKEND
  const selection = usable.find(({backend, readOnly}) => !readOnly && (!wanted || backend.kind === wanted))
  return {considered, selection, usable}
}

function select(backend: Backend, {host, scope}: Place, {label, readOnly}: Detection & {label: string}): Selection {
  return {backend, label, manager: checked(backend.connect(host)), scope, ...(readOnly ? {readOnly} : {})}
}

/** One backend by its kind, whether it is usable now or not. Throws `unavailable`. */
export async function connectBackend(config: Pick<Interfaces.Config, 'getPluginsList'>, host: Host, kind: string): Promise<Selection> {
  const announced = announcedBackends(config).find(({announcement}) => announcement.kind === kind)
  if (!announced) throw new ServiceManagerError('unavailable', `no installed plugin has a backend "${kind}"`)
  try {
    const backend = await load(announced)
    const [scope] = backend.supports.scopes
    const place: Place = {host: {...host, scope}, scope}
    return select(backend, place, detection(backend, place))
  } catch (error) {
    throw new ServiceManagerError('unavailable', `the backend "${kind}" of ${announced.plugin.name} is broken: ${asError(error).message}`)
  }
}
