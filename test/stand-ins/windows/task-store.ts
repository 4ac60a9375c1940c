import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {readTask, type TaskValues} from './read-task.js'

/** HRESULTs and SCHED_S codes as Microsoft documents them. */
export const CODES = {
  accessDenied: 0x80_07_00_05,
  fileNotFound: 0x80_07_00_02,
  hasNotRun: 0x4_13_03,
  malformedXml: 0x80_04_13_1a,
  running: 0x4_13_01,
  terminated: 0x4_13_06,
} as const

export class ComError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** The registered tasks: files, so that they outlive a power cut. */
export class TaskStore {
  /** Switch of the tests: nobody may register anything, unless as administrator. */
  deny = false
  /** It takes no task, for a reason of its own. */
  broken = false

  constructor(
    private readonly directory: string,
    private readonly sid: string,
  ) {
    mkdirSync(directory, {recursive: true})
  }

  /** What the administrator does in the task's properties. */
  edit(name: string, change: Partial<TaskValues>): void {
    writeFileSync(this.file(name), JSON.stringify({...this.values(name), ...change}))
  }

  names(): string[] {
    return readdirSync(this.directory).map((name) => name.replace(/\.json$/, ''))
  }

  values(name: string): TaskValues {
    try {
      return JSON.parse(readFileSync(this.file(name), 'utf8')) as TaskValues
    } catch {
      throw new ComError(CODES.fileNotFound, 'Das System kann die angegebene Datei nicht finden.')
    }
  }

  register(name: string, document: string, elevated = false): void {
    if (this.broken) throw new ComError(CODES.malformedXml, 'Das XML der Aufgabe ist falsch formatiert')
    if (this.deny && !elevated) throw new ComError(CODES.accessDenied, 'Zugriff verweigert')
    let values: TaskValues
    try {
      values = readTask(Buffer.from(document.startsWith('\uFEFF') ? document : `\uFEFF${document}`, 'utf16le'))
    } catch (error) {
      throw new ComError(CODES.malformedXml, `Das XML der Aufgabe ist falsch formatiert: ${(error as Error).message}`)
    }

    if (values['Principals/Principal/UserId'] !== this.sid && !elevated) throw new ComError(CODES.accessDenied, 'Zugriff verweigert')
    writeFileSync(this.file(name), JSON.stringify(values))
  }

  delete(name: string): void {
    this.values(name)
    rmSync(this.file(name))
  }

  private file(name: string): string {
    return join(this.directory, `${name}.json`)
  }
}
