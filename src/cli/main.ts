import {Config, flush, run} from '@oclif/core'

import {normaliseArgv, type CommandName} from './argv.js'
import {report} from './report.js'

const commandNames = (config: Config): CommandName[] =>
  config.commands.map(({args, id, strict}) => ({id, takesWords: strict === false || Object.keys(args ?? {}).length > 0}))

/** From the words on the command line to an exit code. `url` is the bin's, from which oclif finds its package. */
export async function main(url: string): Promise<void> {
  try {
    const config = await Config.load(url)
    const argv = normaliseArgv(process.argv.slice(2), commandNames(config))
    // Help on error and deprecation warnings read it again.
    process.argv.splice(2, process.argv.length, ...argv)
    await run(argv, config)
    await flush()
  } catch (error) {
    report(error)
  }
}
