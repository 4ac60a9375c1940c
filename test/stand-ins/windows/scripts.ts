/** What all of them have around what they do: one answer, an error too, in letters that no code page changes. */
const answering = (work: string): string => String.raw`$ErrorActionPreference = 'Stop'
try {
${work}
} catch {
$problem = $_.Exception
while ($problem.InnerException) { $problem = $problem.InnerException }
$answer = @{ error = [int]$problem.HResult; message = [string]$problem.Message }
}
$json = ConvertTo-Json -Compress -Depth 4 -InputObject $answer
[Console]::Out.Write([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json)))`

/**
 * What our PowerShell stand-in knows to run, letter by letter, and nothing else: a change of the backend's is to be looked at here,
 * against the documentation of the objects it uses.
 */
export const KNOWN = {
  look: answering(String.raw`$service = New-Object -ComObject Schedule.Service
$service.Connect()
$folder = $null
try { $folder = $service.GetFolder('\Hermes') } catch {
$cause = $_.Exception
while ($cause.InnerException) { $cause = $cause.InnerException }
if (-2147024894, -2147024893 -notcontains $cause.HResult) { throw }
}
$tasks = @()
if ($folder) { $tasks = @(foreach ($task in $folder.GetTasks(1)) { @{ name = $task.Name; state = [int]$task.State; result = [int]$task.LastTaskResult; xml = $task.Xml } }) }
$answer = @{ sid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value; startup = [Environment]::GetFolderPath('Startup'); tasks = $tasks }`),
  register: answering(String.raw`$service = New-Object -ComObject Schedule.Service
$service.Connect()
$root = $service.GetFolder('\')
try { $folder = $root.GetFolder('\Hermes') } catch { $folder = $root.CreateFolder('\Hermes') }
$null = $folder.RegisterTask($env:HERMES_TASK_NAME, [IO.File]::ReadAllText($env:HERMES_TASK_XML), 6, $null, $null, 3)
$answer = @{ registered = $true }`),
  elevate:
    answering(String.raw`$words = @('-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', $env:HERMES_ELEVATED)
$process = Start-Process -FilePath (Get-Process -Id $PID).Path -ArgumentList $words -Verb RunAs -WindowStyle Hidden -Wait -PassThru
$answer = @{ exit = [int]$process.ExitCode }`),
  shortcut: answering(String.raw`$shell = New-Object -ComObject WScript.Shell
$link = $shell.CreateShortcut($env:HERMES_LINK)
$link.TargetPath = $env:HERMES_LINK_TARGET
$link.Arguments = $env:HERMES_LINK_ARGUMENTS
$link.WorkingDirectory = $env:HERMES_LINK_DIRECTORY
$link.WindowStyle = 7
$link.Save()
$answer = @{ saved = $true }`),
  started: answering(String.raw`$epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
$found = @(Get-Process -Id @($env:HERMES_PIDS -split ',') -ErrorAction SilentlyContinue | ForEach-Object { @{ pid = $_.Id; started = [long]($_.StartTime.ToUniversalTime() - $epoch).TotalMilliseconds } })
$answer = @{ processes = $found }`),
} as const

/** What may run as administrator, with NAME, XML and SID in it. */
export const ELEVATED = String.raw`$ErrorActionPreference = 'Stop'
try {
$service = New-Object -ComObject Schedule.Service
$service.Connect()
$root = $service.GetFolder('\')
try { $folder = $root.GetFolder('\Hermes') } catch { $folder = $root.CreateFolder('\Hermes') }
$xml = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('XML'))
$null = $folder.RegisterTask('NAME', $xml, 6, $null, $null, 3, 'D:(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;SID)')
exit 0
} catch { exit 1 }`
