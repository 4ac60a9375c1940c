/*
 * The program the kit has supervised. It reports on itself, so that nothing the backend says need be believed:
 *
 *   node probe.js REPORT [WORD...]      one JSON line in REPORT for each thing that happens to it
 *
 * REPORT.command, when it appears, is obeyed once: {"exit": N} or {"print": "text"}. When REPORT is gone the probe
 * ends: whatever a broken backend leaves behind dies with the directory of the test.
 */
import {appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeSync} from 'node:fs'

import {startTimeOf} from './alive.js'

/** Milliseconds between two looks at the command file. */
const INTERVAL = 15
/** Milliseconds after which no test can still need it. */
const LIFETIME = 300_000

const [report = '', ...words] = process.argv.slice(2)

/** `name=value` among the words; the last one wins. */
const word = (name: string): string | undefined => words.findLast((one) => one.startsWith(`${name}=`))?.slice(name.length + 1)

const write = (record: object) => appendFileSync(report, `${JSON.stringify({...record, at: Date.now(), pid: process.pid})}\n`)

function end(code: number): never {
  if (existsSync(report)) write({code, event: 'exit'})

  process.exit(code)
}

/** `life=exit:75,stay`: what each start does in turn, the last one for all that follow. */
function life(earlierStarts: number): string {
  const lives = (word('life') ?? 'stay').split(',')
  return lives[Math.min(earlierStarts, lives.length - 1)]!
}

function announceReady(): void {
  const fd = Number(process.env.HERMES_NOTIFY_FD)
  write({event: 'ready'})
  if (!Number.isSafeInteger(fd) || fd < 3) return
  try {
    writeSync(fd, '\n')
  } catch {
    // Nobody listens: the manager does not want to know.
  }
}

function obey(): void {
  const taken = `${report}.taken.${process.pid}`
  try {
    renameSync(`${report}.command`, taken)
  } catch {
    return
  }

  const command = JSON.parse(readFileSync(taken, 'utf8')) as {exit?: number; print?: string}
  rmSync(taken)
  if (command.print !== undefined) process.stdout.write(`${command.print}\n`)
  if (command.exit !== undefined) end(command.exit)
}

function main(): void {
  // Exit code 78 and no report: whoever restarts this only gets the same.
  if (!existsSync(report)) end(78)
  const earlierStarts = readFileSync(report, 'utf8').split('"event":"start"').length - 1
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PROBE_')))
  const seen = {argv: process.argv.slice(2), cwd: process.cwd(), environment, program: process.argv0, startTime: startTimeOf(process.pid)}

  const onSignal = (signal: string) => {
    write({event: 'signal', signal})
    if (!words.includes('stubborn')) setTimeout(() => end(0), Number(word('linger') ?? 0))
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)

  // Whoever reads its lines may go away before it does.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  write({event: 'start', ...seen})
  for (let line = 1; line <= Number(word('chatty') ?? 0); line++) {
    const stream = line % 2 === 0 ? process.stderr : process.stdout
    stream.write(`probe line ${line}\n`)
  }

  const exit = /^exit:(\d+)$/.exec(life(earlierStarts))
  if (exit) end(Number(exit[1]))

  const gate = word('ready-when')
  let ready = words.includes('never-ready')
  let asked = false
  const look = () => {
    if (!existsSync(report)) end(78)
    if (!ready && (gate === undefined || existsSync(gate))) {
      ready = true
      announceReady()
    }

    // As a manager asks that cannot signal: once.
    if (!asked && process.env.HERMES_STOP_FILE && existsSync(process.env.HERMES_STOP_FILE)) {
      asked = true
      onSignal('SIGTERM')
    }

    obey()
  }

  look()
  setInterval(look, INTERVAL)
  setTimeout(() => end(78), LIFETIME)
}

main()
