import {execa} from 'execa'
import {cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanEnvironment} from './cli.js'
import {root} from './directories.js'

export const example = join(root, 'examples/backend-runit')
const typescript = join(root, 'node_modules/typescript/bin/tsc')

/** A shell of somebody who has nothing of this checkout; npm keeps to the directory given. */
export const authorsEnvironment = (home: string): Record<string, string> =>
  cleanEnvironment(home, {
    npm_config_audit: 'false',
    npm_config_cache: join(home, '.npm'),
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  })

export async function npm(home: string, cwd: string, ...words: string[]): Promise<string> {
  const {stdout} = await execa('npm', words, {cwd, env: authorsEnvironment(home), extendEnv: false})
  return stdout
}

/** The file that is published of a package, in a directory of its own. */
export async function packed(directory: string, home: string): Promise<string> {
  const destination = mkdtempSync(join(tmpdir(), 'hermes-packed-'))
  await npm(home, directory, 'pack', '--ignore-scripts', '--pack-destination', destination)
  return join(destination, readdirSync(destination)[0]!)
}

export const packedContract = (home: string): Promise<string> => packed(join(root, 'src/service-manager'), home)

export const compile = (directory: string): Promise<unknown> => execa(process.execPath, [typescript, '-p', directory], {cwd: directory})

/**
 * The example where nothing of this checkout can be seen, with the contract from its packed file and a compiler. What
 * npm would install of it is put in place by hand: there is no network.
 */
export async function authorsProject(home: string, contract: string): Promise<string> {
  const project = join(mkdtempSync(join(tmpdir(), 'hermes-author-')), 'backend-runit')
  cpSync(example, project, {filter: (path) => !/\/(?:dist|node_modules)$/.test(path), recursive: true})
  const package_ = join(project, 'node_modules/@hermes-cli/service-manager')
  mkdirSync(package_, {recursive: true})
  await execa('tar', ['xzf', contract, '-C', package_, '--strip-components=1'])
  symlinkSync(join(root, 'node_modules/@types'), join(project, 'node_modules/@types'))
  await compile(project)
  return project
}
