import {parseStatus, type UnitFacts} from '@hermes-cli/backend-systemd/dist/parse.js'
import {parseShow} from '@hermes-cli/backend-systemd/dist/systemctl.js'

import {expect} from 'chai'

const FACTS: UnitFacts = {drift: undefined, enabled: true, monotonic: 5000, notifies: true, now: 1_000_000, restartDue: false}
const seen = (text: string) => parseShow(`Id=hermes-gateway-a.service\nLoadState=loaded\n${text}`)[0]!
const status = (text: string, facts: Partial<UnitFacts> = {}) => parseStatus(seen(text), {...FACTS, ...facts})

describe('systemd: status', () => {
  it('reads the properties of several units', () => {
    expect(parseShow('Id=a\nLoadError=x "1=2"\n\nId=b\nMainPID=0\n')).to.deep.equal([
      {Id: 'a', LoadError: 'x "1=2"'},
      {Id: 'b', MainPID: '0'},
    ])
    expect(parseShow('')).to.deep.equal([])
  })

  it('running: since is on our clock', () => {
    const text = 'ActiveState=active\nSubState=running\nMainPID=77\nExecMainStartTimestampMonotonic=4000000'
    expect(status(text)).to.deep.equal({enabled: true, pid: 77, ready: true, since: new Date(999_000), state: 'running'})
    expect(status(text, {notifies: false})).to.include({ready: null})
    expect(status(text, {drift: 'edited', restartDue: true})).to.include({drift: 'edited', restartDue: true})
  })

  it('starting: with the pid where there is one', () => {
    expect(status('ActiveState=activating\nSubState=start-post\nMainPID=77')).to.deep.equal({enabled: true, pid: 77, state: 'starting'})
    expect(status('ActiveState=activating\nSubState=auto-restart\nMainPID=0')).to.deep.equal({enabled: true, state: 'starting'})
  })

  it('ending: up as long as there is a process', () => {
    expect(status('ActiveState=deactivating\nMainPID=77')).to.include({ready: false, state: 'running'})
    expect(status('ActiveState=deactivating\nMainPID=0')).to.include({state: 'stopped'})
  })

  for (const [text, because, more] of [
    ['Result=exit-code\nExecMainCode=1\nExecMainStatus=78', /exited with 78: .* never start/, {exitCode: 78}],
    ['Result=exit-code\nExecMainCode=1\nExecMainStatus=127', /exited with 127 \(the program was not found\)/, {exitCode: 127}],
    ['Result=signal\nExecMainCode=2\nExecMainStatus=9', /was killed by SIGKILL/, {signal: 'SIGKILL'}],
    [
      'Result=start-limit-hit\nExecMainCode=1\nExecMainStatus=1',
      /started 5 times within 60 seconds .* last time it exited with 1/,
      {exitCode: 1},
    ],
    [
      'Result=exit-code\nExecMainCode=1\nExecMainStatus=3\nNRestarts=5',
      /started 5 times within 60 seconds .* last time it exited with 3/,
      {exitCode: 3},
    ],
    ['Result=exit-code\nExecMainCode=1\nExecMainStatus=78\nNRestarts=9', /never start/, {exitCode: 78}],
    ['Result=timeout\nExecMainCode=2\nExecMainStatus=15', /neither ready nor gone in time/, {signal: 'SIGTERM'}],
    ['Result=resources', /systemd could not start it/, {}],
    ['Result=new-in-v300', /systemd says new-in-v300/, {}],
  ] as const) {
    it(`failed: ${text.replaceAll('\n', ' ')}`, () => {
      const {because: said, ...rest} = status(`ActiveState=failed\nMainPID=0\n${text}`) as {because: string}
      expect(said).to.match(because)
      expect(rest).to.deep.equal({enabled: true, state: 'failed', ...more})
    })
  }

  it('anything else is unknown, with the word', () => {
    expect(status('ActiveState=maintenance')).to.deep.equal({because: 'systemd calls it maintenance (loaded)', state: 'unknown'})
    expect(parseStatus({}, FACTS)).to.include({state: 'unknown'})
  })
})
