import {BOOTS} from './boots.js'
import {CLAIMS} from './claims.js'
import {DEFINITIONS} from './definitions.js'
import {IDENTITY} from './identity.js'
import type {Mutant} from './kinds.js'
import {PROCESSES} from './processes.js'
import {PROGRAMS} from './programs.js'

export {disposeShared} from './identity.js'
export type {Mutant} from './kinds.js'

export const MUTANTS: readonly Mutant[] = [...BOOTS, ...CLAIMS, ...DEFINITIONS, ...IDENTITY, ...PROCESSES, ...PROGRAMS]
