import {recordComment, recordOf, serviceFiles, serviceStem, specInComment, type Host, type ServiceSpec} from '@hermes-cli/service-manager'
import {createHost} from '#hermes/host/host.js'

import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

cleanUpDirectories()

const HOME = '/home/ada/.hermes'

const spec = (id: string, change: Partial<ServiceSpec> = {}): ServiceSpec => ({
  command: ['/bin/true'],
  description: '',
  environment: {},
  home: HOME,
  id,
  logDirectory: 'logs',
  readiness: 'none',
  stopSeconds: 1,
  workingDirectory: '/',
  ...change,
})
const textOf = (one: ServiceSpec, more = ''): string => ['#!/bin/sh', ...recordComment(one, '#'), `exec true${more}`, ''].join('\n')
const codeOf = ({code}: {code?: string}): unknown => code
const refusal = (putting: Promise<unknown>): Promise<unknown> => putting.then(() => 'nothing', codeOf)

describe('service files', () => {
  let directory: string
  let warnings: string[]

  const files = (home = HOME, change: Partial<Host> = {}) =>
    serviceFiles(
      {...createHost({environment: {}, home}), warn: (message: string) => warnings.push(message), ...change},
      {
        directory,
        isName: (name) => name.startsWith('hermes-'),
        mode: 0o755,
        nameOf: (id) => serviceStem({home, id, prefix: 'hermes-'}),
        read(text) {
          const found = specInComment(text, '#')
          return found && {spec: found}
        },
      },
    )
  const put = (one: ServiceSpec, text = textOf(one)) => files().put(one, text)
  const pathOf = (id: string) => files().pathOf(id)

  beforeEach(() => {
    directory = join(temporaryDirectory(), 'made', 'when needed')
    warnings = []
  })

  it('that are not there hold no services', async () => {
    expect([files().names(), files().all(), files().claim('a'), files().lookUp('a')]).to.deep.equal([[], [], {is: 'absent'}, undefined])
    expect(() => files().get('a')).to.throw(`no service "a" is registered: there is no ${pathOf('a')}`)
  })

  it('are created, left alone and updated, whole and with their mode', async () => {
    expect(await put(spec('a'))).to.deep.equal({change: 'created'})
    const {ino, mode} = statSync(pathOf('a'))
    expect(mode & 0o777).to.equal(0o755)
    expect((await put(spec('a'))).change).to.equal('unchanged')
    expect(statSync(pathOf('a')).ino).to.equal(ino)
    const {before, change} = await put(spec('a', {stopSeconds: 2}))
    expect([change, before?.spec.stopSeconds, files().get('a').spec.stopSeconds]).to.deep.equal(['updated', 1, 2])
    expect(statSync(pathOf('a')).mode & 0o777).to.equal(0o755)
    expect(readdirSync(directory)).to.have.length(1)
  })

  it('have every service of this home, in byte order', async () => {
    for (const id of ['b', 'a', 'a_1', 'a-1', '0']) await put(spec(id))
    await files('/elsewhere').put(spec('c', {home: '/elsewhere'}), textOf(spec('c', {home: '/elsewhere'})))
    writeFileSync(join(directory, 'hermes-of-somebody'), 'text')
    writeFileSync(join(directory, 'not-a-name'), textOf(spec('d')))
    expect(
      files()
        .all()
        .map((one) => one.spec.id),
    ).to.deep.equal(['0', 'a', 'a-1', 'a_1', 'b'])
    expect(files().names()).to.have.length(7)
  })

  it('of another home, of nobody, or a copy of another one are not ours, and stay as they are', async () => {
    await put(spec('a'))
    const strangers: Record<string, string> = {
      another: textOf(spec('another', {home: '/elsewhere'})),
      copied: textOf(spec('a')),
      edited: textOf(spec('edited')).replace('# {', '# ('),
      nobody: '#!/bin/sh\n',
      unnamed: textOf(spec('unnamed')).replace('"id": "unnamed"', '"id": {}'),
    }
    for (const [id, text] of Object.entries(strangers)) {
      writeFileSync(pathOf(id), text)
      expect(files().claim(id).is, id).to.equal('foreign')
      expect(await refusal(put(spec(id))), id).to.equal('not-owned')
      expect(() => files().get(id), id).to.throw()
      expect(readFileSync(pathOf(id), 'utf8'), id).to.equal(text)
    }

    expect(files().claim('another')).to.deep.include({
      because: `${pathOf('another')} belongs to the hermes home /elsewhere`,
      home: '/elsewhere',
    })
    expect(() => files().get('copied')).to.throw(/says that it is of "a"/)
    expect(files().all()).to.have.length(1)
  })

  it('may be of the same id in two homes', async () => {
    const theirs = spec('a', {home: '/elsewhere'})
    await put(spec('a'))
    await files('/elsewhere').put(theirs, textOf(theirs))
    expect([files().all().length, files('/elsewhere').all().length]).to.deep.equal([1, 1])
  })

  it('that are links are read, and never written through', async () => {
    await put(spec('a'))
    const kept = join(directory, '..', 'kept')
    renameSync(pathOf('a'), kept)
    symlinkSync(kept, pathOf('a'))
    expect(files().get('a').linked).to.be.true
    expect((await put(spec('a'), textOf(spec('a'), ' # anew'))).change).to.equal('unchanged')
    expect(warnings).to.deep.equal([`${pathOf('a')} cannot be written (it is a link that somebody else keeps) and is used as it is`])
    expect(await refusal(put(spec('a', {stopSeconds: 2})))).to.equal('permission')
    expect(readFileSync(kept, 'utf8')).to.equal(textOf(spec('a')))
  })

  it('that cannot be written are used where they say the same, and refused where not', async () => {
    await put(spec('a'))
    for (const code of ['EACCES', 'EPERM', 'EROFS']) {
      const readOnly = files(HOME, {writeFileAtomic: () => Promise.reject(Object.assign(new Error(`${code}: no`), {code}))})
      warnings = []
      expect((await readOnly.put(spec('a'), textOf(spec('a'), ' # anew'))).change).to.equal('unchanged')
      expect(warnings).to.have.length(1)
      expect(await refusal(readOnly.put(spec('a', {stopSeconds: 2}), textOf(spec('a', {stopSeconds: 2}))))).to.equal('permission')
      expect(await refusal(readOnly.put(spec('b'), textOf(spec('b'))))).to.equal('permission')
    }

    const full = files(HOME, {writeFileAtomic: () => Promise.reject(Object.assign(new Error('full'), {code: 'ENOSPC'}))})
    expect(await refusal(full.put(spec('b'), textOf(spec('b'))))).to.equal('ENOSPC')
  })

  it('are made by one of many, and refused to who wants to be the only one', async () => {
    const exclusive = () => files().put(spec('a'), textOf(spec('a')), {exclusive: true})
    const outcomes = await Promise.all(Array.from({length: 8}, () => exclusive().then(({change}) => change, codeOf)))
    expect(outcomes.sort()).to.deep.equal([...Array.from({length: 7}, () => 'already-registered'), 'created'])
    const shared = await Promise.all(Array.from({length: 8}, () => put(spec('b')).then(({change}) => change)))
    expect(shared.sort()).to.deep.equal(['created', ...Array.from({length: 7}, () => 'unchanged')])
    expect(readdirSync(directory)).to.have.length(2)
  })

  it('leave nothing behind where they could not be made', async () => {
    mkdirSync(pathOf('a'), {recursive: true})
    expect(await files().create('a', textOf(spec('a')))).to.be.false
    expect(await refusal(put(spec('a')))).to.equal('not-owned')
    expect(readdirSync(directory)).to.deep.equal([readdirSync(directory).find((name) => name.startsWith('hermes-a.'))])
  })

  it('are read whatever lies there: a FIFO, a link to nowhere, what cannot be read, what is far too long', async () => {
    await put(spec('a'))
    copyFileSync(pathOf('a'), pathOf('long'))
    writeFileSync(pathOf('long'), `${textOf(spec('long'))}${'#'.repeat(2_000_000)}`)
    symlinkSync('/nonexistent', pathOf('nowhere'))
    writeFileSync(pathOf('closed'), textOf(spec('closed')))
    chmodSync(pathOf('closed'), 0)
    execFileSync('mkfifo', [pathOf('fifo')])
    for (const id of ['fifo', 'long', 'nowhere']) expect(files().claim(id).is, id).to.equal('foreign')
    // Root reads it all the same.
    expect(files().claim('closed').is).to.equal(process.geteuid?.() === 0 ? 'ours' : 'foreign')
  })
})

describe('a record in a comment', () => {
  const hostile = spec('a', {command: ['/bin/echo', '# }', '\n# }\n', '; }', '*/'], environment: {X: '}\n'}})

  for (const mark of ['#', ';', '//', "'"]) {
    it(`after ${mark} comes back as it was, wherever it is`, () => {
      const text = ['first', `${mark} }`, ...recordComment(hostile, mark), 'last', `${mark} }`, ''].join('\n')
      expect(recordOf(specInComment(text, mark)!)).to.equal(recordOf(hostile))
      expect(specInComment(text, '%')).to.be.undefined
    })
  }

  it('that is cut, of somebody else, or without an id or a home is none', () => {
    for (const change of [{id: {}}, {home: 7}, {id: undefined}]) {
      expect(specInComment(recordComment({...hostile, ...change} as never, '#').join('\n'), '#'), JSON.stringify(change)).to.be.undefined
    }

    const lines = recordComment(hostile, '#')
    for (let length = 0; length < lines.length; length++)
      expect(specInComment(lines.slice(0, length).join('\n'), '#'), String(length)).to.be.undefined
    expect(specInComment(lines.join('\n').replace('"made_by": "hermes"', '"made_by": "x"'), '#')).to.be.undefined
  })
})
