// The image: its size beside base + Node + s6, and from `docker start` to 20 gateways ready beside 20 bare Node programs
// under the same s6. Needs a Docker engine, HERMES_TEST_IMAGE (default hermes:latest), and the base image it was built on.
// The times are s6's own, from each supervise/status, so that nobody who asks is in the way.
import {execFileSync} from 'node:child_process'
import {setTimeout as delay} from 'node:timers/promises'

import {median} from './support.mjs'

const IMAGE = process.env.HERMES_TEST_IMAGE ?? 'hermes:latest'
const BASE = process.env.BASE ?? 'debian:trixie-slim'
const GATEWAYS = Number(process.env.GATEWAYS ?? 20)
const ROUNDS = Number(process.env.ROUNDS ?? 7)
const LIMIT = {boot: 2, size: 1.35}
const name = (what) => `hermes-bench-${process.pid}-${what}`

const docker = (...args) => execFileSync('docker', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim()
const megabytes = (image) => Number(docker('image', 'inspect', '-f', '{{.Size}}', image)) / 1e6

/** The layers below hermes's own: the base, and the one in which apt installs Node and s6. */
function sizes() {
  const history = docker('history', '--no-trunc', '--human=false', '--format', '{{.Size}}\t{{.CreatedBy}}', IMAGE).split('\n')
  const apt = history.find((line) => line.includes('apt-get install'))
  return {apt: Number(apt.split('\t')[0]) / 1e6, base: megabytes(BASE), image: megabytes(IMAGE)}
}

const BARE = `
const {createServer} = require('node:http')
createServer((_, response) => response.end()).listen(Number(process.argv[1]), '127.0.0.1', () => require('node:fs').writeSync(3, '\\n'))
`
/** The same s6, no hermes: a slot a program, ready when it listens, with a logger beside it. */
const bareInit = `
mkdir -p /tmp/scan; cd /tmp/scan
for n in $(seq ${GATEWAYS}); do
  mkdir -p bare-$n/log; echo 3 >bare-$n/notification-fd
  printf '#!/bin/sh\\nexec node -e "$BARE" %s\\n' $((10000 + n)) >bare-$n/run
  printf '#!/bin/sh\\nexec s6-log 1 n3 /tmp/log-%s\\n' $n >bare-$n/log/run; chmod +x bare-$n/run bare-$n/log/run
done
exec s6-svscan /tmp/scan`

/** Milliseconds since the epoch at which each service became ready. What a TAI64N label is ahead of it, s6 itself tells. */
function readyTimes(container, scandir) {
  const script = `
    const {readdirSync, readFileSync} = require('node:fs')
    const now = require('node:child_process').execFileSync('s6-tai64n', {input: '\\n', encoding: 'utf8'})
    const label = Number(BigInt('0x' + now.slice(1, 17)) - (1n << 62n)) + Number('0x' + now.slice(17, 25)) / 1e9
    const ahead = Math.round(label - Date.now() / 1000)
    const times = readdirSync('${scandir}').filter((name) => !name.startsWith('.') && !name.endsWith('-default')).map((name) => {
      const status = readFileSync('${scandir}/' + name + '/supervise/status')
      const flags = status[status.length - 1]
      return flags & 4 ? Number(status.readBigUInt64BE(12) - (1n << 62n) - BigInt(ahead)) * 1000 + status.readUInt32BE(20) / 1e6 : 0
    })
    console.log(JSON.stringify(times))`
  return JSON.parse(docker('exec', container, 'node', '-e', script))
}

async function boot(container, scandir) {
  docker('stop', '-t', '30', container)
  const began = Date.now()
  docker('start', container)
  for (;;) {
    await delay(3000)
    const times = readyTimes(container, scandir)
    if (times.length === GATEWAYS && times.every((time) => time > began)) return Math.max(...times) - began
    if (Date.now() - began > 60_000) throw new Error(`${container}: not all ready: ${JSON.stringify(times)}`)
  }
}

const ours = name('hermes')
const bare = name('bare')
const volume = name('volume')
try {
  const {apt, base, image} = sizes()
  console.log(`image ${image.toFixed(0)} MB; base ${base.toFixed(0)} MB + Node and s6 ${apt.toFixed(0)} MB`)
  console.log(`  size: ${(image / (base + apt)).toFixed(2)} of base + Node + s6 (limit ${LIMIT.size})`)

  docker('run', '-d', '--name', ours, '--network', 'none', '--no-healthcheck', '-v', `${volume}:/opt/data`, IMAGE)
  docker(
    'run',
    '-d',
    '--name',
    bare,
    '--network',
    'none',
    '--no-healthcheck',
    '-e',
    `BARE=${BARE}`,
    '--entrypoint',
    '/bin/sh',
    IMAGE,
    '-c',
    bareInit,
  )
  await delay(2000)
  const names = Array.from({length: GATEWAYS}, (_, index) => `agent-${index}`)
  docker('exec', ours, 'sh', '-c', names.map((one) => `hermes profile:create ${one}`).join(' && '))
  docker('exec', ours, 'hermes', 'gateway:start', ...names)
  const times = {bare: [], ours: []}
  for (let round = -1; round < ROUNDS; round++) {
    const one = {bare: await boot(bare, '/tmp/scan'), ours: await boot(ours, '/run/service')}
    if (round >= 0) for (const kind of ['bare', 'ours']) times[kind].push(one[kind])
  }

  for (const [kind, what] of [
    ['ours', `${GATEWAYS} gateways`],
    ['bare', `${GATEWAYS} bare Node programs`],
  ]) {
    const list = times[kind]
    console.log(
      `  docker start to all of ${what} ready: ${median(list).toFixed(0)} ms [${Math.min(...list).toFixed(0)}-${Math.max(...list).toFixed(0)}]`,
    )
  }

  const ratio = median(times.ours) / median(times.bare)
  console.log(`  boot: ${ratio.toFixed(2)} (limit ${LIMIT.boot}, ${ROUNDS} rounds)`)
  if (ratio > LIMIT.boot || image / (base + apt) > LIMIT.size) process.exitCode = 1
} finally {
  for (const container of [ours, bare]) execFileSync('docker', ['rm', '-f', '-v', container], {stdio: 'ignore'})
  execFileSync('docker', ['volume', 'rm', '-f', volume], {stdio: 'ignore'})
}
