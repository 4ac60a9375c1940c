import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {cpSync} from 'node:fs'
import {join} from 'node:path'

import {programIn, type Hermes} from './cli.js'
import {fixture} from './directories.js'

export interface NodeBinary {
  readonly path: string
  readonly version: string
}

const given = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run these tests with \`npm test -- nodes\`, which fetches what they need`)
  return value
}

/** Every Node that hermes promises to run on, oldest first. */
export const nodeBinaries = (): NodeBinary[] =>
  given('HERMES_TEST_NODES')
    .split(':')
    .map((path) => ({path, version: execFileSync(path, ['--version'], {encoding: 'utf8', env: {}}).trim()}))

/** hermes on one Node, which may not warn of anything: what is deprecated is thrown. */
export function strictHermes(home: string, node: NodeBinary, hermes: string): Hermes {
  const run = programIn(home, [node.path, hermes], {NODE_OPTIONS: '--throw-deprecation --pending-deprecation'})
  return async (...words) => {
    const result = await run(...words)
    expect(result.stderr, `${words.join(' ')} on ${node.version}`).not.to.match(/warning|deprecat|\n\s+at /i)
    return result
  }
}

/** A plugin with @oclif/core 5 and the contract of the packed hermes, each a copy of its own. */
export function strangersPlugin(directory: string, prefix: string): string {
  const root = join(directory, 'hermes-backend-stranger')
  const contract = 'node_modules/@hermes-cli/service-manager'
  cpSync(fixture('stranger'), root, {recursive: true})
  cpSync(given('HERMES_TEST_OCLIF_5'), join(root, 'node_modules'), {recursive: true})
  cpSync(join(prefix, 'lib/node_modules/hermes-cli', contract), join(root, contract), {recursive: true})
  return root
}
