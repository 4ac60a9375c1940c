import type {Hook} from '@oclif/core'

import {unknownCommand} from '../cli/nearest.js'

/** Names what was most likely meant. Never asks and never runs something else instead: scripts call hermes too. */
const commandNotFound: Hook.CommandNotFound = async function ({config, id}) {
  throw unknownCommand(config, id)
}

export default commandNotFound
