// The tiers of `npm test`, in their order.
import {join} from 'node:path'

import {root} from '../lib/process.mjs'
import {containerNeeds, prepareContainers} from './container.mjs'
import {openrcNeeds, prepareExample, prepareOpenrc, prepareOpenrcReboot} from './examples.mjs'
import {nodesNeeds, prepareNodes} from './nodes.mjs'
import {prepareRegistry} from './registry.mjs'
import {prepareReboot, prepareSystemd, systemdNeeds} from './systemd.mjs'

const node = process.execPath
const bin = (path) => join(root, 'node_modules', path)

/** `folder`: tests for mocha. `needs`: programs it cannot do without. `prepare`: what to start before and stop after, and with `prefix` how to run them in it. */
export const TIERS = [
  {
    name: 'lint',
    steps: [
      [node, bin('eslint/bin/eslint.js'), '.'],
      [node, bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    ],
  },
  {name: 'shell', needs: ['shellcheck'], steps: [[node, 'scripts/shellcheck.mjs']]},
  {name: 'types', steps: [[node, bin('typescript/bin/tsc'), '-b']]},
  {name: 'manifest', steps: [[node, 'scripts/manifest.mjs', '--check']]},
  {name: 'unit', folder: 'unit', needs: ['xmllint']},
  {name: 'contract', folder: 'contract', needs: ['s6-svscan']},
  {name: 'windows', folder: 'windows', needs: ['xmllint']},
  {name: 'cli', folder: 'cli', needs: ['s6-svscan']},
  {name: 'package', folder: 'package', needs: ['s6-svscan']},
  {name: 'nodes', folder: 'nodes', needs: nodesNeeds, prepare: prepareNodes},
  {name: 'examples', folder: 'examples', needs: ['runsvdir']},
  {name: 'plugins', folder: 'plugins', needs: ['runsvdir']},
  {name: 'registry', folder: 'registry', needs: ['runsvdir'], prepare: prepareRegistry},
  {name: 'shells', folder: 'shells', needs: ['bash', 'fish', 'tmux', 'zsh']},
  {name: 'integration', folder: 'integration', needs: ['s6-svscan', 'strace']},
  {name: 'launchd', folder: 'launchd', needs: ['plistutil', 'xmllint']},
  {name: 'systemd-user', folder: 'systemd', needs: systemdNeeds, prepare: prepareSystemd('user')},
  {name: 'systemd-system', folder: 'systemd', needs: systemdNeeds, prepare: prepareSystemd('system')},
  {name: 'systemd-reboot', folder: 'systemd-reboot', needs: systemdNeeds, prepare: prepareReboot},
  {name: 'supervisord', folder: 'supervisord', needs: ['supervisord'], prepare: prepareExample('backend-supervisord')},
  {name: 'openrc', folder: 'openrc', needs: openrcNeeds, prepare: prepareOpenrc},
  {name: 'openrc-reboot', folder: 'openrc-reboot', needs: openrcNeeds, prepare: prepareOpenrcReboot},
  {name: 'container', folder: 'container', needs: containerNeeds, prepare: prepareContainers},
  {name: 'demo', needs: ['s6-svscan'], steps: [[node, 'scripts/demo.mjs']]},
]

/** The tiers with these names, or all; programs they need are looked up. */
export async function chooseTiers(names) {
  const unknown = names.filter((name) => !TIERS.some((tier) => tier.name === name))
  if (unknown.length > 0) {
    console.error(`No such tier: ${unknown.join(', ')}. There are: ${TIERS.map(({name}) => name).join(', ')}`)
    process.exit(2)
  }

  const chosen = TIERS.filter(({name}) => names.length === 0 || names.includes(name))
  return Promise.all(chosen.map(async ({needs = [], ...tier}) => ({...tier, needs: typeof needs === 'function' ? await needs() : needs})))
}
