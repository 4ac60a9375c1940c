import {writeSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

import {isWindows} from '../host/platform.js'
import {resolveHome} from '../profile/paths.js'
import {catalogueOf} from './catalogue.js'
import {complete} from './complete.js'
import {readPlugins, readProfiles} from './read.js'
import {render} from './render.js'
import type {Candidate} from './types.js'
import {POSIX, POWERSHELL, readTyped, standing} from './words.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Where oclif keeps the plugins of the user (Config.dir of @oclif/core 4). */
export function dataDirectory(environment: Environment): string {
  if (environment.HERMES_DATA_DIR) return environment.HERMES_DATA_DIR
  const local = isWindows ? environment.LOCALAPPDATA : undefined
  const base = environment.XDG_DATA_HOME || local || join(environment.HOME || homedir(), '.local', 'share')
  return join(base, 'hermes')
}

interface Asked {
  /** Between `hermes` and the cursor. */
  readonly words: readonly string[]
  readonly current: string
  /** What the shell leaves standing of `current`. */
  readonly stands: string
}

/** What each shell hands over; undefined for what is none of them. */
function asked(argv: readonly string[], environment: Environment): Asked | undefined {
  const [shell, ...given] = argv
  switch (shell) {
    case 'bash': {
      const typed = readTyped(given[0] ?? '', POSIX)
      return {current: typed.current, stands: standing(typed, given[1] ?? ''), words: typed.words.slice(1)}
    }

    case 'powershell': {
      const {current, words} = readTyped(environment.HERMES_COMPLETE_LINE ?? '', POWERSHELL)
      return {current, stands: '', words: words.slice(1)}
    }

    case 'fish':
    case 'zsh': {
      const words = given[0] === '--' ? given.slice(1) : given
      const current = words.at(-1) ?? ''
      // fish hands it over as it was typed, zsh without its quotes.
      return {current: shell === 'fish' ? readTyped(current, POSIX).current : current, stands: '', words: words.slice(0, -1)}
    }

    default: {
      return undefined
    }
  }
}

/** Everything for one press of TAB, as it is to be printed. */
export function answer(root: string, argv: readonly string[], environment: Environment): string {
  const call = asked(argv, environment)
  if (!call) return ''
  const catalogue = catalogueOf(readPlugins(root, dataDirectory(environment)))
  const profiles = (): readonly Candidate[] => readProfiles(resolveHome(environment))
  const found = complete(call.words, call.current, {catalogue, profiles})
  return render(found, argv[0]!, call.stands)
}

/**
 * `hermes __complete SHELL …`, called by the shells' scripts at every press of TAB, without oclif (bin/run.js). Whatever
 * is wrong, it says nothing: an error in the middle of a line that is being typed helps nobody.
 */
export function main(root: string, argv: readonly string[]): void {
  try {
    const bytes = Buffer.from(answer(root, argv, process.env))
    for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done)
  } catch {
    // Nothing is offered.
  }
}
