import type {InstallOptions, InstallRequest, ServiceManager, ServiceSpec} from '@hermes-cli/service-manager'

import {checked, isServiceManagerError, ServiceManagerError} from '@hermes-cli/service-manager'
import {expect} from 'chai'

const SPEC: ServiceSpec = {
  command: ['/bin/true', 'x'],
  description: 'a service',
  environment: {A: '1'},
  home: '/home/of/it',
  id: 'a',
  logDirectory: 'logs/gateways/a',
  readiness: 'fd',
  stopSeconds: 1,
  workingDirectory: '/home/of/it',
}
const OPTIONS: InstallOptions = {start: false}

/** Remembers what reached it; every verb succeeds unless `wrong` says otherwise. */
function manager(wrong: Partial<ServiceManager> = {}): ServiceManager & {readonly calls: unknown[][]} {
  const calls: unknown[][] = []
  const verb =
    <T>(name: string, answer: T) =>
    async (...args: unknown[]): Promise<T> => {
      calls.push([name, ...args])
      return answer
    }

  return {
    calls,
    install: verb('install', {change: 'created' as const, restartDue: false}),
    list: verb('list', []),
    restart: verb('restart', undefined),
    start: verb('start', undefined),
    status: verb('status', {state: 'absent' as const}),
    stop: verb('stop', undefined),
    uninstall: verb('uninstall', undefined),
    ...wrong,
  }
}

async function errorOf(act: () => unknown): Promise<ServiceManagerError> {
  try {
    await act()
  } catch (error) {
    expect(isServiceManagerError(error), `a coded error, not ${String(error)}`).to.be.true
    return error as ServiceManagerError
  }

  throw new Error('it succeeded')
}

const throwing = (error: unknown) => () => Promise.reject(error)

