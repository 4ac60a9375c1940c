import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'

import {ask, type Answer, type Machine} from './client.js'
import {startedAt} from './jobs.js'
import {ELEVATED, KNOWN} from './scripts.js'

const OPTIONS = ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-Command']

const variable = (name: string): string => process.env[name] ?? ''
/** As `[int]` of an HRESULT. */
const signed = (code: number): number => new Int32Array([code])[0]!
const problem = ({code, message}: Answer): object => ({error: signed(code!), message})

const RUN: Record<keyof typeof KNOWN, (machine: Machine) => Promise<object>> = {
  async look(machine) {
    const answer = await ask(machine, {verb: 'look'})
    return answer.code === undefined ? {sid: answer.sid, startup: machine.startup, tasks: answer.tasks} : problem(answer)
  },
  async register(machine) {
    // ReadAllText knows the mark of UTF-16 and drops it.
    const data = readFileSync(variable('HERMES_TASK_XML'))
    if (data[0] !== 0xff || data[1] !== 0xfe) return {error: signed(0x80_04_13_1a), message: 'kein UTF-16'}
    const answer = await ask(machine, {name: variable('HERMES_TASK_NAME'), verb: 'register', xml: data.subarray(2).toString('utf16le')})
    return answer.code === undefined ? {registered: true} : problem(answer)
  },
  async elevate(machine) {
    const {code, message} = await ask(machine, {verb: 'consent'})
    return code === undefined
      ? {exit: await elevated(machine, Buffer.from(variable('HERMES_ELEVATED'), 'base64').toString('utf16le'))}
      : problem({code, message: message!})
  },
  async shortcut() {
    const path = variable('HERMES_LINK')
    if (!path.endsWith('.lnk') || !existsSync(dirname(path)))
      return {error: signed(0x80_07_00_02), message: 'Verknüpfung kann nicht gespeichert werden'}
    const link = {
      arguments: variable('HERMES_LINK_ARGUMENTS'),
      directory: variable('HERMES_LINK_DIRECTORY'),
      target: variable('HERMES_LINK_TARGET'),
    }
    writeFileSync(path, JSON.stringify(link))
    return {saved: true}
  },
  async started() {
    const found = variable('HERMES_PIDS')
      .split(',')
      .map((pid) => ({pid: Number(pid), started: startedAt(Number(pid))}))
    return {processes: found.filter(({started}) => started !== undefined)}
  },
}

/** The exit code of the only script that is known to run as administrator; its rights must be those of the user, too. */
async function elevated(machine: Machine, text: string): Promise<number> {
  const shape = new RegExp(
    `^${ELEVATED.replaceAll(/[$()[\]\\.{}|*+?^]/g, String.raw`\$&`)
      .replace('NAME', String.raw`(?<name>[\w.-]+)`)
      .replace('XML', String.raw`(?<xml>[\w+/=]+)`)
      .replace('SID', String.raw`(?<sid>S-1-[\d-]+)`)}$`,
  )
  const {name, sid, xml} = shape.exec(text)?.groups ?? {}
  const {sid: user} = await ask(machine, {verb: 'look'})
  if (!name || sid !== user) return 1
  const answer = await ask(machine, {elevated: true, name, verb: 'register', xml: Buffer.from(xml!, 'base64').toString('utf8')})
  return answer.code === undefined ? 0 : 1
}

/** powershell.exe, for the scripts that hermes sends and no others. */
export async function main(machine: Machine): Promise<void> {
  const args = process.argv.slice(2)
  const script = Object.entries(KNOWN).find(([, text]) => text === args.at(-1))
  if (!script || args.slice(0, -1).join(' ') !== OPTIONS.join(' ')) {
    process.stderr.write('Die Benennung wurde nicht als Name eines Cmdlet erkannt.\n')
    process.exit(1)
  }

  const answer = await RUN[script[0] as keyof typeof KNOWN](machine)
  process.stdout.write(Buffer.from(JSON.stringify(answer)).toString('base64'))
}
