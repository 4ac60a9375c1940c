// Everything a fresh machine lacks: dependencies, the build, system packages. Nothing of node_modules, so that it runs first.
import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {restore} from './lib/bundle.mjs'
import {root} from './lib/process.mjs'

export {root} from './lib/process.mjs'

/** Shows what the program prints, and ends with its exit code when it fails: its own words say enough. */
function run(file, args, options = {}) {
  const {error, status} = spawnSync(file, args, {cwd: root, stdio: 'inherit', ...options})
  if (status === 0) return
  console.error(`setup: ${[file, ...args].join(' ')} failed${error ? `: ${error.message}` : ''}`)
  process.exit(status || 1)
}

const npm = (...args) => run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args)

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`hermes needs Node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

function installDependencies() {
  const installed = join(root, 'node_modules/.package-lock.json')
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  if (existsSync(installed)) {
    const have = JSON.parse(readFileSync(installed, 'utf8')).packages
    const missing = Object.entries(wanted).filter(([path, entry]) => path && !entry.optional && have[path]?.version !== entry.version)
    if (missing.length === 0) return
  }

  console.log('setup: installing the dependencies (npm ci)')
  npm('ci', '--no-audit', '--no-fund', '--loglevel=error')
}

export function hasProgram(name) {
  const path = `${process.env.PATH ?? ''}:/command:/usr/sbin:/sbin`
  return path.split(':').some((directory) => directory && existsSync(join(directory, name)))
}

/** Debian's package for each program the tests and the demo call; the first of several that this release has. */
const PACKAGES = {
  bash: ['bash'],
  busybox: ['busybox'],
  debootstrap: ['debootstrap'],
  docker: ['docker-cli', 'docker.io'],
  dockerd: ['docker.io'],
  fish: ['fish'],
  git: ['git'],
  iptables: ['iptables'],
  runsvdir: ['runit'],
  plistutil: ['libplist-utils'],
  's6-svscan': ['s6'],
  shellcheck: ['shellcheck'],
  strace: ['strace'],
  supervisord: ['supervisor'],
  xmllint: ['libxml2-utils'],
  tmux: ['tmux'],
  zsh: ['zsh'],
}

const isPackage = (name) => spawnSync('apt-cache', ['show', '--quiet', name], {stdio: 'ignore'}).status === 0
const packageOf = (program) => PACKAGES[program].find((name) => isPackage(name)) ?? PACKAGES[program].at(-1)
const installLine = (packages) => `apt-get install -y --no-install-recommends ${packages.join(' ')}`

/** Installs what is missing where that can be done without asking; otherwise says the command. Returns what is still missing. */
function installSystemPackages(programs) {
  const missing = programs.filter((program) => !hasProgram(program))
  if (missing.length === 0) return []
  const packagesNow = () => [...new Set(missing.map((program) => packageOf(program)))]
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !hasProgram('apt-get')) {
    console.error(`setup: ${missing.join(', ')} missing. On Debian or Ubuntu: sudo ${installLine(packagesNow())}`)
    return missing
  }

  const environment = {...process.env, DEBIAN_FRONTEND: 'noninteractive'}
  run('apt-get', ['update', '-qq'], {env: environment})
  // Only now is it known which packages there are.
  const packages = packagesNow()
  console.log(`setup: installing Debian's ${packages.join(', ')} (${installLine(packages)})`)
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {env: environment})
  return programs.filter((program) => !hasProgram(program))
}

/** Dependencies, build, system packages. Returns the programs that could not be had. */
export function setUp(programs) {
  checkNode()
  restore()
  installDependencies()
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'])
  run(process.execPath, [join(root, 'scripts/bundle-gateway.mjs')])
  return installSystemPackages(programs)
}
