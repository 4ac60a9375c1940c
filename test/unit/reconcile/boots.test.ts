import {expect} from 'chai'
import {existsSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories} from '../../support/directories.js'
import {seedProfile} from '../../support/homes.js'
import {reconcilingBench, type Bench} from '../../support/reconciling.js'

describe('Reconciling boot after boot', () => {
  cleanUpDirectories()
  let home: Bench['home']
  let recorder: Bench['recorder']
  let run: Bench['run']
  let named: Bench['named']

  beforeEach(() => {
    ;({home, named, recorder, run} = reconcilingBench())
  })

  describe('a gateway that never gets beyond starting', () => {
    const boot = async (number: number) => {
      recorder.slots.clear()
      return (await named({boot: `boot-${number}`}))[0]!
    }

    it('is tried at two boots and left down at the third, until it got further', async () => {
      const directory = seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      expect((await boot(1)).action).to.equal('started')
      expect((await boot(2)).action).to.equal('started')
      expect(await boot(3)).to.include({action: 'registered', reason: 'not started: it was still starting at 3 boots in a row'})
      expect((await boot(4)).action).to.equal('registered')
      seedProfile(home, 'coder', {state: 'running'})
      expect((await boot(5)).action).to.equal('started')
      expect(existsSync(join(directory, 'gateway_boot.json'))).to.equal(false)
      seedProfile(home, 'coder', {state: 'starting'})
      expect((await boot(6)).action).to.equal('started')
    })

    it('is counted once a boot: not by a second reconcile over a live tree, not by a dry run', async () => {
      const directory = seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      const count = () => JSON.parse(readFileSync(join(directory, 'gateway_boot.json'), 'utf8')).starting_in_a_row
      await boot(1)
      for (let again = 0; again < 5; again++) expect((await named({boot: 'boot-1'}))[0]!.action).to.equal('started')
      await named({boot: 'boot-2', dryRun: true})
      expect(count()).to.equal(1)
    })

    it('is counted at the next boot also where the slots of the last one are still there', async () => {
      seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      for (const number of [1, 2]) expect((await named({boot: `boot-${number}`}))[0]!.action).to.equal('started')
      expect((await named({boot: 'boot-3'}))[0]!.action).to.equal('registered')
    })

    it('is counted within one boot too when the whole tree was made anew', async () => {
      seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      const verdicts = []
      for (let tree = 0; tree < 3; tree++) {
        recorder.slots.clear()
        verdicts.push((await named())[0]!.action)
      }

      expect(verdicts).to.deep.equal(['started', 'started', 'registered'])
    })

    it('has a count that may be rubbish without harm', async () => {
      const directory = seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      for (const text of ['', '[]', '{"starting_in_a_row": -1, "boot": ""}', '{"starting_in_a_row": "9", "boot": "x"}']) {
        writeFileSync(join(directory, 'gateway_boot.json'), text)
        recorder.slots.clear()
        const {actions, warnings} = await run()
        expect(actions[1], text).to.include({action: 'started'})
        expect(warnings.join(','), text).to.include('gateway_boot.json')
      }
    })
  })

  describe('for the first time, asked to run by the environment', () => {
    const intent = (): string => readFileSync(join(home, 'gateway_intent.json'), 'utf8')

    it('starts the default gateway, and writes that down', async () => {
      const {actions} = await run({bootstrapState: 'running'})
      expect(actions[0]).to.include({action: 'started', intent: 'running'})
      expect(JSON.parse(intent())).to.include({by: 'bootstrap', desired_state: 'running'})
    })

    it('makes a blank home for it', async () => {
      const blank = join(home, 'blank')
      expect((await run({bootstrapState: 'running', home: blank})).actions[0]).to.include({action: 'started'})
    })

    it('never overrules what is there: a state, an intent, a symlink, not even a broken one', async () => {
      const present: Array<() => void> = [
        () => seedProfile(home, 'default', {state: 'stopped'}),
        () => seedProfile(home, 'default', {intent: 'stopped'}),
        () => writeFileSync(join(home, 'gateway_intent.json'), 'rubbish'),
        () => symlinkSync('/nowhere', join(home, 'gateway_state.json')),
      ]
      for (const make of present) {
        make()
        expect((await run({bootstrapState: 'running'})).actions[0]).to.include({action: 'registered'})
        for (const file of ['gateway_state.json', 'gateway_intent.json']) rmSync(join(home, file), {force: true})
      }
    })

    it('ignores every other value with a warning', async () => {
      for (const value of ['RUNNING', ' running', 'stopped', '1', 'x'.repeat(9999)]) {
        const {actions, warnings} = await run({bootstrapState: value})
        expect(actions[0]).to.include({action: 'registered'})
        expect(warnings.join(',')).to.match(/HERMES_GATEWAY_BOOTSTRAP_STATE is ignored/)
      }

      expect((await run({bootstrapState: ''})).warnings).to.deep.equal([])
    })
  })
})
