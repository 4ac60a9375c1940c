import {bootPersistence} from './boot-persistence.js'
import {concurrency} from './concurrency.js'
import {exitCodes} from './exit-codes.js'
import {harnessRules} from './harness-rules.js'
import {NEEDS, type Harness, type Need, type Runner} from './harness.js'
import {hostileInput} from './hostile-input.js'
import {idempotence} from './idempotence.js'
import {install} from './install.js'
import type {Kit} from './kit.js'
import {lifecycle} from './lifecycle.js'
import {logs} from './logs.js'
import {observation} from './observation.js'
import {readiness} from './readiness.js'
import {removal} from './removal.js'
import {play} from './stage.js'
import {supervision} from './supervision.js'

export type {Harness, Instance, Runner} from './harness.js'
export {realHost, type RealHostOptions} from './real-host.js'

const GROUPS: Readonly<Record<string, (kit: Kit) => void>> = {
  'harness rules': harnessRules,
  lifecycle,
  install,
  idempotence,
  observation,
  supervision,
  'exit codes': exitCodes,
  readiness,
  'boot persistence': bootPersistence,
  logs,
  'hostile input': hostileInput,
  concurrency,
  removal,
}

/**
 * Registers every test of the contract with your runner. Each has a manager, a home and probes of its own. What the
 * backend does not declare under `supports` is skipped by name, and boot persistence where the harness cannot reboot;
 * there is no other way to skip.
 */
export function conformance({describe, it}: Runner, harness: Harness): void {
  const {supports} = harness.backend
  // A scene is a handful of verbs; each of them gives up by itself after `patience`.
  const limit = 6 * (harness.patience ?? 15_000)
  const kit: Kit = {
    harness,
    supports,
    check(title, scene, {needs, ...options} = {}) {
      const why = needs && reasonToSkip(harness, needs)
      if (why) {
        const skipped = `${title} (${why})`
        // eslint-disable-next-line mocha/no-skipped-tests -- a skip is how the runner shows what is not declared
        if (it.skip) it.skip(skipped, async () => {})
        else it(skipped, async () => {})
        return
      }

      async function body(this: unknown): Promise<void> {
        ;(this as {timeout?: (milliseconds: number) => void} | undefined)?.timeout?.(limit)
        await play(harness, options, scene)
      }

      it(title, body, limit)
    },
  }
  describe(`service manager contract: ${harness.backend.kind}`, () => {
    for (const [title, group] of Object.entries(GROUPS)) describe(title, () => group(kit))
  })
}

function reasonToSkip({backend, reboot}: Harness, needs: Need): string | undefined {
  if (!NEEDS[needs](backend.supports)) return `not declared: supports.${needs}`
  return needs === 'bootPersistence' && !reboot ? 'the harness has no reboot()' : undefined
}
