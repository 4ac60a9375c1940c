import {execFileSync} from 'node:child_process'
import {join} from 'node:path'

import {root} from '../../support/directories.js'

const SCHEMA = join(root, 'test/stand-ins/windows/task.xsd')

/** Leaves below Task, and what the schema means where there is none. */
const DEFAULTS = {
  'Actions/Exec/Arguments': '',
  'Actions/Exec/Command': '',
  'Actions/Exec/WorkingDirectory': '',
  'Principals/Principal/LogonType': '',
  'Principals/Principal/RunLevel': 'LeastPrivilege',
  'Principals/Principal/UserId': '',
  'RegistrationInfo/Author': '',
  'RegistrationInfo/Description': '',
  'RegistrationInfo/Documentation': '',
  'RegistrationInfo/URI': '',
  'Settings/AllowHardTerminate': 'true',
  'Settings/AllowStartOnDemand': 'true',
  'Settings/DisallowStartIfOnBatteries': 'true',
  'Settings/Enabled': 'true',
  'Settings/ExecutionTimeLimit': 'PT72H',
  'Settings/Hidden': 'false',
  'Settings/IdleSettings/RestartOnIdle': 'false',
  'Settings/IdleSettings/StopOnIdleEnd': 'true',
  'Settings/MultipleInstancesPolicy': 'IgnoreNew',
  'Settings/Priority': '7',
  'Settings/RestartOnFailure/Count': '',
  'Settings/RestartOnFailure/Interval': '',
  'Settings/RunOnlyIfIdle': 'false',
  'Settings/RunOnlyIfNetworkAvailable': 'false',
  'Settings/StartWhenAvailable': 'false',
  'Settings/StopIfGoingOnBatteries': 'true',
  'Settings/WakeToRun': 'false',
  'Triggers/LogonTrigger/Delay': 'PT0S',
  'Triggers/LogonTrigger/Enabled': 'true',
  'Triggers/LogonTrigger/UserId': '',
} as const

export type TaskLeaf = keyof typeof DEFAULTS
export type TaskValues = Record<TaskLeaf, string>

const xmllint = (input: Buffer, ...args: string[]): string =>
  execFileSync('xmllint', [...args, '-'], {encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe']})

/** Read by libxml2 and judged by the schema. Throws with what it says. */
export function readTask(document: Buffer): TaskValues {
  xmllint(document, '--nonet', '--noout', '--schema', SCHEMA)
  const names = Object.keys(DEFAULTS) as TaskLeaf[]
  const at = (leaf: string) =>
    `string(/*${leaf
      .split('/')
      .map((name) => `/*[local-name()="${name}"]`)
      .join('')})`
  const values = xmllint(document, '--nonet', '--xpath', `concat(${names.map((name) => at(name)).join(',"\n",')},"")`).split('\n')
  return Object.fromEntries(names.map((name, index) => [name, values[index] || DEFAULTS[name]])) as TaskValues
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** As the Task Scheduler gives it back: in its own order, without what is the default, users by name. */
export function exportTask(values: TaskValues, userName: string): string {
  const shown = {...values, 'Triggers/LogonTrigger/UserId': userName}
  const leaf = (path: TaskLeaf) => {
    const name = path.split('/').at(-1)!
    return shown[path] === DEFAULTS[path] ? '' : `      <${name}>${escaped(shown[path])}</${name}>\n`
  }

  const group = (prefix: string) =>
    (Object.keys(DEFAULTS) as TaskLeaf[])
      .filter((path) => path.startsWith(prefix) && path.split('/').length === prefix.split('/').length)
      .map((path) => leaf(path))
      .join('')
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
      <Date>2026-01-02T03:04:05</Date>
${group('RegistrationInfo/')}  </RegistrationInfo>
  <Principals>
    <Principal id="Author">
${group('Principals/Principal/')}    </Principal>
  </Principals>
  <Settings>
${group('Settings/')}    <RestartOnFailure>
${group('Settings/RestartOnFailure/')}    </RestartOnFailure>
    <IdleSettings>
${group('Settings/IdleSettings/')}    </IdleSettings>
  </Settings>
  <Triggers>
    <LogonTrigger>
${leaf('Triggers/LogonTrigger/Enabled')}${leaf('Triggers/LogonTrigger/UserId')}${leaf('Triggers/LogonTrigger/Delay')}    </LogonTrigger>
  </Triggers>
  <Actions Context="Author">
    <Exec>
${leaf('Actions/Exec/Command')}${leaf('Actions/Exec/Arguments')}${leaf('Actions/Exec/WorkingDirectory')}    </Exec>
  </Actions>
</Task>`
}
