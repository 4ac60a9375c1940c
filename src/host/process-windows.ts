/*
 * When a process of Windows started. Node does not tell it of others, and no file does: PowerShell is asked, once for a
 * process within a moment. Its number and base form are the same in every language. Nothing is loaded before it is needed.
 */

/** Milliseconds for which an answer holds: a pid is not given away again at once. */
const FRESH = 2000
const PATIENCE = 15_000
const SCRIPT =
  '$epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc); ' +
  '[Console]::Out.Write([long]((Get-Process -Id $env:HERMES_PID -ErrorAction Stop).StartTime.ToUniversalTime() - $epoch).TotalMilliseconds)'

/** Asks the machine: milliseconds since 1970 as text, or whatever it prints when it cannot tell. */
function askPowershell(pid: number): string {
  // In every Node this package runs on, without a warning; an import would load both for every supervised process.
  /* eslint-disable n/no-unsupported-features/node-builtins */
  const {execFileSync} = process.getBuiltinModule('node:child_process')
  const {join} = process.getBuiltinModule('node:path')
  /* eslint-enable n/no-unsupported-features/node-builtins */
  const program = join(process.env.SystemRoot ?? String.raw`C:\Windows`, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe')
  return execFileSync(program, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', SCRIPT], {
    encoding: 'utf8',
    env: {...process.env, HERMES_PID: String(pid)},
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE,
    windowsHide: true,
  })
}

/** Start times by pid, in milliseconds since 1970; 0 where they cannot be known, which is nobody's recorded one. */
export class StartTimes {
  private readonly known = new Map<number, {readonly asked: number; readonly startTime: number}>()
  private self: number | undefined

  constructor(
    private readonly ask: (pid: number) => string,
    private readonly now = () => Date.now(),
  ) {}

  of(pid: number): number {
    this.self ??= Math.round(this.now() - process.uptime() * 1000)
    if (pid === process.pid) return this.self
    const found = this.known.get(pid)
    if (found && this.now() - found.asked < FRESH) return found.startTime
    const startTime = this.read(pid)
    this.known.set(pid, {asked: this.now(), startTime})
    return startTime
  }

  private read(pid: number): number {
    try {
      const text = this.ask(pid).trim()
      return /^\d{12,14}$/.test(text) ? Number(text) : 0
    } catch {
      return 0
    }
  }
}

export const startTimesOnWindows = new StartTimes(askPowershell)
