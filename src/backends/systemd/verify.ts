import {unitOf, type Site} from './site.js'
import {unitPath} from './unit.js'

/** Milliseconds. */
const DEADLINE = 10_000

/**
 * What systemd would say about these units and their drop-ins in its journal, where nobody reads it: as warnings, for it
 * takes the rest of such a unit, and another version knows other keys. Its own LoadState has already refused what it does
 * not take. About 30 ms, and only for what was just written.
 */
export async function verify(site: Site, ids: readonly string[]): Promise<void> {
  const {environment, host, scope} = site
  const program = ids.length > 0 ? host.findProgram('systemd-analyze', ['/usr/bin', '/bin']) : undefined
  if (!program) return
  const paths = ids.map((id) => unitPath(site, id))
  const {stderr, stdout} = await host.exec(program, [`--${scope}`, '--man=no', 'verify', ...paths], {environment, timeout: DEADLINE})
  const names = ids.map((id) => unitOf(site, id))
  for (const line of findings(`${stdout}\n${stderr}`, names)) host.warn(`systemd-analyze verify: ${line}`)
}

/** Pure: the lines about these units; it also judges every unit that they need. */
export const findings = (text: string, names: readonly string[]): string[] =>
  text.split('\n').filter((line) => names.some((name) => line.includes(name)))
