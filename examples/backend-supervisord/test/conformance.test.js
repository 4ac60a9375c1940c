import {conformance} from '@hermes-cli/service-manager/conformance'
import {describe, it} from 'node:test'

import backend from '../dist/index.js'
import {createSupervisord} from './supervisord.js'

conformance(
  {describe: (title, body) => describe(title, {concurrency: 2}, body), it},
  // supervisord looks once a second.
  {backend, create: createSupervisord, reboot: (instance) => instance.reboot(), quiet: 2500},
)
