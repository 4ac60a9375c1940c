import {Config, flush, run} from '@oclif/core'
import {userInfo} from 'node:os'

import {checkBackend} from './announced.js'
import {backendNamed, normaliseArgv, type CommandName} from './argv.js'
import {report} from './report.js'

const commandNames = (config: Config): CommandName[] =>
  config.commands.map(({args, id, strict}) => ({id, takesWords: strict === false || Object.keys(args ?? {}).length > 0}))

/** oclif asks for the user's shell, and a container may run as a user that no passwd file names. */
function ensureShell(): void {
  if (process.env.SHELL !== undefined) return
  try {
    userInfo()
  } catch {
    process.env.SHELL = '/bin/sh'
  }
}

/** What oclif makes of a plugin that cannot be loaded: five lines that do not name it. `hermes backend` and doctor do. */
function quietPlugins(): void {
  const printers = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (/ Plugin: /.test(warning.name)) {
      process.stderr.write(`Warning: a plugin cannot be loaded (hermes backend says which): ${warning.message.split('\n')[0]}\n`)
    } else {
      for (const print of printers) print.call(process, warning)
    }
  })
}

/** From the words on the command line to an exit code. `url` is the bin's, from which oclif finds its package. */
export async function main(url: string): Promise<void> {
  try {
    ensureShell()
    quietPlugins()
    const config = await Config.load(url)
    const argv = normaliseArgv(process.argv.slice(2), commandNames(config))
    // Help on error and deprecation warnings read it again.
    process.argv.splice(2, process.argv.length, ...argv)
    // Before anything is detected, and for what is run from here too.
    const backend = config.findCommand(argv[0]!)?.flags.backend ? backendNamed(argv) : undefined
    if (backend) {
      checkBackend(config, backend)
      process.env.HERMES_BACKEND = backend
    }

    await run(argv, config)
    await flush()
  } catch (error) {
    report(error)
  }
}
