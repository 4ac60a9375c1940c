import systemd from '@hermes-cli/backend-systemd'
import type {Host, Scope} from '@hermes-cli/service-manager'
import {execa} from 'execa'

import {createHost} from '#hermes/host/host.js'
import {chmodSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

import {hermesIn, type CliResult, type Hermes} from './cli.js'

/** Which systemd of the lab this run is for: scripts/tiers/systemd.mjs runs the folder once for each. */
export const scope = (process.env.HERMES_TEST_SYSTEMD_SCOPE ?? 'user') as Scope
export const unitDirectory = scope === 'user' ? join(homedir(), '.config/systemd/user') : '/etc/systemd/system'
/** Of the tools that are asked behind hermes' back. */
export const toolEnvironment = {LC_ALL: 'C', XDG_RUNTIME_DIR: `/run/user/${process.getuid!()}`}
export const systemctl = (...args: string[]) => execa('systemctl', [`--${scope}`, ...args], {env: toolEnvironment, reject: false})

/** The lab's machine as a command without a login sees it: no XDG_RUNTIME_DIR, no bus in the environment. */
export function labHost(home: string, warn: (message: string) => void = () => {}): Host {
  const environment = {HERMES_HOME: home, PATH: process.env.PATH}
  return {...createHost({environment, home, warn}), scope}
}

/** Removes every service of that home. */
export async function removeAll(host: Host): Promise<void> {
  const manager = systemd.connect(host)
  for (const id of await manager.list()) await manager.uninstall(id)
}

export interface LabHome {
  readonly home: string
  readonly hermes: Hermes
  /** It has to exit with 0. */
  readonly ok: (...args: string[]) => Promise<CliResult>
  readonly directory: (profile: string) => string
  /** Of the service of this profile, in the scope of this run. */
  readonly unit: (profile: string) => string
  readonly show: (profile: string, ...properties: string[]) => Promise<Record<string, string>>
}

/** A home for each test where it stays, as a host's manager wants it: not in /tmp. With one profile, `coder`. */
export function labHome(): LabHome {
  let home: string
  // XDG_RUNTIME_DIR names nothing, as after `su -`: hermes finds the user's manager by itself.
  const hermes: Hermes = (...args) => hermesIn(home, {HOME: homedir(), XDG_RUNTIME_DIR: ''})(...args)
  const ok = async (...args: string[]): Promise<CliResult> => {
    const result = await hermes(...args)
    if (result.code !== 0) throw new Error(`hermes ${args.join(' ')} exited with ${result.code}: ${result.stdout}${result.stderr}`)
    return result
  }

  beforeEach(async () => {
    home = mkdtempSync(join(homedir(), 'h-'))
    chmodSync(home, 0o700)
    await ok('profile:create', 'coder')
  })

  afterEach(async () => {
    await removeAll(labHost(home))
    rmSync(home, {force: true, recursive: true})
  })

  const unit = (profile: string): string => {
    const name = new RegExp(`^hermes-gateway-${profile}\\.[\\da-f]{8}\\.service$`)
    const found = readdirSync(unitDirectory).find((one) => name.test(one))
    if (!found) throw new Error(`there is no unit of ${profile} in ${unitDirectory}`)
    return found
  }

  return {
    directory: (profile) => join(home, 'profiles', profile),
    hermes,
    get home() {
      return home
    },
    ok,
    async show(profile, ...properties) {
      const {stdout} = await systemctl('show', '-p', properties.join(','), unit(profile))
      return Object.fromEntries(stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
    },
    unit,
  }
}
