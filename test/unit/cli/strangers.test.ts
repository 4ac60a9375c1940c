import {Command, Config} from '@oclif/core'
import {ServiceManagerError} from '@hermes-cli/service-manager'
import {expect} from 'chai'

import {tellLikeOurs} from '#hermes/cli/strangers.js'

import {root} from '../../support/directories.js'

describe("errors of a stranger's command under --json", () => {
  let printed: string[]
  let exitCode: typeof process.exitCode

  abstract class Stranger extends Command {
    static override enableJsonFlag = true

    override logJson(json: unknown): void {
      printed.push(JSON.stringify(json))
    }
  }

  beforeEach(() => {
    printed = []
    exitCode = process.exitCode
    process.exitCode = undefined
  })

  afterEach(() => {
    process.exitCode = exitCode
  })

  const fail = async (command: typeof Stranger): Promise<any> => {
    const Concrete = command as unknown as new (argv: string[], config: Config) => Command & {_run(): Promise<unknown>}
    await new Concrete(['--json'], await Config.load(root))._run()
    return {...JSON.parse(printed.join('')), exit: process.exitCode}
  }

  it('have our shape and exit code, which @oclif/core 4 forgets', async () => {
    class Coded extends Stranger {
      async run(): Promise<void> {
        throw new ServiceManagerError('unavailable', 'away', {suggestions: ['come back']})
      }
    }

    tellLikeOurs(Coded)
    const error = {code: 'unavailable', exit: 69, message: 'away', suggestions: ['come back']}
    expect(await fail(Coded)).to.deep.equal({error, exit: 69})
  })

  it('keep the shape that the plugin gives them', async () => {
    class Own extends Stranger {
      async run(): Promise<void> {
        this.error('no', {exit: 7})
      }

      protected override toErrorJson(): unknown {
        return {mine: true}
      }
    }

    class Derived extends Own {}

    tellLikeOurs(Derived)
    expect(await fail(Derived)).to.include({mine: true})
  })

  it('change nothing for another command of the same plugin', async () => {
    class One extends Stranger {
      async run(): Promise<void> {
        throw new Error('one')
      }
    }

    class Other extends One {}

    tellLikeOurs(Other)
    expect(Object.hasOwn(Command.prototype, 'toErrorJson')).to.equal(true)
    expect(Object.hasOwn(One.prototype, 'toErrorJson')).to.equal(false)
  })
})
