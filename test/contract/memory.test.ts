import {conformance} from '@hermes-cli/service-manager/conformance'

import {memoryHarness, soundMemory} from '../support/harness.js'

conformance({describe, it}, memoryHarness(soundMemory()))
