import {Errors, type Hook} from '@oclif/core'

import {EXIT} from '../cli/exit.js'
import {nearestCommands} from '../cli/nearest.js'

/** Names what was most likely meant. Never asks and never runs something else instead: scripts call hermes too. */
const commandNotFound: Hook.CommandNotFound = async function ({config, id}) {
  const known = config.commands.filter(({hidden}) => !hidden).map((command) => command.id)
  const near = nearestCommands(id, known).map((one) => `hermes ${one.replaceAll(':', ' ')}`)
  const topic = config.findTopic(id.split(':')[0]!)?.name
  throw new Errors.CLIError(`${id.replaceAll(':', ' ')} is not a hermes command`, {
    exit: EXIT.usage,
    suggestions: [...near, topic ? `hermes ${topic} --help` : 'hermes --help'],
  })
}

export default commandNotFound
