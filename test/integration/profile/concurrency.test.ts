import {expect} from 'chai'
import {execa} from 'execa'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {withLock} from '#hermes/host/lock.js'
import {changingProfiles} from '#hermes/profile/exclusive.js'
import {preferredPort} from '#hermes/profile/port.js'
import {createProfile, listProfiles} from '#hermes/profile/store.js'

import {cleanUpDirectories, fixture, temporaryDirectory} from '../../support/directories.js'
import {failure} from '../../support/homes.js'

interface Answer {
  code?: string
  done?: {port: number}
}

const change = async (...words: string[]): Promise<Answer> => {
  const {stdout} = await execa(process.execPath, [fixture('profile-change.mjs'), ...words], {reject: false})
  return JSON.parse(stdout) as Answer
}

/** Names whose preferred port is one and the same. */
function rivals(count: number): string[] {
  const found = ['rival']
  for (let i = 0; found.length < count; i++) if (preferredPort(`rival-${i}`) === preferredPort('rival')) found.push(`rival-${i}`)
  return found
}

describe('Many processes changing profiles at once', () => {
  cleanUpDirectories()
  let home: string

  beforeEach(() => {
    home = join(temporaryDirectory(), 'home')
  })

  it('create one profile of one name: exactly one wins, the others are told', async () => {
    const answers = await Promise.all(Array.from({length: 8}, () => change('create', home, 'coder')))
    expect(answers.map(({code}) => code ?? 'created').sort()).to.deep.equal(['created', ...Array.from({length: 7}, () => 'profile-exists')])
    expect(readdirSync(join(home, 'profiles')).sort()).to.deep.equal(['.lock', 'coder'])
  })

  it('never get the same port, also where all prefer the same', async () => {
    const names = rivals(8)
    const answers = await Promise.all(names.map((name) => change('create', home, name)))
    const ports = answers.map(({done}) => done!.port).sort()
    expect(new Set(ports).size).to.equal(names.length)
    for (const name of names) expect(readFileSync(join(home, 'profiles', name, 'config.yaml'), 'utf8')).to.match(/^port: \d+$/m)
  })

  it('delete, create and rename the same name, and leave one whole profile or none', async () => {
    await createProfile(home, {name: 'coder'})
    const answers = await Promise.all([
      change('delete', home, 'coder'),
      change('create', home, 'coder'),
      change('rename', home, 'coder', 'other'),
      change('create', home, 'other'),
      change('delete', home, 'other'),
    ])
    for (const {code} of answers) expect(code ?? 'done').to.be.oneOf(['done', 'profile-exists', 'profile-not-found'])
    const {profiles} = await listProfiles(home)
    const visible = readdirSync(join(home, 'profiles')).filter((name) => !name.startsWith('.'))
    expect(visible).to.deep.equal(profiles.slice(1).map(({name}) => name))
    for (const {directory, problem} of profiles.slice(1)) {
      expect(problem).to.equal(undefined)
      expect(readdirSync(directory)).to.include.members(['.env', 'SOUL.md', 'config.yaml'])
    }

    expect(readdirSync(join(home, 'profiles')).filter((name) => /staging|removed|tmp|rename/.test(name))).to.deep.equal([])
  })

  it('wait for each other within one process too, and say so when it takes too long', async () => {
    let inside = 0
    await Promise.all(
      Array.from({length: 6}, () =>
        changingProfiles(home, async () => {
          expect(++inside).to.equal(1)
          await new Promise(setImmediate)
          inside--
        }),
      ),
    )
    await changingProfiles(home, async () => {
      expect(await failure(changingProfiles(home, async () => {}, 50))).to.include({code: 'busy'})
    })
  })

  it('let the lock go when the work fails', async () => {
    const path = join(temporaryDirectory(), 'lock')
    expect((await failure(withLock(path, () => Promise.reject(new Error('odd'))))).message).to.equal('odd')
    expect(await withLock(path, async () => 'in', 50)).to.equal('in')
  })
})
