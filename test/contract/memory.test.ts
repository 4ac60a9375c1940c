import {conformance} from '@hermes-cli/service-manager/conformance'
import {createMemoryBackend} from '@hermes-cli/service-manager/memory'

import {memoryHarness} from '../support/harness.js'

conformance({describe, it}, memoryHarness(createMemoryBackend()))
