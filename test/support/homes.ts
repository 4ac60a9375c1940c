import {lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

export interface Seed {
  readonly state?: unknown
  readonly intent?: unknown
  /** gateway.pid and processes.json of an earlier life. */
  readonly stale?: boolean
  readonly soul?: boolean
}

/** Files of a profile as a gateway and an operator leave them. `default` is the home itself. */
export function seedProfile(home: string, name: string, {intent, soul = true, stale = false, state}: Seed = {}): string {
  const directory = name === 'default' ? home : join(home, 'profiles', name)
  mkdirSync(directory, {recursive: true})
  if (soul && name !== 'default') writeFileSync(join(directory, 'SOUL.md'), '# someone\n')
  if (state !== undefined) writeFileSync(join(directory, 'gateway_state.json'), JSON.stringify({gateway_state: state}))
  if (intent !== undefined) writeFileSync(join(directory, 'gateway_intent.json'), JSON.stringify({desired_state: intent}))
  if (stale) {
    writeFileSync(join(directory, 'gateway.pid'), '{"pid": 99999}')
    writeFileSync(join(directory, 'processes.json'), '[]')
  }

  return directory
}

/** Everything below a directory: kind, mode, times and content. Two equal snapshots: nothing was changed. */
export function snapshot(directory: string): Record<string, string> {
  const seen: Record<string, string> = {}
  const walk = (path: string, name: string): void => {
    const stat = lstatSync(path)
    const facts = [stat.mode.toString(8), stat.ino, stat.mtimeMs, stat.ctimeMs].join(' ')
    if (stat.isSymbolicLink()) seen[name] = `${facts} -> ${readlinkSync(path)}`
    else if (stat.isFile()) seen[name] = `${facts} ${readFileSync(path, 'base64')}`
    else seen[name] = facts
    if (stat.isDirectory()) for (const entry of readdirSync(path).sort()) walk(join(path, entry), `${name}/${entry}`)
  }

  walk(directory, '.')
  return seen
}

/** The error that a promise must end with. */
export async function failure(promise: Promise<unknown>): Promise<Error & {code: string; suggestions: readonly string[]}> {
  try {
    await promise
  } catch (error) {
    return error as Error & {code: string; suggestions: readonly string[]}
  }

  throw new Error('it did not fail')
}
