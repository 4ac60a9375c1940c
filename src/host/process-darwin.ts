/** Runs a program and gives its stdout; throws where it fails. */
export type Ask = (file: string, args: readonly string[]) => string

export interface DarwinProcesses {
  /** One word for this boot, '' where it cannot be had. */
  bootId(): string
  /** Seconds since the epoch; undefined for a process that is not there, or a zombie. 0 where ps cannot be run. */
  startTime(pid: number): number | undefined
}

/** What tells processes apart on macOS, where there is no /proc: ps(1) and sysctl(8). */
export function darwinProcesses(ask: Ask): DarwinProcesses {
  let boot: string | undefined
  return {
    bootId() {
      boot ??= bootIdOf(ask)
      return boot
    },
    startTime(pid) {
      try {
        return parsePs(ask('/bin/ps', ['-o', 'state=', '-o', 'lstart=', '-p', String(pid)]))
      } catch (error) {
        // ps exits with 1 for a pid that nobody has.
        return (error as {status?: number}).status === 1 ? undefined : 0
      }
    },
  }
}

/** A number of its own for each boot; kern.boottime is moved when the clock is set. */
function bootIdOf(ask: Ask): string {
  for (const name of ['kern.bootsessionuuid', 'kern.boottime']) {
    try {
      const text = ask('/usr/sbin/sysctl', ['-n', name])
      const id = name === 'kern.boottime' ? /\bsec = (\d+)/.exec(text)?.[1] : /^[\dA-Fa-f-]{36}$/.exec(text.trim())?.[0]
      if (id) return id
    } catch {
      // An older macOS may not have it.
    }
  }

  return ''
}

/** Pure: `Ss   Sat Nov 21 06:42:07 2026`, in UTC and in the language C. */
export function parsePs(text: string): number | undefined {
  const [, state, date] = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(text) ?? []
  if (state === undefined || state.startsWith('Z')) return undefined
  const milliseconds = Date.parse(`${date} UTC`)
  return Number.isNaN(milliseconds) ? 0 : milliseconds / 1000
}

/** Loaded when it is first asked, so that nobody else pays for it. */
export const onThisMac = darwinProcesses((file, args) => {
  // eslint-disable-next-line n/no-unsupported-features/node-builtins -- as stable as it will be from 20.16 on
  const {execFileSync} = process.getBuiltinModule('node:child_process')
  const environment = {LC_ALL: 'C', TZ: 'UTC0'}
  return execFileSync(file, [...args], {encoding: 'utf8', env: environment, stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000})
})
