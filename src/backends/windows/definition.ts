import type {ServiceSpec} from '@hermes-cli/service-manager'
import {readSmall} from '@hermes-cli/service-manager/small-file'

import {join} from 'node:path'

import {digest, FILES} from './files.js'

/** What brings it back at a login. */
export type Autostart = 'startup' | 'task'

/** definition.json: what the attendant runs. */
export interface Definition {
  readonly autostart: Autostart
  readonly spec: ServiceSpec
  /** Absolute path of taskkill.exe. */
  readonly taskkill: string
}

/** Of what is run: what brings it up does not matter to a process that is. */
export const digestOf = ({spec, taskkill}: Pick<Definition, 'spec' | 'taskkill'>): string => digest(JSON.stringify([spec, taskkill]))

export const definitionText = (definition: Definition): string => `${JSON.stringify(definition, undefined, 2)}\n`

/** Undefined when there is none, or none of ours. */
export function readDefinition(directory: string): Definition | undefined {
  const text = readSmall(join(directory, FILES.definition))
  if (text === undefined) return undefined
  try {
    const definition = JSON.parse(text) as Partial<Definition> | null
    const {autostart, spec, taskkill} = definition ?? {}
    const texts = [spec?.home, spec?.id, spec?.workingDirectory, spec?.logDirectory, spec?.description, taskkill]
    const sound =
      texts.every((one) => typeof one === 'string') &&
      (autostart === 'startup' || autostart === 'task') &&
      Array.isArray(spec?.command) &&
      typeof spec.environment === 'object' &&
      typeof spec.stopSeconds === 'number'
    return sound ? (definition as Definition) : undefined
  } catch {
    return undefined
  }
}
