import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {rename} from 'node:fs/promises'
import {join} from 'node:path'

import {findLauncher} from '#hermes/cli/launcher.js'
import {spawning} from '#hermes/gateway/run/child.js'
import {gatewaySpec} from '#hermes/gateway/spec.js'
import {replace} from '#hermes/host/files.js'
import {openLockFile, tryLock} from '#hermes/host/lock.js'
import {StartTimes} from '#hermes/host/process-windows.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

cleanUpDirectories()

/** proc(5): the locks that an open file has. */
const rangesOf = (fd: number): string => /^lock:.*$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[0] ?? ''

describe('on Windows', () => {
  it('a service calls node with the script, on the PATH of the session', () => {
    const launcher = findLauncher('/pkg', true)
    const spec = gatewaySpec({home: '/home', launcher, profile: 'coder'})
    expect(spec.command).to.deep.equal([process.execPath, '/pkg/bin/run.js', '-p', 'coder', 'gateway', 'run'])
    expect(spec.environment).to.deep.equal({HERMES_HOME: '/home', HERMES_SUPERVISED: '1'})
    expect(findLauncher('/pkg', false).script).to.equal(undefined)
  })

  it('a program opens no window, and a line goes through cmd.exe as Node calls it', () => {
    expect(spawning(['a', 'b'], true)).to.deep.equal({
      argv: ['a', 'b'],
      options: {detached: false, stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true},
    })
    expect(spawning('a | b', true).options).to.include({detached: false, shell: true})
    expect(spawning('a | b', true).argv).to.deep.equal(['a | b'])
    expect(spawning('a | b', false)).to.deep.include({argv: ['/bin/sh', '-c', 'a | b']})
    expect(spawning(['a'], false).options.detached).to.equal(true)
  })

  it('a file that somebody has open is replaced a moment later', async () => {
    const directory = temporaryDirectory()
    const [from, to] = [join(directory, 'from'), join(directory, 'to')]
    writeFileSync(from, 'new')
    const errors = ['EPERM', 'EBUSY', 'EACCES']
    const busy: typeof rename = async (a, b) => {
      const code = errors.shift()
      if (code) throw Object.assign(new Error(code), {code})
      return rename(a, b)
    }

    await replace(from, to, busy, 5)
    expect(readFileSync(to, 'utf8')).to.equal('new')
  })

  it('a lock lies where nobody reads, and is one', async () => {
    const path = join(temporaryDirectory(), 'lock')
    const [first, second] = [await openLockFile(path, {create: true}), await openLockFile(path, {create: true})]
    try {
      expect([tryLock(first, {}, true), tryLock(second, {}, true)]).to.deep.equal([true, false])
      expect(tryLock(second, {shared: true}, true)).to.equal(false)
      const [, start, end] = /(\d+) (\d+)$/m.exec(rangesOf(first.fd)) ?? []
      expect([start, end]).to.deep.equal([String(2 ** 40), String(2 ** 40)])
    } finally {
      await Promise.all([first.close(), second.close()])
    }
  })

  it('what goes on being refused, or is another error, is thrown', async () => {
    const failing = (code: string) => {
      let calls = 0
      const move: typeof rename = async () => {
        calls++
        throw Object.assign(new Error(code), {code})
      }

      return {calls: () => calls, move}
    }

    for (const [code, retries, calls] of [
      ['EPERM', 2, 3],
      ['ENOENT', 2, 1],
      ['EPERM', 0, 1],
    ] as const) {
      const {calls: made, move} = failing(code)
      const error = await replace('a', 'b', move, retries).catch((error_: Error) => error_)
      expect(error).to.have.property('code', code)
      expect(made(), code).to.equal(calls)
    }
  })

  it('the start of a process is asked once for a moment; of this one it is known', () => {
    let asked = 0
    let now = 1_700_000_100_000
    const times = new StartTimes(
      (pid) => {
        asked++
        if (pid === 3) throw new Error('gone')
        return pid === 2 ? '1700000000000\r\n' : 'kaputt'
      },
      () => now,
    )
    expect(times.of(process.pid)).to.be.closeTo(now - process.uptime() * 1000, 50)
    expect(times.of(process.pid), 'the same every time').to.equal(times.of(process.pid))
    expect(asked).to.equal(0)
    expect([times.of(2), times.of(2)]).to.deep.equal([1_700_000_000_000, 1_700_000_000_000])
    expect(asked).to.equal(1)
    now += 3000
    times.of(2)
    expect(asked, 'a pid may be another process later').to.equal(2)
    expect([times.of(3), times.of(4)]).to.deep.equal([0, 0])
  })
})
