import {expect} from 'chai'
import {execa} from 'execa'
import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, join} from 'node:path'

import {cleanEnvironment} from '../support/cli.js'
import {root} from '../support/directories.js'
import {labHome, scope, toolEnvironment, unitDirectory} from '../support/systemd.js'
import {until} from '../support/wait.js'

interface Finding {
  readonly check: string
  readonly cure: string
  readonly message: string
}

describe(`hermes doctor on systemd (${scope})`, () => {
  const lab = labHome()
  const {hermes, ok, unit} = lab
  const findings = async (): Promise<Finding[]> => (await hermes('doctor', '--json')).json().findings
  const path = () => join(unitDirectory, unit('coder'))
  const edit = () => writeFileSync(path(), readFileSync(path(), 'utf8').replace('Restart=always', 'Restart=no'))
  /** The command in a cure, as a person would paste it. */
  const follow = async ({cure}: Finding) => {
    const bin = join(lab.home, 'bin')
    mkdirSync(bin, {recursive: true})
    writeFileSync(join(bin, 'hermes'), `#!/bin/sh\nexec ${process.execPath} ${join(root, 'bin/run.js')} "$@"\n`, {mode: 0o755})
    const command = cure.replace(/^[A-Z][^:]*: /, '')
    const clean = cleanEnvironment(lab.home, {HOME: homedir(), ...toolEnvironment})
    await execa('sh', ['-c', command], {env: {...clean, PATH: `${bin}:${clean.PATH}`}, extendEnv: false})
    rmSync(bin, {recursive: true})
  }

  const cured = async (text: RegExp) => {
    const found = (await findings()).filter(({message}) => text.test(message))
    expect(found, `a finding like ${text}`).not.to.have.length(0)
    await follow(found[0]!)
    expect((await findings()).filter(({message}) => text.test(message))).to.deep.equal([])
  }

  it('finds nothing where all is well', async () => {
    await ok('gateway:start', 'coder')
    const result = await hermes('doctor', '--json')
    expect([result.code, result.json().findings]).to.deep.equal([0, []])
  })

  it('names what was edited in a unit, as the status does; restart and start mend it, with a word', async () => {
    await ok('gateway:start', 'coder')
    edit()
    expect((await ok('gateway:status', 'coder', '--json')).json().drift).to.match(/it has "Restart=no"/)
    await cured(/was edited: it has "Restart=no"/)
    for (const verb of ['gateway:start', 'gateway:restart']) {
      edit()
      expect((await ok(verb, 'coder')).stderr, verb).to.match(/written anew: the unit was edited: it has "Restart=no"/)
      expect(readFileSync(path(), 'utf8')).to.include('Restart=always')
    }
  })

  it('names one that has failed, and the reason', async () => {
    await ok('gateway:start', 'coder')
    const config = join(lab.directory('coder'), 'config.yaml')
    writeFileSync(config, JSON.stringify({gateway: {command: 'exit 78', ready: {after: 0.1}}}))
    await hermes('gateway:restart', 'coder')
    await until('it has failed', async () => (await hermes('gateway:status', 'coder', '--json')).json().state === 'failed')
    const {code, json} = await hermes('doctor', '--json')
    expect(code).to.equal(1)
    expect(
      json()
        .findings.map(({message}: Finding) => message)
        .join('\n'),
    )
      .to.match(/has failed: it exited with 78/)
      .and.to.match(/meant to run and is failed/)
  })

  it('names the service of a profile that is gone, with a cure for it', async () => {
    await ok('gateway:start', 'coder')
    rmSync(lab.directory('coder'), {recursive: true})
    await cured(/service "coder", and there is no such profile/)
    expect(() => unit('coder')).to.throw(/no unit/)
  })

  it('names one whose directory is still there and is no profile any more', async () => {
    await ok('gateway:install', 'coder', '--no-start')
    const soul = join(lab.directory('coder'), 'SOUL.md')
    renameSync(soul, join(dirname(soul), 'OLD.md'))
    await cured(/service "coder", and there is no such profile/)
  })
})
