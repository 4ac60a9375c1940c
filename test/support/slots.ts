import type {Container} from './container.js'
import {dockerOk} from './docker.js'

/** What s6 says of one gateway. */
export interface Slot {
  /** It has a file `down`: s6 does not start it by itself. */
  readonly down: boolean
  readonly pid: number
  readonly ready: boolean
  readonly up: boolean
}

export type Slots = Readonly<Record<string, Slot>>

const READ = `cd /run/service && for slot in gateway-*; do
  [ ! -e "$slot/down" ] && down=false || down=true
  echo "$slot $down $(/command/s6-svstat -o up,ready,pid "$slot" 2>/dev/null)"
done`

/** All slots, by profile. */
export async function slots(container: Container): Promise<Slots> {
  const {stdout} = await container.sh(READ, {user: 'hermes'})
  const lines = stdout.split('\n').filter((line) => line.startsWith('gateway-') && !line.startsWith('gateway-*'))
  return Object.fromEntries(
    lines.map((line) => {
      const [slot, down, up, ready, pid] = line.split(' ')
      return [slot!.slice('gateway-'.length), {down: down === 'true', pid: Number(pid), ready: ready === 'true', up: up === 'true'}]
    }),
  )
}

export interface Expected {
  readonly down: readonly string[]
  readonly up: readonly string[]
}

/** Until exactly these profiles have slots, the ones ready and without a file `down`, the others down with one. */
export async function settled(container: Container, {down, up}: Expected, milliseconds?: number): Promise<Slots> {
  const wanted = [...up, ...down].sort()
  let seen: Slots = {}
  const all = async () => {
    seen = await slots(container)
    const fits = (name: string, is: boolean) => seen[name]!.up === is && seen[name]!.ready === is && seen[name]!.down === !is
    if (Object.keys(seen).sort().join(',') !== wanted.join(',')) return false
    return up.every((name) => fits(name, true)) && down.every((name) => fits(name, false)) && seen
  }

  return container.waitFor(`up: ${up}; down: ${down}`, all, milliseconds).catch((error: Error) => {
    error.message += `\n${JSON.stringify(seen)}`
    throw error
  })
}

/** Profiles of the gateway processes that run in it, one word a process, seen from outside. */
export async function gatewaysIn(container: Container): Promise<string[]> {
  const commands = await processesIn(container)
  return commands.flatMap((command) => {
    const found = /\/run\.js (?:-p (\S+) )?gateway run$/.exec(command)
    return found ? [found[1] ?? 'default'] : []
  })
}

/** The command lines of all its processes. */
export async function processesIn({name}: Container): Promise<string[]> {
  const [, ...lines] = (await dockerOk(['top', name, '-eo', 'pid,args'])).split('\n')
  return lines.map((line) => line.replace(/^\s*\d+\s+/, '').trimEnd())
}

/** The lines of the last boot in the boot log, by profile. */
export async function lastBoot(container: Container): Promise<Record<string, string>> {
  const {stdout} = await container.sh('tail -n 200 /opt/data/logs/container-boot.log', {user: 'hermes'})
  const lines = stdout.trim().split('\n')
  const [time] = lines.at(-1)!.split(' ')
  const last = lines.filter((line) => line.startsWith(`${time} `))
  return Object.fromEntries(last.map((line) => [/ profile=("[^"]*"|\S+)/.exec(line)![1]!, line.slice(line.indexOf(' prior_state=') + 1)]))
}
