import {expect} from 'chai'

import {darwinProcesses, parsePs} from '#hermes/host/process-darwin.js'

const failing = (status?: number) => () => {
  throw Object.assign(new Error('it failed'), {status})
}

describe('processes on macOS', () => {
  it('reads when a process was started', () => {
    expect(parsePs('Ss   Sat Nov 21 06:42:07 2026    \n')).to.equal(Date.UTC(2026, 10, 21, 6, 42, 7) / 1000)
    expect(parsePs('S+   Sun Mar  1 23:00:00 2026\n')).to.equal(Date.UTC(2026, 2, 1, 23) / 1000)
  })

  it('takes a zombie and nothing for dead, and a date it cannot read for unknown', () => {
    expect(parsePs('Z    Sat Nov 21 06:42:07 2026\n')).to.equal(undefined)
    expect(parsePs('')).to.equal(undefined)
    expect(parsePs('Ss   gestern\n')).to.equal(0)
  })

  it('knows a missing process from a ps that cannot be run', () => {
    expect(darwinProcesses(failing(1)).startTime(99)).to.equal(undefined)
    expect(darwinProcesses(failing()).startTime(99)).to.equal(0)
  })

  it('names the boot by its session, else by its time, and asks once', () => {
    const asked: string[] = []
    const processes = darwinProcesses((_file, args) => {
      asked.push(args.at(-1)!)
      return '0E2D3A52-0F5E-4C1A-9D0B-6A0F1E3C9A11\n'
    })
    expect(processes.bootId()).to.equal('0E2D3A52-0F5E-4C1A-9D0B-6A0F1E3C9A11')
    expect(processes.bootId()).to.equal('0E2D3A52-0F5E-4C1A-9D0B-6A0F1E3C9A11')
    expect(asked).to.deep.equal(['kern.bootsessionuuid'])
    const older = darwinProcesses((_file, args) => {
      if (args.at(-1) === 'kern.bootsessionuuid') throw new Error('unknown oid')
      return '{ sec = 1795000000, usec = 12 } Sat Nov 21 06:00:00 2026\n'
    })
    expect(older.bootId()).to.equal('1795000000')
    expect(darwinProcesses(failing(1)).bootId()).to.equal('')
  })
})
