import type {Capabilities} from '../types.js'
import type {Harness, Need} from './harness.js'
import type {Stage, StageOptions} from './stage.js'

export interface TestOptions extends StageOptions {
  /** Skipped by name where the backend does not declare it. */
  readonly needs?: Need
}

/** What a group of tests is written with. */
export interface Kit {
  readonly harness: Harness
  readonly supports: Capabilities
  check(title: string, scene: (stage: Stage) => Promise<void>, options?: TestOptions): void
}
