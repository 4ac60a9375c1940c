import {expect} from 'chai'
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {checkRename, createProfile, deleteProfile, listProfiles, readActive, renameProfile, useProfile} from '#hermes/profile/store.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, seedProfile, snapshot} from '../../support/homes.js'

const names = async (home: string): Promise<string[]> => (await listProfiles(home)).profiles.map(({name}) => name)
const entries = (home: string): string[] => readdirSync(join(home, 'profiles')).sort()

describe('Deleting a profile', () => {
  cleanUpDirectories()
  let home: string

  beforeEach(() => {
    home = temporaryDirectory()
  })

  it('removes all of it, leaves a tombstone, and takes the sticky choice back', async () => {
    await createProfile(home, {name: 'coder'})
    await createProfile(home, {name: 'other'})
    await useProfile(home, 'coder')
    expect(await deleteProfile(home, 'coder')).to.deep.equal([])
    expect(entries(home)).to.deep.equal(['.deleted', '.lock', 'other'])
    expect(readdirSync(join(home, 'profiles/.deleted'))).to.deep.equal(['coder'])
    expect(await readActive(home)).to.deep.equal({})
    await createProfile(home, {name: 'coder'})
    expect(await names(home)).to.deep.equal(['default', 'coder', 'other'])
  })

  it('leaves the sticky choice of another profile', async () => {
    await createProfile(home, {name: 'coder'})
    await createProfile(home, {name: 'other'})
    await useProfile(home, 'other')
    await deleteProfile(home, 'coder')
    expect(await readActive(home)).to.deep.equal({name: 'other'})
  })

  it('follows no symlink, neither inside nor in place of the profile', async () => {
    const outside = temporaryDirectory()
    writeFileSync(join(outside, 'SOUL.md'), 'mine')
    const directory = seedProfile(home, 'coder')
    symlinkSync(outside, join(directory, 'link'))
    symlinkSync(outside, join(home, 'profiles/linked'))
    const before = snapshot(outside)
    await deleteProfile(home, 'coder')
    await deleteProfile(home, 'linked')
    expect(snapshot(outside)).to.deep.equal(before)
    expect(await names(home)).to.deep.equal(['default'])
  })

  it('refuses the default profile, names that are none, and profiles that are not there', async () => {
    seedProfile(home, 'coder')
    mkdirSync(join(home, 'profiles/stray'))
    expect(await failure(deleteProfile(home, 'default'))).to.include({code: 'reserved-name'})
    expect(await failure(deleteProfile(home, '../x'))).to.include({code: 'invalid-name'})
    for (const name of ['codr', 'stray']) expect(await failure(deleteProfile(home, name))).to.include({code: 'profile-not-found'})
    expect((await failure(deleteProfile(home, 'codr'))).suggestions[0]).to.equal('Did you mean "coder"?')
    expect(entries(home)).to.deep.equal(['.lock', 'coder', 'stray'])
  })

  it('also removes what was written under the name after it was deleted', async () => {
    await createProfile(home, {name: 'coder'})
    await deleteProfile(home, 'coder')
    expect(await failure(deleteProfile(home, 'coder'))).to.include({code: 'profile-not-found'})
    for (const soul of [true, false]) {
      seedProfile(home, 'coder', {soul, state: 'running'})
      await deleteProfile(home, 'coder')
      expect(entries(home)).to.deep.equal(['.deleted', '.lock'])
    }
  })
})

