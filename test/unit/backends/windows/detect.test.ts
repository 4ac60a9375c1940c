import {detect, locate} from '@hermes-cli/backend-windows/dist/detect.js'
import type {HostFacts} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {join} from 'node:path'

const SYSTEM = '/c/Windows/System32'
const ALL = [
  ...['schtasks', 'taskkill', 'wscript'].map((name) => `${SYSTEM}/${name}.exe`),
  `${SYSTEM}/WindowsPowerShell/v1.0/powershell.exe`,
]
const ENVIRONMENT = {LOCALAPPDATA: '/c/Users/a/AppData/Local', SystemRoot: '/c/Windows'}

const fake = (change: Partial<HostFacts> = {}, programs = ALL): HostFacts => ({
  environment: ENVIRONMENT,
  findProgram: (name, first = []) => [...first, '/evil'].map((directory) => join(directory, name)).find((path) => programs.includes(path)),
  home: '/c/Users/a/.hermes',
  isDirectory: () => false,
  platform: 'win32',
  probeFifo: () => 'absent',
  readText: () => undefined,
  uid: -1,
  ...change,
})

describe('windows: detection', () => {
  it('uses a Windows with its own programs', () => {
    expect(detect(fake())).to.deep.equal({because: `${SYSTEM}/schtasks.exe speaks for the Task Scheduler`, usable: true})
    expect(locate(fake()).tools?.powershell).to.equal(ALL[3])
    expect(detect(fake({environment: {LOCALAPPDATA: '/c/x', SYSTEMROOT: '/c/Windows'}})).usable, 'in capitals').to.equal(true)
  })

  for (const path of ALL)
    it(`does not use one without ${path}, nor another of that name on the PATH`, () => {
      const programs = [...ALL.filter((one) => one !== path), join('/evil', path.split('/').at(-1)!)]
      expect(detect(fake({}, programs))).to.deep.equal({because: `${path} is missing`, usable: false})
    })

  it('says what else is missing', () => {
    expect(detect(fake({platform: 'linux'})).because).to.equal('Task Scheduler is for Windows, this is linux')
    for (const [name, value] of [
      ['SystemRoot', undefined],
      ['SystemRoot', 'Windows'],
      ['LOCALAPPDATA', undefined],
      ['LOCALAPPDATA', ''],
    ] as const) {
      const {because, usable} = detect(fake({environment: {...ENVIRONMENT, [name]: value}}))
      expect(usable, `${name}=${value}`).to.equal(false)
      expect(because).to.match(new RegExp(`^${name} is not set`))
    }
  })
})
