import {connect} from 'node:net'

import type {Readiness} from '../../profile/config.js'
import {pause} from './pause.js'

/** Milliseconds for one try over HTTP or TCP. */
const TRY = 2000

/** Why this probe can never tell anything about the program, or undefined. Pure. */
export function readinessProblem(ready: Readiness, healthPort: number): string | undefined {
  const asked = 'port' in ready ? ready.port : 'http' in ready ? loopbackPort(ready.http) : undefined
  if (asked !== healthPort) return undefined
  return `gateway.ready asks port ${healthPort}, which is the port of hermes' own health endpoint; let the program listen on another one`
}

function loopbackPort(url: string): number | undefined {
  const {hostname, port, protocol} = new URL(url)
  if (!/^(127\.|localhost$|\[::1\]$)/.test(hostname)) return undefined
  return Number(port || (protocol === 'https:' ? 443 : 80))
}

/** True once the program is ready, false when `stop` aborted first. */
export async function becomesReady(ready: Readiness, stop: AbortSignal): Promise<boolean> {
  if ('after' in ready) return !(await pause(ready.after * 1000, stop))
  const ask = 'port' in ready ? () => accepts(ready.port) : await asksOver(ready.http)
  for (let round = 0; ; round++) {
    if (stop.aborted) return false
    if (await ask()) return !stop.aborted
    if (await pause(round < 20 ? 50 : 250, stop)) return false
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host: '127.0.0.1', port})
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }

    socket.setTimeout(TRY, () => done(false))
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })
}

async function asksOver(url: string): Promise<() => Promise<boolean>> {
  // A probe carries no secrets and a local program signs its own certificate.
  const {get} = url.startsWith('https:') ? await import('node:https') : await import('node:http')
  const options = {agent: false, rejectUnauthorized: false, timeout: TRY}
  return () =>
    new Promise((resolve) => {
      const request = get(url, options, (response) => {
        const status = response.statusCode ?? 0
        request.destroy()
        resolve(status >= 200 && status < 400)
      })
      // An answer that drips in is no answer.
      const timer = setTimeout(() => request.destroy(new Error('too slow')), TRY)
      request.once('timeout', () => request.destroy(new Error('too slow')))
      request.once('error', () => resolve(false))
      request.once('close', () => {
        clearTimeout(timer)
        resolve(false)
      })
    })
}
