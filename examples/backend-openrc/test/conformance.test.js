import {conformance} from '@hermes-cli/service-manager/conformance'
import {describe, it} from 'node:test'

import backend from '../dist/index.js'
import {createOpenrc} from './openrc.js'

// The attendant waits a second before a first restart.
conformance({describe, it}, {backend, create: async (home) => createOpenrc(home), reboot: (instance) => instance.reboot(), quiet: 1800})
