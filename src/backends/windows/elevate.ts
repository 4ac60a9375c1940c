import {isRefusal, powershell} from './powershell.js'
import type {Site} from './site.js'

interface Elevated {
  readonly name: string
  /** Of the user whose task it is, whoever said yes. */
  readonly sid: string
  readonly xml: string
}

/**
 * What runs as administrator: the registration and nothing else, neither hermes nor Node, and with its data in its own
 * text. A file could be another one by the time somebody has said yes. The user keeps every right on the task: it is
 * theirs, though another made it.
 */
export function elevatedScript({name, sid, xml}: Elevated): string {
  // Single quotes hold these as they are; anything else never gets here.
  if (!/^[\w.-]+$/.test(name) || !/^S-[\d-]+$/.test(sid)) throw new Error('no name or no SID')
  const rights = ['SY', 'BA', sid].map((who) => `(A;;FA;;;${who})`).join('')
  return `$ErrorActionPreference = 'Stop'
try {
$service = New-Object -ComObject Schedule.Service
$service.Connect()
$root = $service.GetFolder('\\')
try { $folder = $root.GetFolder('\\Hermes') } catch { $folder = $root.CreateFolder('\\Hermes') }
$xml = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${Buffer.from(xml).toString('base64')}'))
$null = $folder.RegisterTask('${name}', $xml, 6, $null, $null, 3, 'D:${rights}')
exit 0
} catch { exit 1 }`
}

/** Has Windows ask for an administrator's yes. False when that was declined, or did not help. */
export async function registerElevated(site: Site, elevated: Elevated): Promise<boolean> {
  const text = Buffer.from(elevatedScript(elevated), 'utf16le').toString('base64')
  const what = `could not ask for the rights to register ${elevated.name}`
  const answer = await powershell<{exit?: number}>(site, what, 'elevate', {HERMES_ELEVATED: text})
  return !isRefusal(answer) && answer.exit === 0
}
