import {parseStatus, readSvstat, SVSTAT_FIELDS, type SlotFacts} from '@hermes-cli/backend-s6/dist/parse.js'

import {expect} from 'chai'

const NOW = Date.parse('2026-01-02T03:04:05Z')
const slot = (more: Partial<SlotFacts> = {}): SlotFacts => ({notifies: true, now: NOW, outcome: undefined, restartDue: false, ...more})

// Recorded from s6-svstat 2.11.3.2 with SVSTAT_FIELDS.
const RECORDED = {
  betweenRestarts: 'false true true false false -1 1 NA -1 0 0\n',
  crashLoop: 'false false true false false -1 7 NA -1 2 2\n',
  downAndDisabled: 'false false false false false -1 -1 SIGTERM 15 0 0\n',
  killed: 'false false true false false -1 -1 SIGKILL 9 3 3\n',
  notReady: 'true true true false false 8469 -1 NA -1 4 4\n',
  ready: 'true true true true false 8443 -1 NA -1 17 16\n',
  refused: 'false false true false false -1 78 NA -1 5 5\n',
  stopping: 'true false false false false 8443 -1 NA -1 30 1\n',
}

describe('s6: what s6-svstat says', () => {
  it('is asked for as many fields as are read', () => {
    expect(SVSTAT_FIELDS.split(',')).to.have.length(RECORDED.ready.trim().split(' ').length)
  })

  it('is running with its process number, since when, and readiness', () => {
    expect(parseStatus(RECORDED.ready, slot())).to.deep.equal({
      enabled: true,
      pid: 8443,
      ready: true,
      since: new Date('2026-01-02T03:03:48Z'),
      state: 'running',
    })
  })

  it('is running without a word on readiness where the service has none', () => {
    expect(parseStatus(RECORDED.ready, slot({notifies: false}))).to.include({ready: null, state: 'running'})
    expect(parseStatus(RECORDED.notReady, slot({notifies: false}))).to.include({ready: null, state: 'running'})
  })

  it('is starting while it is not ready, and between two attempts without a process', () => {
    expect(parseStatus(RECORDED.notReady, slot())).to.include({pid: 8469, state: 'starting'})
    expect(parseStatus(RECORDED.betweenRestarts, slot())).to.deep.equal({enabled: true, state: 'starting'})
  })

  it('is still running while it is being stopped', () => {
    expect(parseStatus(RECORDED.stopping, slot())).to.include({enabled: false, pid: 8443, ready: false, state: 'running'})
  })

  it('is stopped whatever the last exit was, unless the finish script gave it up', () => {
    expect(parseStatus(RECORDED.downAndDisabled, slot())).to.include({enabled: false, state: 'stopped'})
    expect(parseStatus(RECORDED.crashLoop, slot({outcome: 'restart'}))).to.include({enabled: true, state: 'stopped'})
    expect(parseStatus(RECORDED.crashLoop, slot({outcome: 'finished'}))).to.include({state: 'stopped'})
  })

  it('is stopped and not failed when an operator stopped it after it was given up', () => {
    expect(parseStatus(RECORDED.downAndDisabled, slot({outcome: 'crash-loop'}))).to.include({state: 'stopped'})
  })

  it('is failed with the exit code, or the signal, and a reason when it was given up', () => {
    const failed = parseStatus(RECORDED.crashLoop, slot({outcome: 'crash-loop'}))
    expect(failed).to.include({enabled: true, exitCode: 7, state: 'failed'})
    expect((failed as {because: string}).because).to.contain('crashed 5 times within 60 seconds')
    expect(parseStatus(RECORDED.killed, slot({outcome: 'crash-loop'}))).to.include({signal: 'SIGKILL', state: 'failed'})
    expect(parseStatus(RECORDED.refused, slot({outcome: 'refused'}))).to.include({exitCode: 78, state: 'failed'})
  })

  it('names what 126 and 127 mean', () => {
    const because = (code: number) =>
      (parseStatus(RECORDED.crashLoop.replace(' 7 ', ` ${code} `), slot({outcome: 'crash-loop'})) as {because: string}).because
    expect(because(127)).to.contain('not found')
    expect(because(126)).to.contain('may not be executed')
  })

  it('carries a due restart only where something runs', () => {
    expect(parseStatus(RECORDED.ready, slot({restartDue: true}))).to.include({restartDue: true})
    expect(parseStatus(RECORDED.ready, slot())).to.not.have.property('restartDue')
    expect(parseStatus(RECORDED.downAndDisabled, slot({restartDue: true}))).to.not.have.property('restartDue')
  })

  it('is unknown, with what was said, for any other answer', () => {
    const answers = [
      '',
      'up (pid 42) 17 seconds\n',
      `${RECORDED.ready.trim()} more`,
      RECORDED.ready.replace('8443', 'x'),
      RECORDED.ready.replace('true', 'yes'),
    ]
    for (const answer of answers) {
      expect(readSvstat(answer)).to.equal(undefined)
      expect(parseStatus(answer, slot())).to.include({state: 'unknown'})
    }
  })
})
