import {ServiceManagerError} from '@hermes-cli/service-manager'

import type {Site} from './locate.js'

export type Value = boolean | number | string | readonly Value[] | {readonly [name: string]: Value}

/** supervisor.xmlrpc.Faults */
export const FAULTS = {
  SHUTDOWN_STATE: 6,
  BAD_NAME: 10,
  NO_FILE: 20,
  NOT_EXECUTABLE: 21,
  ABNORMAL_TERMINATION: 40,
  SPAWN_ERROR: 50,
  ALREADY_STARTED: 60,
  NOT_RUNNING: 70,
  ALREADY_ADDED: 90,
  STILL_RUNNING: 91,
  CANT_REREAD: 92,
} as const

export class Fault extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** Milliseconds for a call that does not wait for a program. */
const QUICK = 30_000

/**
 * Calls `supervisor.METHOD` over the socket. Throws Fault for what supervisord refuses; ServiceManagerError `unavailable`,
 * `permission` or `timeout` when it could not be asked.
 */
export const call = (site: Site, method: string, params: readonly Value[] = [], timeout = QUICK): Promise<Value> =>
  ask(site, `supervisor.${method}`, params, timeout)

/** Several calls that supervisord does at once, each a method and its parameters. What it refuses is a Fault among the answers. */
export async function callAll(
  site: Site,
  calls: ReadonlyArray<readonly [method: string, ...params: Value[]]>,
): Promise<Array<Fault | Value>> {
  const all = calls.map(([method, ...params]) => ({methodName: `supervisor.${method}`, params}))
  const answers = (await ask(site, 'system.multicall', [all], QUICK)) as ReadonlyArray<Value & Partial<Refusal>>
  return answers.map((answer) => (answer.faultCode === undefined ? answer : new Fault(answer.faultCode, answer.faultString ?? '')))
}

interface Refusal {
  readonly faultCode: number
  readonly faultString: string
}

async function ask(site: Site, method: string, params: readonly Value[], timeout: number): Promise<Value> {
  const parameters = params.map((value) => `<param><value>${encode(value)}</value></param>`).join('')
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${parameters}</params></methodCall>`
  const {status, text} = await post(site, body, timeout)
  if (status === 401)
    throw new ServiceManagerError('permission', `supervisord at ${site.socket} wants another password than its configuration has`)
  if (status !== 200) throw new ServiceManagerError('unavailable', `supervisord at ${site.socket} answered ${method} with HTTP ${status}`)
  const response = elements(text).children.find(({name}) => name === 'methodResponse')
  const [content] = response?.children ?? []
  if (content?.name !== 'fault') return decode(content?.children[0]?.children[0])
  const {faultCode, faultString} = decode(content.children[0]) as unknown as Refusal
  if (faultCode !== FAULTS.SHUTDOWN_STATE) throw new Fault(faultCode, faultString)
  throw new ServiceManagerError('unavailable', 'supervisord is shutting down', {suggestions: ['Try again when it is up.']})
}

/** As `call`; undefined where supervisord refuses with one of these codes. */
export async function tolerate(codes: readonly number[], calling: Promise<Value>): Promise<Value | undefined> {
  try {
    return await calling
  } catch (error) {
    if (error instanceof Fault && codes.includes(error.code)) return undefined
    throw error
  }
}

async function post({login, socket}: Site, body: string, timeout: number): Promise<{status: number; text: string}> {
  // Only once there is something to ask: detection must stay cheap.
  const {request} = await import('node:http')
  const headers: Record<string, string> = {'content-type': 'text/xml', 'content-length': String(Buffer.byteLength(body))}
  if (login) headers.authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout)
    const fail = (error: NodeJS.ErrnoException) => reject(signal.aborted ? tooLate(timeout) : cannotAsk(socket, error))
    const sent = request({headers, method: 'POST', path: '/RPC2', signal, socketPath: socket}, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
      response.on('end', () => resolve({status: response.statusCode ?? 0, text})).on('error', fail)
    })
    sent.on('error', fail).end(body)
  })
}

const tooLate = (timeout: number) => new ServiceManagerError('timeout', `supervisord did not answer within ${timeout / 1000} s`)

function cannotAsk(socket: string, error: NodeJS.ErrnoException): ServiceManagerError {
  const code = error.code === 'EACCES' ? 'permission' : 'unavailable'
  return new ServiceManagerError(code, `supervisord cannot be asked at ${socket}: ${error.message}`, {
    cause: error,
    suggestions:
      code === 'permission'
        ? ['Run this as the user of supervisord, or let your group use its socket: chmod= and chown= of [unix_http_server].']
        : [],
  })
}

function encode(value: Value): string {
  if (typeof value === 'boolean') return `<boolean>${Number(value)}</boolean>`
  if (Array.isArray(value)) return `<array><data>${value.map((one) => `<value>${encode(one)}</value>`).join('')}</data></array>`
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([name, one]) => `<member><name>${name}</name><value>${encode(one)}</value></member>`)
    return `<struct>${members.join('')}</struct>`
  }

  return `<string>${String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`
}

interface Element {
  readonly name: string
  readonly children: Element[]
  text: string
}

/** What Python's xmlrpc writes has no attributes, comments or CDATA. Control characters in it are no XML, and no matter. */
function elements(xml: string): Element {
  const open: Element[] = [{children: [], name: '', text: ''}]
  for (const [, end, name, text] of xml.matchAll(/<(\/?)(\w+)>|([^<]+)/g)) {
    if (text !== undefined) open.at(-1)!.text += text
    else if (end) open.pop()
    else {
      const element = {children: [], name: name!, text: ''}
      open.at(-1)!.children.push(element)
      open.push(element)
    }
  }

  return open[0]!
}

const ENTITIES: Readonly<Record<string, string>> = {amp: '&', gt: '>', lt: '<'}

/** `<value>` with its one child, which says the type. */
function decode(value: Element | undefined): Value {
  const [typed] = value?.children ?? []
  if (!typed) throw new ServiceManagerError('unavailable', 'supervisord gave an answer without a value')
  if (typed.name === 'int') return Number(typed.text)
  if (typed.name === 'boolean') return typed.text === '1'
  if (typed.name === 'array') return typed.children[0]!.children.map((one) => decode(one))
  if (typed.name === 'struct') return Object.fromEntries(typed.children.map(({children: [name, one]}) => [name!.text, decode(one)]))
  return typed.text.replaceAll(/&(?:#(\d+)|(\w+));/g, (_, code?: string, name = '') =>
    code ? String.fromCodePoint(Number(code)) : ENTITIES[name]!,
  )
}
