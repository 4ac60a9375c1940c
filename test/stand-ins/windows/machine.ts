import type {Host} from '@hermes-cli/service-manager'

import {spawn} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {createHost} from '#hermes/host/host.js'

import {until} from '../../support/wait.js'
import {commandLineToArgv} from './argv.js'
import type {Machine} from './client.js'
import {killAll, marked} from './jobs.js'
import {Scheduler} from './scheduler.js'

export const SID = 'S-1-5-21-1004336348-1177238915-682003330-1001'

/** A Windows with one user, as far as hermes sees one. */
export interface WindowsMachine {
  readonly scheduler: Scheduler
  readonly environment: Readonly<Record<string, string>>
  /** Where shortcuts of a login lie. */
  readonly startup: string
  readonly warnings: string[]
  host(home: string): Host
  /** Live processes of it. */
  processes(): number[]
  powerOff(): Promise<void>
  /** Somebody logs in: triggers and the Startup folder. */
  logon(): void
  dispose(): Promise<void>
}

const here = dirname(fileURLToPath(import.meta.url))

function executable(path: string, name: string, machine: Machine): void {
  mkdirSync(dirname(path), {recursive: true})
  const module = JSON.stringify(join(here, `${name}.js`))
  writeFileSync(path, `#!${process.execPath}\nimport(${module}).then(({main}) => main(${JSON.stringify(machine)}))\n`)
  chmodSync(path, 0o755)
}

/** Its drive is a directory of its own, with stand-ins for the programs of Windows in it. */
export async function windowsMachine(): Promise<WindowsMachine> {
  const drive = mkdtempSync(join(tmpdir(), 'hermes-win-'))
  const user = join(drive, 'Users', 'Ada Ünal')
  const startup = join(user, 'AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup')
  const environment = {
    APPDATA: join(user, 'AppData', 'Roaming'),
    LOCALAPPDATA: join(user, 'AppData', 'Local'),
    PATH: process.env.PATH!,
    SystemRoot: join(drive, 'Windows'),
    TEMP: join(user, 'AppData', 'Local', 'Temp'),
    USERPROFILE: user,
  }
  const machine: Machine = {socket: join(drive, 'schedule'), startup}
  const system = join(environment.SystemRoot, 'System32')
  for (const name of ['schtasks', 'taskkill', 'wscript']) executable(join(system, `${name}.exe`), name, machine)
  executable(join(system, 'WindowsPowerShell', 'v1.0', 'powershell.exe'), 'powershell', machine)
  for (const path of [environment.TEMP, environment.APPDATA, startup]) mkdirSync(path, {recursive: true})
  const directory = join(system, 'Tasks', 'Hermes')
  const scheduler = new Scheduler({directory, environment, sid: SID, socket: machine.socket, userName: String.raw`DESKTOP\ada`})
  await scheduler.listen()
  const warnings: string[] = []
  const processes = () => marked(`LOCALAPPDATA=${environment.LOCALAPPDATA}`)
  const killEverything = async () => {
    await until('nothing of the machine runs', () => {
      killAll(processes())
      return processes().length === 0
    })
  }

  return {
    async dispose() {
      await scheduler.close()
      await killEverything()
      rmSync(drive, {force: true, maxRetries: 5, recursive: true})
    },
    environment,
    host: (home) => ({
      ...createHost({environment: {...environment, HERMES_HOME: home}, home, warn: (text) => warnings.push(text)}),
      platform: 'win32',
      uid: -1,
    }),
    logon() {
      scheduler.logon()
      for (const name of readdirSync(startup)) openShortcut(join(startup, name), environment)
    },
    async powerOff() {
      await scheduler.powerOff()
      await killEverything()
    },
    processes,
    scheduler,
    startup,
    warnings,
  }
}

function openShortcut(path: string, environment: Readonly<Record<string, string>>): void {
  const link = JSON.parse(readFileSync(path, 'utf8')) as {arguments: string; directory: string; target: string}
  const [file, ...args] = commandLineToArgv(`"${link.target}" ${link.arguments}`)
  if (!existsSync(link.directory)) return
  spawn(file!, args, {cwd: link.directory, detached: true, env: {...environment}, stdio: 'ignore'}).unref()
}