describe('a checked manager', () => {
  describe('refuses ids that are no profile names, before the backend sees them', () => {
    const ids = ['', ' ', 'A', '-a', '_a', 'a/b', '..', 'a.b', 'a b', 'a\n', 'a\0', 'ä', 'x'.repeat(252), null, undefined, 7, {}]
    for (const id of ids as string[]) {
      it(JSON.stringify(id) ?? 'undefined', async () => {
        const backend = manager()
        const safe = checked(backend)
        for (const verb of ['restart', 'start', 'status', 'stop', 'uninstall'] as const) {
          expect((await errorOf(() => safe[verb](id))).code).to.equal('invalid-name')
        }

        expect((await errorOf(() => safe.install({...SPEC, id}, OPTIONS))).code).to.equal('invalid-name')
        expect(backend.calls).to.deep.equal([])
      })
    }
  })

  describe('refuses specs that could not mean what they say', () => {
    const wrong: Record<string, object> = {
      'a NUL in an argument': {command: ['/bin/true', 'a\0b']},
      'a NUL in a value': {environment: {A: '\0'}},
      'half a character in an argument': {command: ['/bin/true', '\uD83D']},
      'a line break in the description': {description: 'a\nExecStart=/bin/evil'},
      'a line break in the working directory': {workingDirectory: '/a\nb'},
      'a line break in the program': {command: ['/bin/a\nb']},
      'a relative program': {command: ['true']},
      'no program': {command: []},
      'a relative stop command': {stopCommand: ['true']},
      'a stop command of nothing': {stopCommand: []},
      'a stop command in one line': {stopCommand: '/bin/true'},
      'a NUL in a stop command': {stopCommand: ['/bin/true', 'a\0b']},
      'no command': {command: undefined},
      'an argument that is no text': {command: ['/bin/true', 7]},
      'a relative home': {home: 'home'},
      'a relative working directory': {workingDirectory: './x'},
      'a variable with a space': {environment: {'A B': ''}},
      'a variable with an equals sign': {environment: {'A=B': ''}},
      'a variable that begins with a digit': {environment: {'1A': ''}},
      'an empty variable name': {environment: {'': ''}},
      'a value that is no text': {environment: {A: 1}},
      'a log directory above the home': {logDirectory: '../logs'},
      'a log directory that climbs out later': {logDirectory: 'logs/../../x'},
      'a log directory that climbs out the Windows way': {logDirectory: String.raw`logs\..\..\x`},
      'an absolute log directory': {logDirectory: '/var/log'},
      'an absolute Windows log directory': {logDirectory: String.raw`C:\logs`},
      'a log directory of two lines': {logDirectory: 'a\nb'},
      'no log directory': {logDirectory: ''},
      'a negative stop deadline': {stopSeconds: -1},
      'a stop deadline that is no number': {stopSeconds: Number.NaN},
      'a start deadline of nothing': {startSeconds: 0},
      'an endless start deadline': {startSeconds: Infinity},
      'an unknown kind of readiness': {readiness: 'tcp'},
      'a user of two lines': {user: 'root\nexec evil'},
      'a user that is an option': {user: '-u'},
      'an empty user': {user: ''},
      'a user and a group': {user: 'a:b'},
    }
    for (const [what, change] of Object.entries(wrong)) {
      it(what, async () => {
        const backend = manager()
        const error = await errorOf(() => checked(backend).install({...SPEC, ...change}, OPTIONS))
        expect(error.code).to.equal('invalid-spec')
        expect(error.message).to.include('"a"')
        expect(backend.calls).to.deep.equal([])
      })
    }
  })

  it('lets through what only looks dangerous', async () => {
    const backend = manager()
    const spec = {
      ...SPEC,
      command: ['/bin/$(id)', '', '\n', '-n', '😀'] as const,
      environment: {A: 'one\ntwo', _: '', __proto: 'x'},
      home: String.raw`C:\Users\a b`,
      logDirectory: '..logs/a..',
      stopCommand: ['/bin/$(id)', '', '\n', '-n'] as const,
      stopSeconds: 0,
      user: String.raw`DOMAIN\some user`,
    }
    await checked(backend).install(spec, OPTIONS)
    expect(backend.calls).to.deep.equal([['install', spec, OPTIONS]])
  })

  it('hands over variables in byte order', async () => {
    const backend = manager()
    await checked(backend).install({...SPEC, environment: {b: '', B: '', A: '', _: ''}}, OPTIONS)
    await checked(backend).installMany([{options: OPTIONS, spec: {...SPEC, environment: {b: '', A: ''}}}])
    const many: ServiceSpec[] = []
    const installMany = async (requests: readonly InstallRequest[]) => {
      many.push(...requests.map((one) => one.spec))
      return []
    }

    await checked(manager({installMany})).installMany([{options: OPTIONS, spec: {...SPEC, environment: {b: '', A: ''}}}])
    expect(Object.keys(many[0]!.environment)).to.deep.equal(['A', 'b'])
    const names = backend.calls.map(([, spec]) => Object.keys((spec as ServiceSpec).environment))
    expect(names).to.deep.equal([
      ['A', 'B', '_', 'b'],
      ['A', 'b'],
    ])
  })

  it('sorts the list in byte order', async () => {
    const backend = manager({list: async () => ['a_1', 'b', 'a', '0', 'a-1']})
    expect(await checked(backend).list()).to.deep.equal(['0', 'a', 'a-1', 'a_1', 'b'])
  })

  describe('gives every error a code', () => {
    const errno = (code: string) => Object.assign(new Error(`${code}: no`), {code})
    const cases: Array<[string, unknown, string]> = [
      ['a plain error', new Error('exit status 1'), 'unavailable'],
      ['EACCES', errno('EACCES'), 'permission'],
      ['EPERM', errno('EPERM'), 'permission'],
      ['EROFS', errno('EROFS'), 'permission'],
      ['ENOSPC', errno('ENOSPC'), 'unavailable'],
      ['a text', 'went wrong', 'unavailable'],
      ['null', null, 'unavailable'],
      ['undefined', undefined, 'unavailable'],
    ]
    for (const [what, thrown, code] of cases) {
      it(what, async () => {
        const wrong = throwing(thrown)
        const safe = checked(
          manager({doctor: wrong, install: wrong, list: wrong, start: wrong, status: wrong, stop: wrong, uninstall: wrong}),
        )
        const acts = [
          () => safe.start('a'),
          () => safe.stop('a'),
          () => safe.status('a'),
          () => safe.uninstall('a'),
          () => safe.list(),
          () => safe.doctor!(),
          () => safe.install(SPEC, OPTIONS),
        ]
        for (const act of acts) expect((await errorOf(act)).code).to.equal(code)
        const {cause, message} = await errorOf(() => safe.start('a'))
        if (thrown !== undefined) expect(cause).to.equal(thrown)
        expect(message).to.include('could not start "a"')
      })
    }

    it('keeps the code a backend gave', async () => {
      const error = new ServiceManagerError('timeout', 'late')
      expect(await errorOf(() => checked(manager({start: throwing(error)})).start('a'))).to.equal(error)
    })

    it('also when the lines of a log break off', async () => {
      async function* logs() {
        yield 'one'
        throw Object.assign(new Error('no'), {code: 'EACCES'})
      }

      const seen: string[] = []
      const error = await errorOf(async () => {
        for await (const line of checked(manager({logs})).logs!('a', {follow: false, lines: 9})) seen.push(line)
      })
      expect([...seen, error.code]).to.deep.equal(['one', 'permission'])
    })
  })

  it('has logs and doctor only where the backend has them', () => {
    const safe = checked(manager())
    expect(safe).to.not.have.property('logs')
    expect(safe).to.not.have.property('doctor')
  })
})

