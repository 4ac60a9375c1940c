import {expect} from 'chai'
import {execaSync} from 'execa'
import {mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {writeIntent} from '#hermes/gateway/intent.js'
import {createProfile, deleteProfile, listProfiles, renameProfile} from '#hermes/profile/store.js'
import {reconcile} from '#hermes/reconcile/reconcile.js'
import {gatewaySpec} from '#hermes/gateway/spec.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, snapshot} from '../../support/homes.js'
import {recordingManager} from '../../support/recording-manager.js'

const launcher = {hermes: '/usr/bin/hermes', node: '/usr/bin/node'}
const names = async (home: string): Promise<string[]> => (await listProfiles(home)).profiles.slice(1).map(({name}) => name)

describe('A disk that takes no more', () => {
  let disk: string
  let home: string
  let mounted = false

  beforeEach(function () {
    disk = temporaryDirectory()
    const mount = execaSync('mount', ['-t', 'tmpfs', '-o', 'size=96k,nr_inodes=60,mode=700', 'tmpfs', disk], {reject: false})
    mounted = mount.exitCode === 0
    if (!mounted) {
      console.error('      no file system can be mounted here: no full disk is tried')
      this.skip()
    }

    home = join(disk, 'home')
    mkdirSync(home)
  })

  afterEach(() => {
    if (mounted) execaSync('umount', [disk])
    mounted = false
  })
  cleanUpDirectories()

  it('leaves no half profile, however little room there is, and says why', async () => {
    await createProfile(home, {name: 'coder'})
    const failures: string[] = []
    for (let pages = 0; pages < 8; pages++) {
      const filler = join(disk, 'filler')
      fill(filler)
      rmSync(filler)
      writeFileSync(filler, Buffer.alloc(Math.max(0, (free(disk) - pages) * 4096)))
      const result = await createProfile(home, {name: 'new'}).catch((error: Error & {code: string}) => error)
      if (result instanceof Error) {
        expect(result.code).to.equal('storage')
        expect(result.message).to.match(/no space left on the disk/)
        failures.push(result.message)
        expect(await names(home)).to.deep.equal(['coder'])
      } else {
        // Deleting is how one gets room again.
        await deleteProfile(home, 'new')
      }

      rmSync(filler)
      expect(readdirSync(join(home, 'profiles')).filter((name) => /staging|tmp/.test(name))).to.deep.equal([])
    }

    expect(failures.length).to.be.within(1, 7)
  })

  it('still lets a profile go when not even a tombstone fits, with a warning', async () => {
    await createProfile(home, {name: 'coder'})
    const full = () => {
      for (let i = 0; ; i++) writeFileSync(join(disk, `inode-${i}`), '')
    }

    expect(full).to.throw('ENOSPC')
    expect((await deleteProfile(home, 'coder')).join(',')).to.match(/too full for a tombstone/)
    expect(await names(home)).to.deep.equal([])
  })

  it('keeps the old intent, and costs a boot its log but not its gateways', async () => {
    await createProfile(home, {name: 'coder'})
    await writeIntent(join(home, 'profiles/coder'), 'running', 'test')
    const before = snapshot(join(home, 'profiles/coder/gateway_intent.json'))
    fill(join(disk, 'filler'))
    const error = await failure(writeIntent(join(home, 'profiles/coder'), 'stopped', 'test'))
    expect(error).to.include({code: 'storage'})
    expect(snapshot(join(home, 'profiles/coder/gateway_intent.json'))).to.deep.equal(before)
    const {manager} = recordingManager()
    const done = await reconcile({home, manager, specFor: (profile) => gatewaySpec({home, launcher, profile})})
    expect(done.actions.map(({action}) => action)).to.deep.equal(['registered', 'started'])
    expect(done.errors).to.deep.equal([])
    expect(done.warnings.join(',')).to.match(/container-boot\.log could not be written: no space left/)
  })

  it('says so when it is read-only, and changes nothing', async () => {
    await createProfile(home, {name: 'coder'})
    execaSync('mount', ['-o', 'remount,ro', disk])
    const changes = [
      () => createProfile(home, {name: 'new'}),
      () => deleteProfile(home, 'coder'),
      () => renameProfile(home, 'coder', 'new'),
    ]
    for (const change of changes) {
      const error = await failure(change())
      expect(error).to.include({code: 'permission'})
      expect(error.message).to.match(/read-only/)
    }

    expect(await names(home)).to.deep.equal(['coder'])
  })

  it('says so when the path is too long for any file system', async () => {
    const error = await failure(createProfile(`${disk}${`/${'d'.repeat(250)}`.repeat(17)}`, {name: 'coder'}))
    expect(error).to.include({code: 'storage'})
    expect(error.message).to.match(/too long/)
  })
})

/** Writes until nothing more fits. */
function fill(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(1_048_576))
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).to.equal('ENOSPC')
  }
}

/** Free pages of 4 KiB. */
const free = (directory: string): number => Number(execaSync('stat', ['-f', '-c', '%a', directory]).stdout)
