import type {Host} from '@hermes-cli/service-manager'

import {stat} from 'node:fs/promises'

import {HermesError} from '../profile/errors.js'

const NAME = /^[a-z_][\w.-]{0,255}\$?$/i

/**
 * A gateway of the machine runs as the owner of its home, whichever verb registers it. Throws `usage` for a user there
 * is not, `permission` for one whose home this is not: it could not write there.
 */
export async function checkRunAs(host: Pick<Host, 'exec' | 'home' | 'uid'>, user: string): Promise<void> {
  if (!NAME.test(user)) throw new HermesError('usage', `${JSON.stringify(user)} is no user name`)
  const {exitCode, stdout} = await host.exec('id', ['-u', user])
  if (exitCode !== 0 || !/^\d+\n?$/.test(stdout)) throw new HermesError('usage', `there is no user "${user}" on this machine`)
  const uid = Number(stdout)
  const owner = (await stat(host.home).catch(() => undefined))?.uid ?? host.uid
  if (owner === uid) return
  throw new HermesError('permission', `${host.home} belongs to user ${owner}, and ${user} is user ${uid}: a gateway writes in its home`, {
    suggestions: [`Name that user's own home: HERMES_HOME=~${user}/.hermes`, `Or give it away: chown -R ${user} ${host.home}`],
  })
}
