import type {Detection, HostFacts} from '@hermes-cli/service-manager'

import {isAbsolute, join} from 'node:path'

/** The programs of Windows itself, by absolute path: nothing of that name on the PATH is trusted. */
export interface Tools {
  readonly powershell: string
  readonly schtasks: string
  readonly taskkill: string
  readonly wscript: string
}

export interface Location extends Detection {
  /** Where a user's programs keep what stays on this machine. */
  readonly local?: string
  readonly tools?: Tools
}

/** Is this a Windows with the Task Scheduler's tools? Pure over the host: files and the environment tell. */
export function locate(host: HostFacts): Location {
  const no = (because: string): Location => ({because, usable: false})
  if (host.platform !== 'win32') return no(`Task Scheduler is for Windows, this is ${host.platform}`)
  const {LOCALAPPDATA: local, SystemRoot: system = host.environment.SYSTEMROOT} = host.environment
  if (!system || !isAbsolute(system)) return no('SystemRoot is not set, so the programs of Windows cannot be found')
  if (!local || !isAbsolute(local)) return no('LOCALAPPDATA is not set: this session has no user profile')
  const directory = join(system, 'System32')
  const tools: Partial<Record<keyof Tools, string>> = {}
  for (const name of ['schtasks', 'taskkill', 'wscript', 'powershell'] as const) {
    const at = name === 'powershell' ? join(directory, 'WindowsPowerShell', 'v1.0') : directory
    const path = host.findProgram(`${name}.exe`, [at])
    if (!path?.startsWith(at)) return no(`${join(at, `${name}.exe`)} is missing`)
    tools[name] = path
  }

  return {because: `${tools.schtasks} speaks for the Task Scheduler`, local, tools: tools as Tools, usable: true}
}

/** `Backend.detect`. */
export function detect(host: HostFacts): Detection {
  const {because, usable} = locate(host)
  return {because, usable}
}