describe('installing many through a checked manager', () => {
  const request = (id: string, change: object = {}) => ({options: OPTIONS, spec: {...SPEC, id, ...change}})
  const codes = async (backend: ServiceManager, requests: ReadonlyArray<ReturnType<typeof request>>) => {
    const outcomes = await checked(backend).installMany(requests)
    return outcomes.map((one) => [one.id, one.ok ? 'ok' : isServiceManagerError(one.error) ? one.error.code : 'no code'])
  }

  it('goes one by one where the backend cannot do many, and past those that fail', async () => {
    const backend = manager({
      async install({id}) {
        if (id === 'b') throw Object.assign(new Error('no'), {code: 'EACCES'})
        return {change: 'created', restartDue: false}
      },
    })
    expect(await codes(backend, [request('c'), request('b'), request('a')])).to.deep.equal([
      ['c', 'ok'],
      ['b', 'permission'],
      ['a', 'ok'],
    ])
  })

  it('hands only sound requests to the backend, and answers in the order of asking', async () => {
    const backend = manager({
      installMany: async (requests) =>
        requests.map(({spec: {id}}) => ({id, ok: true as const, result: {change: 'created' as const, restartDue: false}})).reverse(),
    })
    expect(await codes(backend, [request('c'), request('b', {home: 'relative'}), request('B'), request('a')])).to.deep.equal([
      ['c', 'ok'],
      ['b', 'invalid-spec'],
      ['B', 'invalid-name'],
      ['a', 'ok'],
    ])
  })

  it('reports an answer that the backend lost', async () => {
    expect(await codes(manager({installMany: async () => []}), [request('a')])).to.deep.equal([['a', 'unavailable']])
  })

  it('gives the errors of the backend a code', async () => {
    const installMany = async () => [{error: new Error('plain'), id: 'a', ok: false as const}]
    expect(await codes(manager({installMany}), [request('a')])).to.deep.equal([['a', 'unavailable']])
  })

  it('refuses the second of two with one id, and installs the first', async () => {
    const backend = manager()
    expect(await codes(backend, [request('a'), request('a', {description: 'other'})])).to.deep.equal([
      ['a', 'ok'],
      ['a', 'invalid-spec'],
    ])
    expect(backend.calls).to.have.lengthOf(1)
  })

  it('fails with a code when the backend as a whole does', async () => {
    const error = await errorOf(() => checked(manager({installMany: throwing(new Error('no tree'))})).installMany([request('a')]))
    expect(error.code).to.equal('unavailable')
  })

  it('does not call the backend for nothing', async () => {
    expect(await codes(manager({installMany: throwing(new Error('called'))}), [request('', {})])).to.deep.equal([['', 'invalid-name']])
  })
})