describe('Renaming a profile', () => {
  cleanUpDirectories()
  let home: string

  beforeEach(async () => {
    home = temporaryDirectory()
    await createProfile(home, {name: 'old'})
  })

  it('that a crash cut short may be asked for again, and that alone', async () => {
    renameSync(join(home, 'profiles/old'), join(home, 'profiles/senior'))
    writeFileSync(join(home, 'profiles/.rename.json'), JSON.stringify({from: 'old', to: 'senior'}))
    expect(await failure(checkRename(home, 'old', 'other'))).to.include({code: 'profile-not-found'})
    await checkRename(home, 'old', 'senior')
    await renameProfile(home, 'old', 'senior')
    expect(await names(home)).to.deep.equal(['default', 'senior'])
    expect(await failure(checkRename(home, 'old', 'senior'))).to.include({code: 'profile-not-found'})
  })

  it('moves it as it is; sticky choice and logs follow', async () => {
    await useProfile(home, 'old')
    mkdirSync(join(home, 'logs/gateways/old'), {recursive: true})
    writeFileSync(join(home, 'logs/gateways/old/current'), 'log')
    const before = snapshot(join(home, 'profiles/old'))
    expect(await renameProfile(home, 'old', 'new')).to.deep.equal([])
    const inside = (seen: Record<string, string>) => Object.entries(seen).filter(([name]) => name !== '.')
    expect(inside(snapshot(join(home, 'profiles/new')))).to.deep.equal(inside(before))
    expect(await names(home)).to.deep.equal(['default', 'new'])
    expect(await readActive(home)).to.deep.equal({name: 'new'})
    expect(readFileSync(join(home, 'logs/gateways/new/current'), 'utf8')).to.equal('log')
    expect(existsSync(join(home, 'profiles/.rename.json'))).to.equal(false)
  })

  it('refuses default on either side, bad names, a missing source and a taken target', async () => {
    seedProfile(home, 'taken')
    mkdirSync(join(home, 'profiles/stray'))
    const attempts: Array<[string, string, string]> = [
      ['default', 'x', 'reserved-name'],
      ['old', 'default', 'reserved-name'],
      ['old', 'X', 'invalid-name'],
      ['.lock', 'x', 'invalid-name'],
      ['missing', 'x', 'profile-not-found'],
      ['old', 'taken', 'profile-exists'],
      ['old', 'stray', 'profile-exists'],
    ]
    for (const [from, to, code] of attempts) expect(await failure(renameProfile(home, from, to)), `${from} ${to}`).to.include({code})
    expect(await names(home)).to.deep.equal(['default', 'old', 'taken'])
    expect(await renameProfile(home, 'old', 'old')).to.deep.equal([])
  })

  it('lets nothing come back under the old name but a new profile', async () => {
    await renameProfile(home, 'old', 'new')
    seedProfile(home, 'old')
    expect(await names(home)).to.deep.equal(['default', 'new'])
    await createProfile(home, {name: 'old'})
    expect(await names(home)).to.deep.equal(['default', 'new', 'old'])
  })

  it('can go back and forth', async () => {
    await renameProfile(home, 'old', 'new')
    await renameProfile(home, 'new', 'old')
    expect(await names(home)).to.deep.equal(['default', 'old'])
  })

  it('keeps the logs apart when the new name has some', async () => {
    for (const name of ['old', 'new']) mkdirSync(join(home, 'logs/gateways', name), {recursive: true})
    expect((await renameProfile(home, 'old', 'new')).join(',')).to.match(/stay in .*old/)
  })

  it('is finished by the next change when it was cut short, whatever the journal holds', async () => {
    await useProfile(home, 'old')
    await renameProfile(home, 'old', 'new')
    await useProfile(home, 'new')
    writeFileSync(join(home, 'active_profile'), 'old\n')
    const journal = join(home, 'profiles/.rename.json')
    for (const text of ['', '[]', '{"from":"../..","to":"new"}', '{"from":1}']) {
      writeFileSync(journal, text)
      await createProfile(home, {name: `n${text.length}`})
      expect(existsSync(journal)).to.equal(false)
      expect(await readActive(home)).to.deep.equal({name: 'old'})
    }

    writeFileSync(journal, '{"from":"old","to":"new"}')
    await createProfile(home, {name: 'other'})
    expect(await readActive(home)).to.deep.equal({name: 'new'})
    writeFileSync(journal, '{"from":"old","to":"new"}')
    expect(await renameProfile(home, 'old', 'new')).to.deep.equal([])
  })
})
