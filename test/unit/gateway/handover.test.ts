import {expect} from 'chai'

import {handsOver, type RunCall} from '#hermes/gateway/handover.js'

const asked = {HERMES_GATEWAY_SUPERVISE: '1'}

describe('Whether gateway:run hands over to the service manager', () => {
  const table: Array<[string, Partial<RunCall>, boolean]> = [
    ['nobody asked', {}, false],
    ['the environment asks', {environment: asked}, true],
    ['the environment says yes in words', {environment: {HERMES_GATEWAY_SUPERVISE: 'Yes'}}, true],
    ['the environment says true', {environment: {HERMES_GATEWAY_SUPERVISE: ' TRUE '}}, true],
    ['the environment says no', {environment: {HERMES_GATEWAY_SUPERVISE: '0'}}, false],
    ['the environment says something else', {environment: {HERMES_GATEWAY_SUPERVISE: '11'}}, false],
    ['the environment opts out', {environment: {...asked, HERMES_GATEWAY_NO_SUPERVISE: '1'}}, false],
    ['the environment opts out in words', {environment: {...asked, HERMES_GATEWAY_NO_SUPERVISE: 'yes'}}, false],
    ['the environment does not opt out', {environment: {...asked, HERMES_GATEWAY_NO_SUPERVISE: '0'}}, true],
    ['the opt-out is empty', {environment: {...asked, HERMES_GATEWAY_NO_SUPERVISE: ''}}, true],
    ['--no-supervise', {environment: asked, flag: false}, false],
    ['--supervise on any machine', {flag: true}, true],
    ['--supervise against the environment', {environment: {HERMES_GATEWAY_NO_SUPERVISE: '1'}, flag: true}, true],
    ['a supervisor calls', {environment: {...asked, HERMES_SUPERVISED: '1'}}, false],
    ['a supervisor calls, with --supervise', {environment: {...asked, HERMES_SUPERVISED: '1'}, flag: true}, false],
    ['the gateway’s own program calls', {environment: {...asked, HERMES_PROFILE_DIR: '/h/profiles/coder'}, flag: true}, false],
    ['the program of another gateway calls', {environment: {...asked, HERMES_PROFILE_DIR: '/h'}}, true],
  ]
  for (const [what, call, expected] of table) {
    it(`${what}: ${expected ? 'yes' : 'no'}`, () => {
      expect(handsOver({directory: '/h/profiles/coder', environment: {}, flag: undefined, ...call})).to.equal(expected)
    })
  }
})
