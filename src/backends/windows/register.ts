import {commandFailed, type ExecResult} from '@hermes-cli/service-manager'

import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {isThere, linkPath, type Ours} from './claim.js'
import {definitionText, type Autostart, type Definition} from './definition.js'
import {FILES} from './files.js'
import {LAUNCHER, launcherArguments, utf16} from './launcher.js'
import type {Look} from './look.js'
import {launchTextFor, planFor} from './plan.js'
import {isDenied, isRefusal, powershell, refused} from './powershell.js'
import {registerElevated} from './elevate.js'
import {directoryOf, taskOf, type Site} from './site.js'
import {renderTask} from './task.js'

/** Hosts that were told that the Task Scheduler refuses: once is enough. */
const warned = new WeakSet<object>()

/** Writes all that the launcher and the attendant read. */
export async function writeFiles(site: Site, definition: Definition): Promise<void> {
  const directory = directoryOf(site, definition.spec.id)
  mkdirSync(directory, {mode: 0o700, recursive: true})
  const write = (name: string, text: string) => site.host.writeFileAtomic(join(directory, name), text, 0o600)
  await write(FILES.launcher, LAUNCHER)
  // UTF-16, which writeFileAtomic does not write; the launcher is not running from a half-written one, for we are alone here.
  replace(join(directory, FILES.launch), utf16(launchTextFor(directory)))
  await write(FILES.definition, definitionText(definition))
}

export const removeFiles = (site: Site, id: string): void =>
  rmSync(directoryOf(site, id), {force: true, maxRetries: 10, recursive: true, retryDelay: 100})

function replace(path: string, data: Buffer): void {
  rmSync(path, {force: true})
  writeFileSync(path, data, {flag: 'wx', mode: 0o600})
}

export interface Registering {
  /** Started at a login. */
  readonly enabled: boolean
  /** Somebody may be asked for more rights. */
  readonly elevate?: boolean
}

/** Registers the task, or the shortcut where that is denied. There are never both. Returns which it was. */
export async function register(site: Site, seen: Look, definition: Definition, {elevate, enabled}: Registering): Promise<Autostart> {
  const {id} = definition.spec
  const path = join(directoryOf(site, id), FILES.xml)
  const xml = renderTask(planFor(site, seen, definition, enabled))
  replace(path, utf16(xml))
  const name = taskOf(site, id).split('\\').at(-1)!
  const what = `could not register the task of "${id}"`
  const answer = await powershell(site, what, 'register', {HERMES_TASK_NAME: name, HERMES_TASK_XML: path})
  if (!isRefusal(answer) || (isDenied(answer) && elevate && (await registerElevated(site, {name, sid: seen.sid, xml})))) {
    rmSync(linkPath(site, seen, id), {force: true})
    return 'task'
  }

  // One that is there and may not be changed would start it, too.
  if (!isDenied(answer) || seen.tasks.some((task) => task.name === name)) throw refused(what, answer)
  await setLink(site, seen, id, enabled)
  if (!warned.has(site.host)) {
    warned.add(site.host)
    site.host.warn(
      `the Task Scheduler does not allow a task for this user (${answer.message.trim()}); the Startup folder starts it at a login. ` +
        'For a task: hermes gateway:install, in a terminal that was opened as administrator or by one who can say yes when Windows asks',
    )
  }

  return 'startup'
}

/** Whether it is started at a login, for what is registered. */
export async function setEnabled(site: Site, seen: Look, {definition, id, task}: Ours, enabled: boolean): Promise<void> {
  if (!task) return setLink(site, seen, id, enabled)
  if (definition) await register(site, seen, definition, {enabled})
}

async function setLink(site: Site, seen: Look, id: string, enabled: boolean): Promise<void> {
  const link = linkPath(site, seen, id)
  if (isThere(link) === enabled) return
  if (!enabled) return rmSync(link, {force: true})
  mkdirSync(seen.startup, {recursive: true})
  const directory = directoryOf(site, id)
  const what = `could not write ${link}`
  const answer = await powershell(site, what, 'shortcut', {
    HERMES_LINK: link,
    HERMES_LINK_ARGUMENTS: launcherArguments(join(directory, FILES.launcher)),
    HERMES_LINK_DIRECTORY: directory,
    HERMES_LINK_TARGET: site.tools.wscript,
  })
  if (isRefusal(answer)) throw refused(what, answer)
}

/** What it prints is in the user's language: only its exit code counts, and what is to be seen afterwards. */
export async function schtasks(site: Site, ...args: readonly string[]): Promise<ExecResult> {
  return site.host.exec(site.tools.schtasks, args, {timeout: 30_000})
}

export const schtasksFailed = (what: string, result: ExecResult): Error =>
  commandFailed(what, result, ['See what the Task Scheduler says: taskschd.msc, folder Hermes.'])
