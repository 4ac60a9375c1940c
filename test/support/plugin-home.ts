import {execa} from 'execa'
import {join} from 'node:path'

import type {CliResult} from './cli.js'

import {authorsEnvironment} from './author.js'
import {root} from './directories.js'

/** `hermes` in a directory, as a user with this home runs it. */
export const hermesAt =
  (home: string, cwd: string, extra: Record<string, string> = {}) =>
  async (...words: string[]): Promise<CliResult> => {
    const environment = {...authorsEnvironment(home), HERMES_S6_SCANDIR: '/nonexistent/hermes-test', npm_config_offline: 'true', ...extra}
    const result = await execa(process.execPath, [join(root, 'bin/run.js'), ...words], {
      cwd,
      env: environment,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: 120_000,
    })
    return {code: result.exitCode ?? -1, json: () => JSON.parse(result.stdout), stderr: result.stderr, stdout: result.stdout}
  }

export type HermesAt = ReturnType<typeof hermesAt>
