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

/**
 * `lane`: what comes before all others, alone (`first`), and what is done one after the other beside the rest because it
 * packs or builds the checkout, or has a machine's engine (`packing`). `folder`: tests for mocha. `needs`: programs it cannot do
 * without. `prepare`: what to start before and stop after, and with `prefix` how to run them in it.
 */
export const TIERS = [
  {
    name: 'lint',
    lane: 'first',
    steps: [
      [node, bin('eslint/bin/eslint.js'), '.'],
      [node, bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    ],
  },
  {name: 'shell', lane: 'first', needs: ['git', 'shellcheck'], steps: [[node, 'scripts/shellcheck.mjs']]},
  {name: 'types', lane: 'first', steps: [[node, bin('typescript/bin/tsc'), '-b']]},
  {name: 'manifest', lane: 'first', steps: [[node, 'scripts/manifest.mjs', '--check']]},
  {name: 'unit', folder: 'unit', needs: ['xmllint']},
  {name: 'contract', folder: 'contract', needs: ['bash', 'busybox', 's6-svscan']},
  {name: 'windows', folder: 'windows', needs: ['xmllint']},
  {name: 'cli', folder: 'cli', needs: ['s6-svscan']},
  {name: 'package', lane: 'packing', folder: 'package', needs: ['s6-svscan']},
  {name: 'nodes', lane: 'packing', folder: 'nodes', needs: nodesNeeds, prepare: prepareNodes},
  {name: 'examples', lane: 'packing', folder: 'examples', needs: ['runsvdir']},
  {name: 'plugins', lane: 'packing', folder: 'plugins', needs: ['runsvdir']},
  {name: 'registry', lane: 'packing', folder: 'registry', needs: ['runsvdir'], prepare: prepareRegistry},
  {name: 'shells', folder: 'shells', needs: ['bash', 'fish', 'tmux', 'zsh']},
  {name: 'integration', folder: 'integration', needs: ['s6-svscan', 'strace']},
  {name: 'launchd', folder: 'launchd', needs: ['plistutil', 'xmllint']},
  {name: 'systemd-user', folder: 'systemd', needs: systemdNeeds, prepare: prepareSystemd('user')},
  {name: 'systemd-system', folder: 'systemd', needs: systemdNeeds, prepare: prepareSystemd('system')},
  {name: 'systemd-reboot', folder: 'systemd-reboot', needs: systemdNeeds, prepare: prepareReboot},
  {name: 'supervisord', lane: 'packing', folder: 'supervisord', needs: ['supervisord'], prepare: prepareExample('backend-supervisord')},
  {name: 'openrc', lane: 'packing', folder: 'openrc', needs: openrcNeeds, prepare: prepareOpenrc},
  {name: 'openrc-reboot', lane: 'packing', folder: 'openrc-reboot', needs: openrcNeeds, prepare: prepareOpenrcReboot},
  {name: 'container', lane: 'packing', folder: 'container', needs: containerNeeds, prepare: prepareContainers},
  {name: 'demo', lane: 'packing', needs: ['s6-svscan'], steps: [[node, 'scripts/demo.mjs']]},
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
