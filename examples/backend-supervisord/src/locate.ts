import {ServiceManagerError, type Detection, type Host, type HostFacts} from '@hermes-cli/service-manager'

import {basename, dirname, isAbsolute, join} from 'node:path'

import {readIni, type Ini} from './ini.js'

/** Where Debian has it, and where supervisord looks for it itself. */
const USUAL = ['/etc/supervisor/supervisord.conf', '/etc/supervisord.conf']

/** One supervisord that runs, and what its configuration says about it. */
export interface Place {
  /** Of the XML-RPC server. */
  readonly socket: string
  readonly login?: {readonly password: string; readonly username: string}
  /** Where the files of programs are, and how their names end. */
  readonly directory: string
  readonly suffix: string
  /** Its own directory for logs, which is there for as long as supervisord can start at all. */
  readonly logs?: string
  /** It may run programs as other users. */
  readonly isRoot: boolean
}

export interface Site extends Place {
  readonly host: Host
}

/** Which supervisord is ours to use, and why. Pure over the host. */
export function locate(host: HostFacts): Detection & {readonly place?: Place} {
  const no = (because: string) => ({because, usable: false})
  const named = host.environment.HERMES_SUPERVISORD_CONF
  const looked = named ? [named] : USUAL
  const conf = looked.find((path) => host.readText(path) !== undefined)
  if (!conf) return no(`there is no ${looked.join(' or ')} that can be read`)
  const here = dirname(conf)
  const ini = readIni(host.readText(conf) ?? '', here)
  const own = ini.unix_http_server ?? {}
  if (!own.file || !isAbsolute(own.file)) return no(`${conf} has no [unix_http_server] with the whole path of a file`)
  const include = includedDirectory(ini, here)
  if (!include) return no(`${conf} includes no files of the form DIRECTORY/*.conf`)
  const uid = runningAs(host, ini)
  if (uid === undefined) return no(`no supervisord runs with ${conf}`)
  const isOpen = (Number.parseInt(own.chmod ?? '0700', 8) & 0o077) !== 0
  if (host.uid !== 0 && host.uid !== uid && !isOpen) return no(`the supervisord of ${conf} listens to user ${uid} only`)
  const {password, username} = {...own, ...ini.supervisorctl}
  const login = username && password ? {login: {password, username}} : {}
  const logs = logDirectory(ini)
  const place = {...include, ...login, ...(logs ? {logs} : {}), isRoot: uid === 0, socket: own.file}
  return {because: `a supervisord runs with ${conf}`, place, usable: true}
}

/** Throws `unavailable`. */
export function siteOf(host: Host): Site {
  const {because, place} = locate(host)
  if (place) return {...place, host}
  throw new ServiceManagerError('unavailable', `supervisord cannot be used: ${because}`, {
    suggestions: ['Start it, or name its configuration file in HERMES_SUPERVISORD_CONF.'],
  })
}

function includedDirectory({include}: Ini, here: string): {directory: string; suffix: string} | undefined {
  for (const pattern of include?.files?.split(/\s+/) ?? []) {
    const [, directory, suffix] = /^([^*?[\]]*)\/\*(\.[\w.-]+)$/.exec(pattern) ?? []
    if (directory !== undefined && suffix) return {directory: join(isAbsolute(directory) ? '/' : here, directory), suffix}
  }

  return undefined
}

/** The user of the process that its pid file names. A socket outlives its supervisord, and cannot be asked without waiting. */
function runningAs(host: HostFacts, {supervisord}: Ini): number | undefined {
  const pid = /^\d+$/.exec(host.readText(supervisord?.pidfile ?? '')?.trim() ?? '')?.[0]
  const words = host.readText(`/proc/${pid}/cmdline`)?.split('\0') ?? []
  if (!words.some((word) => basename(word) === 'supervisord')) return undefined
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(host.readText(`/proc/${pid}/status`) ?? '')?.[1])
}

/** Undefined where its path would mean something else in the file of a program. */
function logDirectory({supervisord}: Ini): string | undefined {
  const {childlogdir, logfile} = supervisord ?? {}
  const directory = childlogdir ?? (logfile ? dirname(logfile) : '')
  return isAbsolute(directory) && !/[%;#\s]/.test(directory) ? directory : undefined
}
