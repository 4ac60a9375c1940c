import assert from 'node:assert/strict'
import {setTimeout as delay} from 'node:timers/promises'

import {isServiceManagerError, type ServiceManagerError, type ServiceManagerErrorCode} from '../errors.js'
import type {ServiceManager} from '../types.js'

/** Milliseconds between two looks. */
const INTERVAL = 15

/** Looks again until there is an answer; fails at the deadline (milliseconds from now) with what was last seen. */
export async function until<T>(what: string, patience: number, look: () => Promise<T | false> | T | false): Promise<T> {
  const deadline = Date.now() + patience
  for (;;) {
    const answer = await look()
    if (answer !== false) return answer
    if (Date.now() > deadline) throw new assert.AssertionError({message: `${what}: not so within ${patience} ms`})
    await delay(INTERVAL)
  }
}

/** Waits where nothing may happen: absence has no event to wait for. */
export const quiet = (milliseconds: number): Promise<void> => delay(milliseconds)

async function within<T>(what: string, patience: number, running: Promise<T>): Promise<T> {
  const timer = new AbortController()
  running.catch(() => {})
  try {
    return await Promise.race([
      running,
      delay(patience, undefined, {signal: timer.signal}).then(() => {
        throw new assert.AssertionError({message: `${what} did not return within ${patience} ms`})
      }),
    ])
  } finally {
    timer.abort()
  }
}

/** The same manager; a verb that hangs fails its test and says which. */
export function patient<M extends ServiceManager>(manager: M, patience: number): M {
  const watch = (name: string, member: unknown) =>
    typeof member === 'function' && name !== 'logs'
      ? (...args: unknown[]) => within(`${name}(${nameOf(args[0])})`, patience, Promise.resolve(member.apply(manager, args)))
      : member
  return new Proxy(manager, {get: (target, name) => watch(String(name), Reflect.get(target, name))})
}

const nameOf = (argument: unknown): string => {
  if (typeof argument === 'object' && argument !== null && 'id' in argument) return JSON.stringify(argument.id)
  return typeof argument === 'string' ? JSON.stringify(argument) : ''
}

/** It must fail, and with one of these codes. */
export async function refused(what: string, running: Promise<unknown>, ...codes: ServiceManagerErrorCode[]): Promise<ServiceManagerError> {
  let value: unknown
  try {
    value = await running
  } catch (error) {
    assert.ok(isServiceManagerError(error), `${what}: must fail with a ServiceManagerError, but threw ${String(error)}`)
    assert.ok(codes.includes(error.code), `${what}: must fail with ${codes.join(' or ')}, not ${error.code} (${error.message})`)
    assert.notEqual(error.message.trim(), '', `${what}: the error says nothing`)
    return error
  }

  throw new assert.AssertionError({message: `${what}: must fail with ${codes.join(' or ')}, but succeeded (${JSON.stringify(value)})`})
}
