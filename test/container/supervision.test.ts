import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {containers} from '../support/containers.js'
import {draining} from '../support/programs.js'

/** Kills what has these words as its command line, all of it or its beginning. */
const KILL = `for process in /proc/[0-9]*; do
  words=$(tr '\\0' ' ' <$process/cmdline) 2>/dev/null
  case $words in "$0 "*) kill -9 \${process#/proc/} && found=1 ;; esac
done
[ "$found" ]`

/** The programs of the gateways: each has a command line of its own. */
const PROGRAMS = `for process in /proc/[0-9]*; do
  case $(tr '\\0' ' ' <$process/cmdline 2>/dev/null) in 'sleep 1000'*) tr '\\0' ' ' <$process/cmdline; echo ;; esac
done`

const ZOMBIES = 'cat /proc/[0-9]*/stat 2>/dev/null | sed "s/.*) //" | grep -c "^Z" || :'

describe('what is killed in a container', function () {
  this.timeout(180_000)
  const {run} = containers()
  let container: Container

  const gateways = async (): Promise<any[]> => (await container.hermes('gateway', 'list', '--json')).json().gateways
  const kill = async (words: string): Promise<void> => {
    const {code, stderr} = await container.exec(['sh', '-c', KILL, words])
    expect(code, `${words}: ${stderr}`).to.equal(0)
  }

  /** Until every gateway runs as another process than these, and each program once. */
  const back = async (gone: readonly number[] = []): Promise<void> => {
    let seen: unknown
    await container
      .waitFor('every gateway is back', async () => {
        const all = await gateways()
        const {stdout} = await container.sh(PROGRAMS, {user: 'hermes'})
        seen = [all, stdout]
        const programs = stdout.trim().split(/\s*\n/).sort()
        return all.every(({pid, ready}) => ready === true && !gone.includes(pid)) && programs.join(',') === 'sleep 1000.1,sleep 1000.2'
      })
      .catch((error: Error) => {
        throw new Error(`${JSON.stringify(seen)}\n${error.message}`)
      })
    expect((await container.sh(ZOMBIES)).stdout.trim()).to.equal('0')
  }

  before(async () => {
    container = await run()
    for (const name of ['1', '2']) await container.hermes('profile', 'create', `g${name}`, '--command', `exec sleep 1000.${name}`)
    const {code, stderr} = await container.hermes('gateway', 'start', '--all')
    expect(code, stderr).to.equal(0)
    await back()
  })

  const pids = async (): Promise<number[]> => (await gateways()).map(({pid}) => pid)

  it('a gateway: it comes back, and so does its program, once', async () => {
    const [pid] = await pids()
    await container.sh(`kill -9 ${pid}`)
    await back([pid!])
  })

  it('the s6-supervise of a gateway: there is still one of each, and it can be stopped and started', async () => {
    await kill('s6-supervise gateway-g1')
    await back()
    expect((await container.hermes('gateway', 'stop', '-p', 'g1')).code).to.equal(0)
    expect((await container.sh(PROGRAMS, {user: 'hermes'})).stdout.trim()).to.equal('sleep 1000.2')
    expect((await container.hermes('gateway', 'start', '-p', 'g1')).code).to.equal(0)
    await back()
  })

  it('a logger: what is written meanwhile is not lost', async () => {
    await container.sh(
      'echo \'gateway: {command: "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done"}\' >/opt/data/config.yaml',
      {
        user: 'hermes',
      },
    )
    await container.hermes('gateway', 'restart')
    const lines = async (): Promise<number[]> =>
      [...(await container.logs()).matchAll(/^default: line (\d+)$/gm)].map(([, number]) => Number(number))
    await container.waitFor('it writes', async () => (await lines()).length > 5)
    await container.exec(['pkill', '-9', '-f', '^/command/s6-log .*default'])
    const before = (await lines()).length
    await container.waitFor('it goes on', async () => (await lines()).length > before + 20)
    const seen = await lines()
    expect(seen).to.deep.equal(seen.map((_, index) => index + 1))
    await container.sh('rm /opt/data/config.yaml', {user: 'hermes'})
    await container.hermes('gateway', 'restart')
  })

  it('the s6-svscan of the gateways: all come back', async () => {
    const gone = await pids()
    await kill('s6-svscan -d 3 -C')
    await back(gone)
  })

  it('the s6-supervise of that: nothing happens to the gateways, and the next one takes over', async () => {
    const same = await pids()
    await kill('s6-supervise gateways')
    await back()
    expect(await pids()).to.deep.equal(same)
    await kill('s6-svscan -d 3 -C')
    await back(same)
  })

  it('orphans: none stays a zombie', async () => {
    const orphans = '(sh -c "sleep 0.01 & sleep 0.02 & exit 3" &); (setsid sleep 0.01 &); sleep 0.1'
    await Promise.all([container.sh(orphans), container.sh(orphans, {user: 'hermes'})])
    await container.waitFor('all are reaped', async () => (await container.sh(ZOMBIES)).stdout.trim() === '0', 5000)
  })

  it('and a stop drains them as ever, with nothing left that floods the log', async () => {
    await kill('s6-supervise gateways')
    const config = JSON.stringify({gateway: {command: draining(1)}})
    await container.sh('cat >/opt/data/config.yaml', {input: config, user: 'hermes'})
    expect((await container.hermes('gateway', 'restart')).code).to.equal(0)
    await container.stop({seconds: 30})
    expect((await container.inspect()).State.ExitCode).to.equal(0)
    const log = await container.logs()
    expect(log).to.match(/^default: last words$/m)
    expect(log.split('\n').filter((line) => !line.startsWith('default: line')).length, log).to.be.below(150)
  })
})
