import type {Interfaces} from '@oclif/core'

import {hermesContext, provideContext, type DetectionResult, type HermesContext} from '@hermes-cli/service-manager'

import {createHost} from '../host/host.js'
import {resolveHome} from '../profile/paths.js'
import {connectBackend, detectBackends} from './backends.js'

/** The context of this process: made at the first call, the same one for every command run after it. */
export function ensureContext(config: Interfaces.Config): HermesContext {
  const existing = hermesContext(config)
  if (existing) return existing
  const home = resolveHome(process.env)
  const warn = (message: string): void => {
    process.stderr.write(`Warning: ${message}\n`)
  }

  const host = createHost({environment: process.env, home, warn})
  let detection: Promise<DetectionResult> | undefined
  const context: HermesContext = {
    connect(kind, overrides) {
      const environment = {...process.env, ...overrides}
      return connectBackend(config, createHost({environment, home: resolveHome(environment), warn}), kind)
    },
    detect() {
      detection ??= detectBackends(config, host)
      return detection
    },
    host,
  }
  provideContext(config, context)
  return context
}
