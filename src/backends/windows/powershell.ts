import {commandFailed, ServiceManagerError, type ExecResult} from '@hermes-cli/service-manager'

import type {Site} from './site.js'

/*
 * Fixed texts: their data come through the environment, so that nothing is ever quoted for PowerShell. No double quotes
 * in them, which are the only thing a command line would take for itself. They answer with base64 of UTF-8 of JSON:
 * what Windows prints is in the language and the code page of the user, and numbers and base64 are in none. The COM
 * objects of the Task Scheduler (learn.microsoft.com/windows/win32/taskschd) and not the ScheduledTasks module: that one
 * takes a second to load, and its errors have no numbers.
 */
const frame = (body: string): string => `$ErrorActionPreference = 'Stop'
try {
${body}
} catch {
$problem = $_.Exception
while ($problem.InnerException) { $problem = $problem.InnerException }
$answer = @{ error = [int]$problem.HResult; message = [string]$problem.Message }
}
$json = ConvertTo-Json -Compress -Depth 4 -InputObject $answer
[Console]::Out.Write([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json)))`

const CONNECT = `$service = New-Object -ComObject Schedule.Service
$service.Connect()`

export const SCRIPTS = {
  /** Everything there is to know: who we are, where programs of a login lie, and all tasks of our folder, hidden ones too. No such folder: no tasks. */
  look: frame(`${CONNECT}
$folder = $null
try { $folder = $service.GetFolder('\\Hermes') } catch {
$cause = $_.Exception
while ($cause.InnerException) { $cause = $cause.InnerException }
if (-2147024894, -2147024893 -notcontains $cause.HResult) { throw }
}
$tasks = @()
if ($folder) { $tasks = @(foreach ($task in $folder.GetTasks(1)) { @{ name = $task.Name; state = [int]$task.State; result = [int]$task.LastTaskResult; xml = $task.Xml } }) }
$answer = @{ sid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value; startup = [Environment]::GetFolderPath('Startup'); tasks = $tasks }`),
  /** TASK_CREATE_OR_UPDATE, TASK_LOGON_INTERACTIVE_TOKEN. */
  register: frame(`${CONNECT}
$root = $service.GetFolder('\\')
try { $folder = $root.GetFolder('\\Hermes') } catch { $folder = $root.CreateFolder('\\Hermes') }
$null = $folder.RegisterTask($env:HERMES_TASK_NAME, [IO.File]::ReadAllText($env:HERMES_TASK_XML), 6, $null, $null, 3)
$answer = @{ registered = $true }`),
  /** Windows asks whoever sits there. What was declined is an error of its own. */
  elevate:
    frame(`$words = @('-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', $env:HERMES_ELEVATED)
$process = Start-Process -FilePath (Get-Process -Id $PID).Path -ArgumentList $words -Verb RunAs -WindowStyle Hidden -Wait -PassThru
$answer = @{ exit = [int]$process.ExitCode }`),
  /** A shortcut: what opens a script's own name is the user's business, and may be an editor. */
  shortcut: frame(`$shell = New-Object -ComObject WScript.Shell
$link = $shell.CreateShortcut($env:HERMES_LINK)
$link.TargetPath = $env:HERMES_LINK_TARGET
$link.Arguments = $env:HERMES_LINK_ARGUMENTS
$link.WorkingDirectory = $env:HERMES_LINK_DIRECTORY
$link.WindowStyle = 7
$link.Save()
$answer = @{ saved = $true }`),
  /** When processes started, in milliseconds since 1970. */
  started: frame(`$epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
$found = @(Get-Process -Id @($env:HERMES_PIDS -split ',') -ErrorAction SilentlyContinue | ForEach-Object { @{ pid = $_.Id; started = [long]($_.StartTime.ToUniversalTime() - $epoch).TotalMilliseconds } })
$answer = @{ processes = $found }`),
} as const

/** HRESULTs of "you may not": E_ACCESSDENIED, and that of a missing privilege. */
const DENIED = [0x80_07_00_05, 0x80_07_05_22]
/** Milliseconds: as long as it takes somebody to read a question. */
const ELEVATING = 300_000
/** Milliseconds: PowerShell takes seconds on a machine that has just booted. */
const PATIENCE = 60_000

export interface Refusal {
  /** HRESULT, unsigned. */
  readonly error: number
  readonly message: string
}

export const isRefusal = (answer: object): answer is Refusal => 'error' in answer
export const isDenied = ({error}: Refusal): boolean => DENIED.includes(error)

/** Runs one of the scripts; what it answers, or why it was refused. Throws when PowerShell itself does not work. */
export async function powershell<T extends object>(
  {host, tools}: Pick<Site, 'host' | 'tools'>,
  what: string,
  script: keyof typeof SCRIPTS,
  environment: Readonly<Record<string, string>> = {},
): Promise<Refusal | T> {
  const args = ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-Command', SCRIPTS[script]]
  const result = await host.exec(tools.powershell, args, {environment, timeout: script === 'elevate' ? ELEVATING : PATIENCE})
  const answer = result.exitCode === 0 ? decode(result.stdout) : undefined
  if (!answer) throw powershellFailed(what, result)
  return 'error' in answer ? {error: Number(answer.error) >>> 0, message: String(answer.message)} : (answer as T)
}

/** Pure: base64 of JSON of an object, or undefined. */
export function decode(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text.trim(), 'base64').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function powershellFailed(what: string, result: ExecResult): ServiceManagerError {
  // Not the whole script.
  const command = result.command.slice(0, 120)
  return commandFailed(what, {...result, command}, ['See whether powershell.exe works here, and whether a policy restricts it.'])
}

export function refused(what: string, refusal: Refusal): ServiceManagerError {
  const code = `0x${refusal.error.toString(16).toUpperCase().padStart(8, '0')}`
  if (isDenied(refusal))
    return new ServiceManagerError('permission', `${what}: the Task Scheduler does not allow it (${code} ${refusal.message})`, {
      suggestions: ['Do the same in a terminal that was opened as administrator.'],
    })
  return new ServiceManagerError('unavailable', `${what}: the Task Scheduler says ${code} ${refusal.message}`, {
    suggestions: ['See whether the service "Schedule" runs: sc query Schedule'],
  })
}
