import {Errors, type Interfaces} from '@oclif/core'

import {nearMisses} from '../profile/suggest.js'
import {EXIT} from './exit.js'

/** Up to three commands an unknown id was most likely meant to be, word order included: `start gateway`. */
export function nearestCommands(id: string, known: readonly string[]): string[] {
  const sorted = (text: string): string => text.split(':').sort().join(':')
  const turned = known.filter((one) => one !== id && sorted(one) === sorted(id))
  return [...new Set([...turned, ...nearMisses(id, known)])].slice(0, 3)
}

/** Of words that name no command, with those that were most likely meant. */
export function unknownCommand(config: Pick<Interfaces.Config, 'commands' | 'findTopic'>, id: string): Errors.CLIError {
  if (id.startsWith('-')) return new Errors.CLIError(`hermes itself has no flag ${id}`, {exit: EXIT.usage, suggestions: ['hermes --help']})
  const known = config.commands.filter(({hidden}) => !hidden).map((command) => command.id)
  const near = nearestCommands(id, known).map((one) => `hermes ${one.replaceAll(':', ' ')}`)
  const topic = config.findTopic(id.split(':')[0]!)?.name
  return new Errors.CLIError(`${id.replaceAll(':', ' ')} is not a hermes command`, {
    exit: EXIT.usage,
    suggestions: [...near, topic ? `hermes ${topic} --help` : 'hermes --help'],
  })
}
