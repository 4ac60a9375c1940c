import {serviceDirectories, type ServiceSpec} from '@hermes-cli/service-manager'
import {createHost} from '#hermes/host/host.js'

import {expect} from 'chai'
import {cpSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

cleanUpDirectories()

const HOME = '/home/ada/.hermes'
const services = (root: string) => serviceDirectories(createHost({environment: {}, home: HOME}), root, 'hermes-')
const spec = (id: string): ServiceSpec => ({
  command: ['/bin/true'],
  description: '',
  environment: {},
  home: HOME,
  id,
  logDirectory: 'logs',
  readiness: 'none',
  stopSeconds: 1,
  workingDirectory: '/',
})

describe('service directories', () => {
  it('that are not there hold no services', () => {
    expect(services(join(temporaryDirectory(), 'none')).ids()).to.deep.equal([])
  })

  it('count once: a copy of one under another name is no service, and not ours', async () => {
    const root = temporaryDirectory()
    await services(root).put(spec('a'), {})
    await services(root).put(spec('b'), {})
    const [a, b] = readdirSync(root).sort()
    cpSync(join(root, a!), join(root, `${a!}.bak`), {recursive: true})
    expect(services(root).ids()).to.deep.equal(['a', 'b'])
    cpSync(join(root, a!, 'hermes.json'), join(root, b!, 'hermes.json'))
    expect(services(root).ids()).to.deep.equal(['a'])
    expect(() => services(root).get('b')).to.throw(/was not made by hermes/)
  })

  it('of a record that names no service are passed over', async () => {
    const root = temporaryDirectory()
    await services(root).put(spec('a'), {})
    writeFileSync(join(root, readdirSync(root)[0]!, 'hermes.json'), JSON.stringify({home: HOME, id: {}, made_by: 'hermes'}))
    expect(services(root).ids()).to.deep.equal([])
  })
})
