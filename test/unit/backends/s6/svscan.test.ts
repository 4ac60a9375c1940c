import {svscanEnvironment} from '@hermes-cli/backend-s6/dist/svscan.js'
import {expect} from 'chai'

describe('s6: the environment of a private tree', () => {
  it("has what a supervisor needs and none of the caller's secrets", () => {
    const environment = {API_TOKEN: 'secret', HERMES_HOME: '/elsewhere', LANG: 'C', NODE_OPTIONS: '--inspect', PATH: '/mine'}
    expect(svscanEnvironment({environment, home: '/h'})).to.deep.equal({HERMES_HOME: '/h', LANG: 'C', PATH: '/mine'})
  })

  it('has a path also where the caller has none', () => {
    expect(svscanEnvironment({environment: {}, home: '/h'}).PATH).to.include('/usr/bin')
  })
})
