import type {ManagerFacts} from './types.js'

/** How a command is told to act on this manager and scope and on no other. */
export function choosing({kind, scope, scoped}: Pick<ManagerFacts, 'kind' | 'scope' | 'scoped'>): {command: string; option: string} {
  return {command: `HERMES_BACKEND=${kind} hermes`, option: scoped ? ` --${scope}` : ''}
}
