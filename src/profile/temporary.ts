import {realpath} from 'node:fs/promises'
import {homedir, tmpdir} from 'node:os'
import {basename, dirname, join, relative, sep} from 'node:path'

import {HermesError} from './errors.js'

/** Emptied at a boot or by age. */
const ALWAYS = ['/tmp', '/var/tmp', '/dev/shm']

const isWithin = (path: string, place: string): boolean => {
  const way = relative(place, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(way))
}

/** Pure: the place that `home` lies in, undefined when in none. A TMPDIR that holds all of a user's files is no such place. */
export function temporaryPlace(
  home: string,
  {configured, userHome}: {configured: readonly string[]; userHome: string},
): string | undefined {
  const places = [...ALWAYS, ...configured.filter((place) => !isWithin(userHome, place))]
  return places.find((place) => isWithin(home, place))
}

/** The path behind all links, also of what is not there yet. */
async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await resolved(parent), basename(path))
  }
}

/** In which temporary directory a home lies, links followed. */
export async function temporaryHome(home: string, environment: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const given = [tmpdir(), environment.TMPDIR].filter((place) => place !== undefined && place !== '')
  const configured = [...given, ...(await Promise.all([...ALWAYS, ...given].map(async (place) => resolved(place!))))] as string[]
  const about = {configured, userHome: await resolved(homedir())}
  return temporaryPlace(home, about) ?? temporaryPlace(await resolved(home), about)
}

/** Throws `temporary-home`: a service that comes back at every boot, for files that may not. */
export async function checkLasting(home: string, environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const place = await temporaryHome(home, environment)
  if (place === undefined) return
  throw new HermesError('temporary-home', `${home} lies in the temporary directory ${place}, and a service would come back without it`, {
    suggestions: [
      'Use a home that stays: set HERMES_HOME, or leave it out.',
      'If it does stay: --force of gateway:start or gateway:install.',
    ],
  })
}
