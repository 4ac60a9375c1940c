import {writeIntent} from '../gateway/intent.js'
import {ensureDirectory, exists} from '../host/files.js'
import {storing} from '../profile/errors.js'
import {files} from '../profile/paths.js'

export interface Seeded {
  /** The default gateway is to run because nobody has said anything yet. */
  readonly seeded: boolean
  readonly warning?: string
}

export interface Seeding {
  /** HERMES_GATEWAY_BOOTSTRAP_STATE */
  readonly value: string | undefined
  readonly dryRun: boolean
  readonly now: Date
}

/**
 * First-boot intent of the default profile, for a container that is to run at once: only literally `running`, only in a
 * home where neither a state nor an intent is there in whatever form. Throws `storage` or `permission`.
 */
export async function seedIntent(home: string, {dryRun, now, value}: Seeding): Promise<Seeded> {
  if (!value) return {seeded: false}
  if (value !== 'running') {
    return {
      seeded: false,
      warning: `HERMES_GATEWAY_BOOTSTRAP_STATE is ignored: only "running" is known, not ${JSON.stringify(value.slice(0, 40))}`,
    }
  }

  const blank = await storing(
    `${home} cannot be read`,
    async () => !(await exists(files.state(home))) && !(await exists(files.intent(home))),
  )
  if (!blank) return {seeded: false}
  if (!dryRun) {
    await storing(`${home} cannot be made`, () => ensureDirectory(home))
    await writeIntent(home, 'running', 'bootstrap', now)
  }

  return {seeded: true}
}
