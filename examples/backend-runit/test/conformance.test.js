import {conformance} from '@hermes-cli/service-manager/conformance'
import test from 'node:test'

import backend from '../dist/index.js'
import {createRunsvdir} from './runsvdir.js'

conformance(
  // Waiting for runsvdir is most of it: several tests wait at once.
  {describe: (title, body) => test.describe(title, {concurrency: 3}, body), it: test.it},
  // runsv starts a service at most once a second.
  {backend, create: (home) => createRunsvdir(home), reboot: (instance) => instance.reboot(), patience: 30_000, quiet: 1500},
)
