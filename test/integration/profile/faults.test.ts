import {expect} from 'chai'
import {execa} from 'execa'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {mapBounded} from '#hermes/host/concurrent.js'
import {createProfile, deleteProfile, listProfiles, readActive, readProfile, renameProfile, useProfile} from '#hermes/profile/store.js'

import {cleanUpDirectories, fixture, temporaryDirectory} from '../../support/directories.js'
import {CHANGING, countCalls, straceWorks, withFault, type Changing} from '../../support/faults.js'

/** The program, one of its system calls, and how many it made before. */
interface Point {
  readonly call: Changing
  readonly when: number
}

const names = async (home: string): Promise<string[]> => (await listProfiles(home)).profiles.slice(1).map(({name}) => name)
const words = (home: string, verb: string, ...rest: string[]): string[] => [fixture('profile-change.mjs'), verb, home, ...rest]

async function points(verb: string, model: string, ...rest: string[]): Promise<Point[]> {
  const home = join(temporaryDirectory(), 'home')
  await execa('cp', ['-a', model, home])
  const counts = await countCalls(words(home, verb, ...rest))
  return CHANGING.flatMap((call) => Array.from({length: counts[call]}, (_, index) => ({call, when: index + 1})))
}

/** Each point on a copy of the home, two at a time. */
async function atEach(
  all: readonly Point[],
  model: string,
  work: (point: Point, home: string, where: string) => Promise<void>,
): Promise<void> {
  const root = temporaryDirectory()
  await mapBounded(all, 2, async (point, index) => {
    const home = join(root, `home-${index}`)
    await execa('cp', ['-a', model, home])
    await work(point, home, `${point.call} ${point.when}`)
  })
}

/** Every profile that is shown is whole. */
async function checkWhole(home: string, where: string): Promise<void> {
  const {profiles} = await listProfiles(home)
  for (const {directory, problem} of profiles.slice(1)) {
    expect(problem, where).to.equal(undefined)
    for (const file of ['SOUL.md', 'config.yaml', '.env'])
      expect(existsSync(join(directory, file)), `${where}: ${directory}/${file}`).to.equal(true)
  }
}

function checkTidy(home: string, where: string): void {
  const left = [...readdirSync(home), ...readdirSync(join(home, 'profiles')), ...readdirSync(join(home, 'profiles/.deleted'))]
  expect(
    left.filter((name) => /staging|removed|tmp|rename/.test(name)),
    where,
  ).to.deep.equal([])
}

describe('A change of profiles that fails half-way', () => {
  cleanUpDirectories()
  let model: string

  before(function () {
    if (straceWorks()) return
    console.error('      strace cannot be used here: faults are not injected')
    this.skip()
  })

  beforeEach(async () => {
    model = join(temporaryDirectory(), 'home')
    await createProfile(model, {name: 'coder'})
    await createProfile(model, {name: 'other'})
    await createProfile(model, {name: 'gone'})
    await deleteProfile(model, 'gone')
    await useProfile(model, 'coder')
    mkdirSync(join(model, 'logs/gateways/coder'), {recursive: true})
  })

  it('killed at any point, a creation leaves all of the profile or nothing, and works the next time', async () => {
    // Over what a deleted profile's process wrote: the most that a creation has to do.
    mkdirSync(join(model, 'profiles/gone'))
    writeFileSync(join(model, 'profiles/gone/late'), '')
    const all = await points('create', model, 'gone')
    expect(all.length).to.be.above(12)
    await atEach(all, model, async ({call, when}, home, where) => {
      expect((await withFault(words(home, 'create', 'gone'), call, 'signal=KILL', when)).killed, where).to.equal(true)
      await checkWhole(home, where)
      const there = (await names(home)).includes('gone')
      if (there) expect((await readProfile(home, 'gone')).command, where).to.deep.equal(['true'])
      else await createProfile(home, {name: 'gone'})
      await createProfile(home, {name: 'next'})
      expect(await names(home), where).to.deep.equal(['coder', 'gone', 'next', 'other'])
      checkTidy(home, where)
    })
  })

  it('killed at any point, a deletion leaves all of the profile or nothing, and is finished the next time', async () => {
    const all = await points('delete', model, 'coder')
    expect(all.length).to.be.above(8)
    await atEach(all, model, async ({call, when}, home, where) => {
      expect((await withFault(words(home, 'delete', 'coder'), call, 'signal=KILL', when)).killed, where).to.equal(true)
      await checkWhole(home, where)
      await deleteProfile(home, 'coder').catch((error: {code: string}) => expect(error.code, where).to.equal('profile-not-found'))
      expect(await names(home), where).to.deep.equal(['other'])
      expect(await readActive(home), where).to.deep.equal({})
      expect(existsSync(join(home, 'profiles/coder')), where).to.equal(false)
      checkTidy(home, where)
    })
  })

  it('killed at any point, a renaming leaves the profile under one of the names, and is finished the next time', async () => {
    const config = readFileSync(join(model, 'profiles/coder/config.yaml'), 'utf8')
    const all = await points('rename', model, 'coder', 'gone')
    expect(all.length).to.be.above(8)
    await atEach(all, model, async ({call, when}, home, where) => {
      expect((await withFault(words(home, 'rename', 'coder', 'gone'), call, 'signal=KILL', when)).killed, where).to.equal(true)
      await checkWhole(home, where)
      expect(await names(home), where).to.be.deep.oneOf([
        ['coder', 'other'],
        ['gone', 'other'],
      ])
      // Only the very last step may have been everything but the answer.
      await renameProfile(home, 'coder', 'gone').catch((error: {code: string}) => expect(error.code, where).to.equal('profile-not-found'))
      expect(await names(home), where).to.deep.equal(['gone', 'other'])
      expect(await readActive(home), where).to.deep.equal({name: 'gone'})
      expect(readFileSync(join(home, 'profiles/gone/config.yaml'), 'utf8'), where).to.equal(config)
      expect(readdirSync(join(home, 'logs/gateways')), where).to.deep.equal(['gone'])
      checkTidy(home, where)
    })
  })

  it('refused by the disk at any point, it ends with a code and the old state, or with the new one', async () => {
    const all = await points('create', model, 'new')
    const faults = {fsync: ['EIO', 'ENOSPC'], mkdir: ['ENOSPC', 'EACCES'], rename: ['EIO', 'EROFS'], rmdir: [], unlink: []}
    const refused = all.flatMap((point) => faults[point.call].map((error) => ({...point, error})))
    expect(refused.length).to.be.above(8)
    await atEach(refused, model, async (point, home, where) => {
      const {stdout} = await withFault(
        words(home, 'create', 'new'),
        point.call,
        `error=${(point as Point & {error: string}).error}`,
        point.when,
      )
      const answer = JSON.parse(stdout) as {code?: string; message?: string}
      await checkWhole(home, where)
      if (answer.code) {
        expect(answer.code, where).to.be.oneOf(['storage', 'permission'])
        expect(answer.message, where).to.match(/cannot be (?:created|changed|written)/)
      }

      expect(await names(home), `${where} ${stdout}`).to.deep.equal(answer.code ? ['coder', 'other'] : ['coder', 'new', 'other'])
      expect(
        readdirSync(join(home, 'profiles')).filter((name) => name.includes('staging')),
        where,
      ).to.deep.equal([])
    })
  })
})
