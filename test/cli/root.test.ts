import {expect} from 'chai'
import {execa} from 'execa'
import {chownSync, lstatSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanEnvironment, type CliResult} from '../support/cli.js'
import {cleanUpDirectories, isOpenToOthers, root, temporaryDirectory} from '../support/directories.js'
import {freePort} from '../support/gateway.js'
import {familyOf, killAll} from '../support/processes.js'

cleanUpDirectories()

const USER = 12_345

describe('root in the home of another user', () => {
  let base: string
  let home: string
  let tree = 0

  const as = async (uid: number, ...words: string[]): Promise<CliResult> => {
    const drop = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', process.execPath, join(root, 'bin/run.js')]
    const options = {env: cleanEnvironment(home), extendEnv: false, reject: false, timeout: 60_000} as const
    const {exitCode, stderr, stdout} = await execa('setpriv', [...drop, ...words], options)
    return {code: exitCode ?? -1, json: () => JSON.parse(stdout), stderr, stdout}
  }

  const user = async (...words: string[]): Promise<any> => {
    const result = await as(USER, ...words, '--json')
    expect(result.code, `${words.join(' ')}: ${result.stdout}${result.stderr}`).to.equal(0)
    return result.json()
  }

  /** Every name below it with its owner. */
  const names = (): string[] =>
    readdirSync(base, {recursive: true})
      .map((name) => `${String(name)} ${lstatSync(join(base, String(name))).uid}`)
      .sort()

  beforeEach(async function () {
    if (process.getuid?.() !== 0 || !isOpenToOthers()) this.skip()
    base = temporaryDirectory()
    home = join(base, 'home')
    chownSync(base, USER, USER)
    tree = (await user('s6', 'boot')).pid
    await user('profile:create', 'coder', '--port', String(await freePort()))
    await user('gateway:start', 'coder')
    // A configuration that nobody has parsed yet.
    writeFileSync(join(home, 'profiles/coder/config.yaml'), `port: ${await freePort()}\n`)
    rmSync(join(home, 'profiles/coder/.config-cache.json'))
    rmSync(join(home, '.config-cache.json'), {force: true})
  })

  afterEach(async () => {
    if (tree === 0) return
    const members = familyOf(tree)
    await as(USER, 's6', 'shutdown')
    await killAll(members)
  })

  it('may look at everything, and leaves nothing behind', async () => {
    const before = names()
    for (const words of [
      ['gateway:list'],
      ['gateway:status', '--all', '--json'],
      ['gateway:status', 'coder'],
      ['gateway:logs', 'coder', '-n', '3'],
      ['profile:list'],
      ['profile:show', 'coder'],
      ['backend'],
      ['backend:inspect'],
      ['container:health'],
      ['container:reconcile', '--dry-run'],
    ]) {
      const {code, stderr, stdout} = await as(0, ...words)
      // Of one that is down the status is 3.
      expect([0, words.includes('--all') ? 3 : 0], `${words.join(' ')}: ${stdout}${stderr}`).to.include(code)
      expect(names(), words.join(' ')).to.deep.equal(before)
    }
  })

  it('changes nothing: a reconcile is refused with the cure', async () => {
    const before = names()
    const {code, json} = await as(0, 'container:reconcile', '--json')
    expect(code).to.equal(77)
    const {error} = json()
    expect(error).to.include({code: 'permission', exit: 77})
    expect(error.message).to.include(home).and.include(String(USER))
    expect(error.suggestions[0]).to.include(`setpriv --reuid=${USER}`)
    for (const words of [
      ['gateway:run', '--supervise', '-p', 'coder'],
      ['container:reconcile', '--home', home],
    ]) {
      expect((await as(0, ...words)).code, words.join(' ')).to.equal(77)
    }

    expect(names()).to.deep.equal(before)
    await user('s6', 'shutdown')
    rmSync(join(home, 'run'), {recursive: true})
    const gone = names()
    const boot = await as(0, 's6', 'boot', '--json')
    expect(boot.code, boot.stdout).to.equal(77)
    expect(boot.json().error.message).to.include(`belongs to user ${USER}`)
    expect(names()).to.deep.equal(gone)
    tree = (await user('s6', 'boot')).pid
    expect((await user('container:reconcile')).errors).to.deep.equal([])
  })

  it('is no matter for the user: the health of the container and the cache are theirs', async () => {
    const {code, stdout} = await as(USER, 'container', 'health')
    expect(code, stdout).to.equal(0)
    await user('profile:show', 'coder')
    expect(lstatSync(join(home, 'profiles/coder/.config-cache.json')).uid).to.equal(USER)
  })
})
