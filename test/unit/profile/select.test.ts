import {expect} from 'chai'
import {mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {selectProfile} from '#hermes/profile/select.js'
import {findProfile, listProfiles, readActive, readProfile, useProfile} from '#hermes/profile/store.js'
import {distance, nearMisses} from '#hermes/profile/suggest.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, seedProfile} from '../../support/homes.js'

describe('Which profile', () => {
  cleanUpDirectories()
  let home: string

  beforeEach(() => {
    home = temporaryDirectory()
  })

  it('is the flag before HERMES_PROFILE before the sticky choice before the default', async () => {
    expect(await selectProfile({environment: {}, home})).to.deep.equal({name: 'default', source: 'default'})
    seedProfile(home, 'sticky')
    await useProfile(home, 'sticky')
    expect(await selectProfile({environment: {HERMES_PROFILE: ''}, home})).to.deep.equal({name: 'sticky', source: 'active'})
    const environment = {HERMES_PROFILE: 'env'}
    expect(await selectProfile({environment, home})).to.deep.equal({name: 'env', source: 'environment'})
    expect(await selectProfile({environment, flag: 'flag', home})).to.deep.equal({name: 'flag', source: 'flag'})
  })

  it('is never the sticky one for what a supervisor runs', async () => {
    seedProfile(home, 'sticky')
    await useProfile(home, 'sticky')
    const environment = {HERMES_SUPERVISED: '1'}
    expect(await selectProfile({environment, home})).to.deep.equal({name: 'default', source: 'default'})
    expect(await selectProfile({environment: {...environment, HERMES_PROFILE: 'env'}, home})).to.include({name: 'env'})
  })

  it('is refused when it is no name, not turned into another', async () => {
    for (const flag of ['', 'A', '../x', '-p'])
      expect(await failure(selectProfile({environment: {}, flag, home}))).to.include({code: 'invalid-name'})
    expect(await failure(selectProfile({environment: {HERMES_PROFILE: 'A B'}, home}))).to.include({code: 'invalid-name'})
  })

  it('is the default, with a warning, when the sticky file is hostile', async () => {
    const path = join(home, 'active_profile')
    const put = (content: Buffer | string) => () => writeFileSync(path, content)
    const hostile = [
      put('../../etc'),
      put('Upper'),
      put('a\nb'),
      put('a'.repeat(5000)),
      put('a'.repeat(4000)),
      put(Buffer.from([0xff, 0xfe])),
      put('\0'),
      () => mkdirSync(path),
      () => symlinkSync('/etc/hostname', path),
    ]
    for (const [index, make] of hostile.entries()) {
      make()
      const selected = await selectProfile({environment: {}, home})
      expect(selected, String(index)).to.include({name: 'default', source: 'default'})
      expect(selected.warning, String(index)).to.match(/the default profile is used$/)
      expect(selected.warning!.length).to.be.below(600)
      rmSync(path, {recursive: true})
    }
  })

  it('is read through a byte-order mark and white space, and an empty file is no choice', async () => {
    writeFileSync(join(home, 'active_profile'), '\uFEFF coder \r\n')
    expect(await readActive(home)).to.deep.equal({name: 'coder'})
    writeFileSync(join(home, 'active_profile'), ' \n')
    expect(await readActive(home)).to.deep.equal({})
  })

  it('can only be chosen when it is there', async () => {
    expect(await failure(useProfile(home, 'missing'))).to.include({code: 'profile-not-found'})
    seedProfile(home, 'coder')
    await useProfile(home, 'coder')
    expect(readFileSync(join(home, 'active_profile'), 'utf8')).to.equal('coder\n')
    expect(await failure(useProfile(home, 'missing'))).to.include({code: 'profile-not-found'})
    await useProfile(home, 'default')
    expect(await readActive(home)).to.deep.equal({})
  })
})

describe('Reading profiles', () => {
  cleanUpDirectories()
  let home: string

  beforeEach(() => {
    home = temporaryDirectory()
  })

  it('finds the default one in a home that does not exist', async () => {
    const {profiles} = await listProfiles(join(home, 'nowhere'))
    expect(profiles.map(({name}) => name)).to.deep.equal(['default'])
  })

  it('lists default first, then by byte order; a broken one says so and hides none', async () => {
    for (const name of ['b', 'a-', 'a', 'a_', '0', 'BadName', '../profiles/default']) seedProfile(home, name)
    seedProfile(home, 'stray', {soul: false})
    writeFileSync(join(home, 'profiles/b/config.yaml'), 'port: [')
    const {bad, profiles, warnings} = await listProfiles(home)
    expect(profiles.map(({name}) => name)).to.deep.equal(['default', '0', 'a', 'a-', 'a_', 'b'])
    expect(profiles.find(({name}) => name === 'b')!.problem).to.match(/cannot be used/)
    expect(bad.map(({name}) => name)).to.deep.equal(['BadName'])
    expect(warnings.join(',')).to.include('profiles/default/')
    expect(await failure(readProfile(home, 'b'))).to.include({code: 'config-invalid'})
    expect(await findProfile(home, 'b')).to.include({name: 'b'})
  })

  it('suggests the names that were most likely meant', async () => {
    for (const name of ['coder', 'writer', 'code-review']) seedProfile(home, name)
    const error = await failure(findProfile(home, 'cdoer'))
    expect(error).to.include({code: 'profile-not-found'})
    expect(error.suggestions[0]).to.equal('Did you mean "coder"?')
    expect((await failure(findProfile(home, 'zzzzzz'))).suggestions[0]).to.not.match(/Did you mean/)
    expect(nearMisses('code', ['coder', 'writer', 'code-review'])).to.deep.equal(['code-review', 'coder'])
    expect(distance('abc', 'acb')).to.equal(1)
    expect(distance('', 'abc')).to.equal(3)
  })
})
