import type {Detection, FifoState, HostFacts} from '@hermes-cli/service-manager'

import {isAbsolute, join} from 'node:path'

/** Where s6-overlay 3 and 2 keep the live scan directory of a container. */
const CONTAINER_SCANDIRS = ['/run/service', '/run/s6/services']

/** s6-overlay links the programs here and leaves them out of the PATH of `docker exec`. */
export const TOOL_DIRECTORIES = ['/command']

/** Programs without which nothing can be done; the rest come in the same package. */
const NEEDED = ['s6-svc', 's6-svscanctl', 's6-svstat']

export interface Location extends Detection {
  /** Where to publish: the live scan directory, or one that was named explicitly though nothing serves it yet. */
  readonly scandir?: string
}

export const controlFifo = (scandir: string): string => join(scandir, '.s6-svscan', 'control')

/** The scan directory of the tree that `hermes s6 boot` starts. */
export const privateScandir = (home: string): string => join(home, 'run', 'service')

/** Which scan directory is ours to use, and why. Pure over the host; asks for s6 itself and never for "a container". */
export function locate(host: HostFacts): Location {
  const named = ['HERMES_S6_SCANDIR', 'S6_PROFILE_GATEWAY_SCANDIR'].find((name) => host.environment[name])
  const found = named ? explicit(host, named, host.environment[named]!) : search(host)
  if (!found.usable) return found
  const missing = NEEDED.filter((name) => !host.findProgram(name, TOOL_DIRECTORIES))
  if (missing.length === 0) return {...found, label: label(host, found.scandir!)}
  return {...found, because: `${found.because}, but ${missing.join(', ')} cannot be found in /command or PATH`, usable: false}
}

/** `Backend.detect`. */
export function detect(host: HostFacts): Detection {
  const {because, label: found, usable} = locate(host)
  return found === undefined ? {because, usable} : {because, label: found, usable}
}

function explicit(host: HostFacts, variable: string, scandir: string): Location {
  if (!isAbsolute(scandir)) return {because: `${variable} is "${scandir}", which is no absolute path`, usable: false}
  const state = host.probeFifo(controlFifo(scandir))
  const verdict = judge(host, scandir, state)
  return {because: `${verdict.because} (${variable})`, scandir, usable: verdict.usable}
}

function search(host: HostFacts): Location {
  const candidates = [privateScandir(host.home), ...CONTAINER_SCANDIRS]
  const refused: string[] = []
  for (const scandir of candidates) {
    const state = host.probeFifo(controlFifo(scandir))
    if (state === 'absent') continue
    const verdict = judge(host, scandir, state)
    if (verdict.usable) return {...verdict, scandir}
    refused.push(verdict.because)
  }

  if (refused.length > 0) return {because: refused.join('; '), usable: false}
  return {because: `no live scandir: ${candidates.join(', ')} were looked at`, usable: false}
}

function judge(host: HostFacts, scandir: string, state: FifoState): Detection {
  switch (state) {
    case 'live': {
      const isPrivate = scandir === privateScandir(host.home)
      return {because: isPrivate ? `a private tree runs in ${scandir}` : `s6-svscan serves ${scandir}`, usable: true}
    }

    case 'denied': {
      if (isContainerInit(host)) {
        return {because: `s6-svscan is process 1 and serves ${scandir}, which user ${host.uid} may not control`, usable: true}
      }

      return {because: `user ${host.uid} may not look into ${scandir}`, usable: false}
    }

    case 'dead': {
      return {because: `no s6-svscan runs in ${scandir} any more`, usable: false}
    }

    case 'absent': {
      return {because: `no s6-svscan has ever run in ${scandir}`, usable: false}
    }
  }
}

const initIsSvscan = (host: HostFacts): boolean => host.readText('/proc/1/comm')?.trim() === 's6-svscan'

/** Of a tree whose FIFO we may not open: /proc/1/comm and /run/s6/basedir are there for every user to see. */
const isContainerInit = (host: HostFacts): boolean => initIsSvscan(host) && host.isDirectory('/run/s6/basedir')

function label(host: HostFacts, scandir: string): string {
  if (initIsSvscan(host)) return 's6 (container supervisor)'
  return scandir === privateScandir(host.home) ? 's6 (private tree)' : 's6'
}
