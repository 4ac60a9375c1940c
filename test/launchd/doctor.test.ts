import launchd from '@hermes-cli/backend-launchd'
import {checked} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {UID} from '../support/launchd.js'
import {playedMac, QUICK} from '../support/played-mac.js'

cleanUpDirectories()

describe('launchd: doctor', () => {
  const mac = playedMac()

  const messages = async () => (await mac.manager.doctor!()).map(({cure, message}) => `${message} -> ${cure}`).join('\n')

  it('finds nothing wrong with a service that is well', async () => {
    await mac.setUp()
    await mac.up()
    expect(await messages()).to.equal('')
  })

  it('names drift, wrong permissions, a label disabled by hand, a gone profile and a gone home', async () => {
    await mac.setUp()
    const gone = temporaryDirectory()
    const other = checked(launchd.connect(mac.standIn.hostFor(gone)))
    await other.install({...mac.spec(), home: gone, workingDirectory: gone}, {start: false})
    const profile = join(mac.home, 'profile')
    mkdirSync(profile)
    await mac.manager.install({...mac.spec(QUICK, 'lost'), workingDirectory: profile}, {start: false})
    await mac.up()
    rmSync(gone, {recursive: true})
    rmSync(profile, {recursive: true})
    const path = readdirSync(mac.standIn.plists)
      .map((name) => join(mac.standIn.plists, name))
      .find((one) => readFileSync(one, 'utf8').includes(`${mac.home}/run/attendants/launchd-user/a<`))!
    writeFileSync(path, readFileSync(path, 'utf8').replace('<integer>5</integer>', '<integer>50</integer>'))
    chmodSync(path, 0o666)
    mac.standIn.run('disable', `gui/${UID}/${path.split('/').pop()!.replace('.plist', '')}`)
    const said = await messages()
    expect(said).to.match(/edited: it has "<integer>50<\/integer>" -> Have it written anew: hermes gateway:restart a/)
    expect(said).to.match(/others may change .* -> chown \d+ .* && chmod 644/)
    expect(said).to.match(/runs, and is disabled: it does not come back -> launchctl enable gui/)
    expect(said).to.match(/is of the profile "lost", which is gone .* -> hermes gateway:uninstall lost/)
    expect(said).to.match(/is of the home .*, which is gone -> launchctl bootout gui\/\d+\/ai\.hermes\.gateway-a\.\w+; rm/)
    // Written anew by the same spec, it is well again.
    expect(await mac.manager.install(mac.spec(), {start: false})).to.deep.equal({change: 'updated', restartDue: false})
  })

  it('says so when the user is logged out', async () => {
    await mac.setUp()
    await mac.manager.install(mac.spec(), {start: false})
    mac.standIn.run('stand-in', 'logout', `gui/${UID}`)
    expect(await messages()).to.match(/no domain gui.*now.* -> Log in as that user/)
  })
})

describe('launchd: what is not ours', () => {
  const mac = playedMac()

  it('leaves definitions of others alone', async () => {
    await mac.setUp()
    await mac.manager.install(mac.spec(), {start: false})
    const path = mac.plist()
    writeFileSync(path, '<plist/>')
    for (const act of [() => mac.manager.start('a'), () => mac.manager.stop('a'), () => mac.manager.uninstall('a'), () => mac.up()]) {
      const error = await act().then(
        () => undefined,
        (error_: {code?: string}) => error_,
      )
      expect(error?.code).to.equal('not-owned')
    }

    expect(readFileSync(path, 'utf8')).to.equal('<plist/>')
    expect((await mac.manager.status('a')).state).to.equal('unknown')
  })

  it('may look at services of the machine without being root, and change nothing', async () => {
    await mac.setUp({scope: 'system'})
    await mac.up()
    const looking = checked(launchd.connect({...mac.host, uid: UID}))
    expect((await looking.status('a')).state).to.equal('running')
    for (const act of [() => looking.start('a'), () => looking.stop('a'), () => looking.uninstall('a')]) {
      const error = await act().then(
        () => undefined,
        (error_: {code?: string}) => error_,
      )
      expect(error?.code).to.equal('permission')
    }

    expect(await mac.pidOf()).to.be.greaterThan(1)
  })
})
