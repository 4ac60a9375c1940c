import {constants} from 'node:os'

import type {GatewayStateName} from '../state.js'
import type {StopSignal} from './signals.js'

/** Why a gateway ended. */
export type Ending =
  /** Cannot ever start as configured. */
  | {readonly kind: 'config'; readonly because: string}
  /** Could not start this time. */
  | {readonly kind: 'failed'; readonly because: string}
  | {readonly kind: 'program'; readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly neverRan?: boolean}
  /** `planned`: a marker said so. `note`: how the drain went when it did not go well. */
  | {readonly kind: 'signal'; readonly signal: StopSignal; readonly planned: boolean; readonly note?: string}

export interface Outcome {
  /** What is left in gateway_state.json. `running`: the operator still wants it. */
  readonly state: Extract<GatewayStateName, 'running' | 'startup_failed' | 'stopped'>
  /** 0 stay down, 75 restart at once, 78 never restart, anything else restart with a back-off. */
  readonly exitCode: number
  readonly reason: string
}

/** Pure: the exit-code table. */
export function outcomeOf(ending: Ending): Outcome {
  switch (ending.kind) {
    case 'config': {
      return {exitCode: 78, reason: ending.because, state: 'startup_failed'}
    }

    case 'failed': {
      return {exitCode: 1, reason: ending.because, state: 'stopped'}
    }

    case 'program': {
      return programOutcome(ending)
    }

    case 'signal': {
      const outcome = signalOutcome(ending)
      return ending.note ? {...outcome, reason: `${outcome.reason}; ${ending.note}`} : outcome
    }
  }
}

/** Failed starts in a row after which a manager that would never stop trying is told to. */
export const GIVE_UP = 5

/**
 * Pure: the outcome for a manager that restarts whatever does not end with 0. What is never to be restarted ends with 0,
 * and so does a crash loop; why it is down is in the record. `failures`: with this one.
 */
export function translated(outcome: Outcome, failures: number): Outcome {
  if (outcome.exitCode === 78) return {...outcome, exitCode: 0}
  if (outcome.exitCode === 0 || outcome.exitCode === 75 || failures < GIVE_UP) return outcome
  return {exitCode: 0, reason: `${outcome.reason}; given up after ${failures} failed starts in a row`, state: 'startup_failed'}
}

function signalOutcome({planned, signal}: Extract<Ending, {kind: 'signal'}>): Outcome {
  if (signal === 'SIGINT') return {exitCode: 0, reason: 'interrupted (SIGINT)', state: 'stopped'}
  if (signal === 'SIGUSR1') return {exitCode: 75, reason: 'restart asked for (SIGUSR1)', state: 'running'}
  if (planned) return {exitCode: 0, reason: 'stopped on request', state: 'stopped'}
  return {exitCode: 1, reason: `${signal} without a planned stop`, state: 'running'}
}

function programOutcome({code, neverRan, signal}: Extract<Ending, {kind: 'program'}>): Outcome {
  if (signal !== null) {
    return {exitCode: 128 + (constants.signals[signal] ?? 0), reason: `program was killed by ${signal}`, state: 'stopped'}
  }

  const reason = `program exited with ${code}`
  if (neverRan)
    return {
      exitCode: 78,
      reason: `the program ${code === 126 ? 'may not be executed' : 'was not found'} (its shell exited with ${code})`,
      state: 'startup_failed',
    }
  if (code === 78) return {exitCode: 78, reason: `${reason}: it cannot run as configured`, state: 'startup_failed'}
  if (code === 75) return {exitCode: 75, reason: `${reason}: it asks for a restart`, state: 'running'}
  return {exitCode: code ?? 1, reason, state: 'stopped'}
}
