import {stateOf} from '@hermes-cli/backend-launchd/dist/observe.js'
import {isDisabledIn, parseList, parsePrint} from '@hermes-cli/backend-launchd/dist/parse.js'
import type {Attendance} from '@hermes-cli/service-manager/attendant'

import {expect} from 'chai'

/** As macOS 14 prints it, shortened. */
const PRINTED = `gui/501/ai.hermes.gateway-a = {
	active count = 1
	path = /Users/ada/Library/LaunchAgents/ai.hermes.gateway-a.plist
	type = LaunchAgent
	state = running

	program = /bin/sh
	arguments = {
		/bin/sh
		-c
pid = 1
	pid = 2
		state = active
	}

	inherited environment = {
		SSH_AUTH_SOCK => /private/tmp/com.apple.launchd.x/Listeners
	}

	domain = gui/501 [100005]
	minimum runtime = 5
	exit timeout = 15
	runs = 1
	pid = 4711
	last exit code = (never exited)

	resource coalition = {
		ID = 1234
		state = active
		pid = 3
	}
}
`

describe('launchd: what launchctl prints', () => {
  it('reads what belongs to the job, and nothing from its arguments', () => {
    expect(parsePrint(PRINTED)).to.deep.equal({lastExit: 'never', pid: 4711, state: 'running'})
  })

  it('reads exit codes with and without a name, and signals', () => {
    expect(parsePrint('a = {\n\tstate = not running\n\tlast exit code = 78: EX_CONFIG\n}')).to.deep.equal({
      lastExit: 78,
      state: 'not running',
    })
    expect(parsePrint('a = {\n\tlast exit code = 0\n}')).to.deep.equal({lastExit: 0})
    expect(parsePrint('a = {\n\tlast terminating signal = Killed: 9\n}')).to.deep.equal({lastExit: 'signal'})
  })

  it('makes nothing of what it does not know', () => {
    for (const text of ['', 'Could not find service', '{}', 'a = {\n\tpid = many\n\tpid = -1\n}', '\u0000\n= = =\n\t = 5'])
      expect(parsePrint(text)).to.deep.equal({})
  })

  it('reads the older list', () => {
    expect(parseList('{\n\t"Label" = "a";\n\t"LastExitStatus" = 256;\n\t"PID" = 12;\n};\n')).to.deep.equal({lastExit: 1, pid: 12})
    expect(parseList('{\n\t"LastExitStatus" = 9;\n};\n')).to.deep.equal({lastExit: 'signal'})
    expect(parseList('')).to.deep.equal({})
  })

  it('reads who is disabled, in the words of each macOS', () => {
    const text = 'disabled services = {\n\t\t"a" => disabled\n\t\t"b" => enabled\n\t"c" => true\n\t"d" => false\n\t"a.b" => true\n}\n'
    expect(['a', 'b', 'c', 'd', 'b"', 'x'].filter((label) => isDisabledIn(text, label))).to.deep.equal(['a', 'c'])
  })
})

describe('launchd: status', () => {
  const record = {definition: 'now', spec: {readiness: 'fd'}} as never
  const attendance: Attendance = {
    attendant: {born: 'x', pid: 10},
    definition: 'now',
    program: {born: 'y', pid: 11},
    ready: true,
    since: new Date(5000),
    state: 'running',
  }

  it('believes the attendant while that very one runs', () => {
    expect(stateOf({pid: 10}, attendance, record)).to.deep.equal({pid: 11, ready: true, since: new Date(5000), state: 'running'})
    expect(stateOf({pid: 10}, {...attendance, ready: false}, record)).to.include({pid: 11, state: 'starting'})
    expect(stateOf({pid: 10}, {...attendance, definition: 'before'}, record)).to.include({restartDue: true, state: 'running'})
    expect(stateOf({pid: 9}, attendance, record)).to.deep.equal({state: 'starting'})
    expect(stateOf({pid: 10}, undefined, record)).to.deep.equal({state: 'starting'})
  })

  it('calls nothing running without a pid', () => {
    expect(stateOf({lastExit: 0, state: 'running'}, attendance, record)).to.deep.equal({state: 'stopped'})
    expect(stateOf({lastExit: 'never'}, attendance, record)).to.deep.equal({state: 'starting'})
    expect(stateOf({lastExit: 'signal', state: 'spawn scheduled'}, attendance, record)).to.deep.equal({state: 'starting'})
  })

  it('tells why it was given up', () => {
    const gaveUp: Attendance = {
      attendant: attendance.attendant,
      because: 'crash-loop',
      definition: 'now',
      exitCode: 137,
      ready: false,
      state: 'failed',
    }
    const {because, state} = stateOf({lastExit: 0}, gaveUp, record) as {because: string; state: string}
    expect(state).to.equal('failed')
    expect(because).to.equal('it was started 5 times within 60 seconds and was given up; the last time it was killed by SIGKILL')
    expect(stateOf({lastExit: 78}, undefined, record)).to.include({exitCode: 78, state: 'failed'})
    // Of an earlier attendant: another one runs now.
    expect(stateOf({pid: 12}, gaveUp, record)).to.deep.equal({state: 'starting'})
  })
})
