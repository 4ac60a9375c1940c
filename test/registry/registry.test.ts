import {expect} from 'chai'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {authorsProject, npm, packed, packedContract} from '../support/author.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {hermesAt} from '../support/plugin-home.js'
import {startRegistry, type Registry} from '../support/registry.js'
import {createRunsvdir} from '../support/runsvdir.js'

/** From an author's directory through a real package registry into the hermes of a user. */
describe('a package registry', function () {
  this.timeout(180_000)
  cleanUpDirectories()
  let registry: Registry
  const made: string[] = []

  before(async () => {
    registry = await startRegistry(process.env.HERMES_TEST_REGISTRY!)
    const author = temporaryDirectory()
    const publish = (file: string) => npm(author, author, 'publish', file, '--userconfig', registry.npmrc)
    const contract = await packedContract(author)
    const project = await authorsProject(author, contract)
    const artefact = await packed(project, author)
    // The same without what it bundles, so that npm has to fetch the contract.
    const manifest = join(project, 'package.json')
    const about = JSON.parse(readFileSync(manifest, 'utf8'))
    delete about.bundleDependencies
    writeFileSync(manifest, JSON.stringify({...about, name: 'hermes-backend-runit-plain'}))
    const lean = await packed(project, author)
    for (const file of [contract, artefact, lean]) await publish(file)
    made.push(...[contract, project, artefact, lean].map((path) => dirname(path)))
  })

  after(async () => {
    await registry.stop()
    for (const directory of made) rmSync(directory, {force: true, recursive: true})
  })

  it('gives the contract to an author who has nothing else', async () => {
    const project = temporaryDirectory()
    await npm(project, project, 'init', '-y')
    await npm(project, project, 'install', '@hermes-cli/service-manager', '--userconfig', registry.npmrc)
    const {dependencies} = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
    expect(dependencies).to.have.keys('@hermes-cli/service-manager')
  })

  for (const name of ['hermes-backend-runit', 'hermes-backend-runit-plain']) {
    it(`gives ${name} to hermes plugins install`, async () => {
      const home = temporaryDirectory()
      const runit = await createRunsvdir(home)
      try {
        const hermes = hermesAt(home, home, {
          HERMES_NPM_REGISTRY: registry.url,
          npm_config_offline: 'false',
          npm_config_userconfig: registry.npmrc,
          SVDIR: runit.host.environment.SVDIR,
        })
        const installed = await hermes('plugins', 'install', name)
        expect(installed.code, installed.stdout + installed.stderr).to.equal(0)
        expect((await hermes('plugins')).stdout).to.include(`${name} 1.0.0`)
        const chosen = (await hermes('backend:inspect', '--json')).json()
        expect(chosen).to.include({chosen: 'runit', label: 'runit'})
        expect((await hermes('plugins', 'uninstall', name)).code).to.equal(0)
      } finally {
        await runit.dispose()
      }
    })
  }
})
