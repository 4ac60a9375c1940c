import type {Finding, HomeFacts, ManagerFacts} from './types.js'
import {choosing} from './words.js'

const about = (check: string, severity: Finding['severity'], message: string, cure: string): Finding => ({
  check,
  cure,
  message,
  profile: null,
  severity,
})

/** Pure: what is wrong with the home as a whole. */
export function checkHome(facts: HomeFacts): Finding[] {
  const {bad, broken, elsewhere, halfRenamed, home, managers, temporary, warnings} = facts
  const found = bad.map(({because, name}) =>
    about(
      'not-a-profile',
      'error',
      `profiles/${name} looks like a profile and cannot be one: ${because}`,
      'Rename it, or mend its permissions.',
    ),
  )
  found.push(...warnings.map((text) => about('left-out', 'warning', text, 'Move it away, or remove it.')))
  for (const {because, kind, plugin} of broken) {
    found.push(
      about(
        'plugin',
        'warning',
        `the backend "${kind}" of ${plugin} is left out: ${because}`,
        `Mend it, or: hermes plugins uninstall ${plugin}`,
      ),
    )
  }

  if (temporary !== undefined && managers.some(({bootPersistence}) => bootPersistence)) {
    const cure = 'Use a home that stays: set HERMES_HOME.'
    found.push(
      about('temporary-home', 'error', `${home} lies in the temporary directory ${temporary}; services would come back without it`, cure),
    )
  }

  if (elsewhere !== undefined) found.push(about('supervised-elsewhere', 'warning', elsewhere, 'Run hermes there, or end that one.'))
  if (halfRenamed) {
    const {from, to} = halfRenamed
    found.push(about('half-renamed', 'warning', `the rename of "${from}" to "${to}" was cut short`, `hermes profile:rename ${from} ${to}`))
  }

  return [...found, ...managers.flatMap((manager) => checkManager(manager, facts))]
}

function checkManager(manager: ManagerFacts, {bad, profiles}: HomeFacts): Finding[] {
  const {failures, findings, label, services} = manager
  const known = new Set([...profiles, ...bad].map(({name}) => name))
  return [
    ...failures.map((text) => about('manager', 'error', `${label}: ${text}`, 'hermes backend')),
    ...findings.map(({cure, message, severity}) => about('manager', severity, `${label}: ${message}`, cure)),
    ...services
      .filter((id) => !known.has(id))
      .map((id) => {
        const {command, option} = choosing(manager)
        const message = `${label} has a service "${id}", and there is no such profile`
        return about('orphan-service', 'error', message, `${command} gateway:uninstall ${id}${option}`)
      }),
  ]
}
