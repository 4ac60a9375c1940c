import type {FileFacts, Finding, HomeFacts, ProfileFacts} from './types.js'
import {choosing} from './words.js'

type Report = (check: string, severity: Finding['severity'], message: string, cure: string) => Finding

/** Pure: what is wrong with each profile. */
export function checkProfiles({managers, profiles}: HomeFacts): Finding[] {
  const owner = profiles[0]?.directory?.uid
  return profiles.flatMap((profile) => {
    const report: Report = (check, severity, message, cure) => ({check, cure, message, profile: profile.name, severity})
    return [
      ...profile.unreadable.map((text) => report('unreadable', 'error', text, 'Mend its permissions.')),
      ...checkFiles(profile, owner, report),
      ...checkConfig(profile, profiles, report),
      ...checkState(profile, managers.length > 0, report),
      ...checkRegistrations(profile, report),
    ]
  })
}

const octal = (mode: number): string => `0${mode.toString(8)}`

function checkFiles({directory, lock, secrets}: ProfileFacts, owner: number | undefined, report: Report): Finding[] {
  const found: Finding[] = []
  const open = ({mode}: FileFacts): boolean => (mode & 0o077) !== 0
  if (directory && open(directory)) {
    const message = `${directory.path} has mode ${octal(directory.mode)}: other users can look into it`
    found.push(report('too-open', 'warning', message, `chmod 0700 ${directory.path}`))
  }

  if (secrets && open(secrets)) {
    const message = `${secrets.path} has mode ${octal(secrets.mode)}: other users can read secrets in it`
    found.push(report('too-open', 'error', message, `chmod 0600 ${secrets.path}`))
  }

  for (const {path, uid} of [directory, secrets, lock].filter((one) => one !== undefined)) {
    if (uid === owner) continue
    found.push(report('foreign-owner', 'error', `${path} belongs to user ${uid}, the home to user ${owner}`, `chown -R ${owner} ${path}`))
  }

  if (lock && lock.is !== 'file') {
    found.push(report('lock', 'error', `${lock.path} is no regular file, so the gateway cannot take its lock`, `Remove ${lock.path}.`))
  }

  return found
}

/** Two on one port: the second to come up cannot serve its health endpoint. */
function checkConfig({config, name}: ProfileFacts, profiles: readonly ProfileFacts[], report: Report): Finding[] {
  if (!config.ok) return [report('config-invalid', 'error', config.because, `Mend it, then: hermes gateway:restart ${name}`)]
  const others = profiles
    .filter((one) => one.name !== name && one.config.ok && one.config.port === config.port)
    .map((one) => `"${one.name}"`)
  if (others.length === 0) return []
  return [
    report(
      'port-taken',
      'error',
      `port ${config.port} is that of ${others.join(', ')} too`,
      'Give one of them another port in its config.yaml.',
    ),
  ]
}

const NO_MANAGER = '`hermes backend` says why no service manager is usable; `hermes s6 boot` starts one of your own (needs s6).'

/** Starting alone cures nothing that failed by itself. */
function cureOf({observed, profile, state}: NonNullable<ProfileFacts['status']>): string {
  const start = `hermes gateway:start ${profile}`
  if (state !== 'failed') return start
  return observed === 'startup_failed' ? `Mend that, then: ${start}` : `See why: hermes gateway:logs ${profile}, mend it, then: ${start}`
}

function checkState({config, name, status}: ProfileFacts, managed: boolean, report: Report): Finding[] {
  if (!status) return []
  const {drift, failures, intent, reason, registered, restart_due, state, warnings} = status
  const found = warnings.map((text) => report('unreadable', 'warning', text, 'Remove that file; it is made anew.'))
  const because = reason ? `: ${reason.split('\n')[0]}` : ''
  if (intent === 'running' && ['absent', 'failed', 'stopped', 'unknown'].includes(state)) {
    const how = state === 'absent' ? 'not registered' : state
    // Said already: its configuration cannot be used.
    if (config.ok || state !== 'failed')
      found.push(report('not-up', 'error', `it is meant to run and is ${how}${because}`, managed ? cureOf(status) : NO_MANAGER))
  }

  if (state === 'starting' && failures > 1) {
    const cure = `See why: hermes gateway:logs ${name}, and mend it; it is tried again by itself`
    found.push(report('failing', 'warning', `it fails again and again${because}`, cure))
  }

  if (state === 'degraded') found.push(report('degraded', 'warning', `it is degraded${because}`, `hermes gateway:logs ${name}`))
  if (state === 'foreground' && registered) {
    found.push(report('outside', 'warning', 'it runs outside the service manager that has its service', `hermes gateway:stop ${name}`))
  }

  if (drift !== null) found.push(report('drift', 'warning', `its definition was changed: ${drift}`, `hermes gateway:restart ${name}`))
  else if (restart_due) found.push(report('restart-due', 'warning', 'it runs from an older definition', `hermes gateway:restart ${name}`))
  return found
}

function checkRegistrations({name, registrations, status}: ProfileFacts, report: Report): Finding[] {
  const [first, ...more] = registrations
  if (!first) return []
  const found = more.map((one) => {
    const {command, option} = choosing(one)
    const message = `${first.label} and ${one.label} both have its service: it would be started twice`
    return report('double-service', 'error', message, `Remove one of them: ${command} gateway:uninstall ${name}${option}`)
  })
  for (const {bootPersistence, enabled, label} of registrations) {
    if (!bootPersistence || enabled === null) continue
    if (enabled && status?.intent === 'stopped') {
      found.push(
        report(
          'comes-back',
          'warning',
          `it is meant to be down, and ${label} brings it up at the next boot`,
          `hermes gateway:stop ${name}`,
        ),
      )
    }

    if (!enabled && status?.intent === 'running') {
      found.push(
        report(
          'stays-down',
          'warning',
          `it is meant to run, and ${label} does not bring it up at the next boot`,
          `hermes gateway:start ${name}`,
        ),
      )
    }
  }

  return found
}
