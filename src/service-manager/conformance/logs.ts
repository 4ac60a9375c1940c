import assert from 'node:assert/strict'

import type {LogOptions, ServiceManager} from '../types.js'
import type {Kit} from './kit.js'
import {refused, until} from './wait.js'

async function lines(manager: ServiceManager, options: LogOptions): Promise<string[]> {
  const seen: string[] = []
  for await (const line of manager.logs!('a', options)) seen.push(line)
  return seen
}

export function logs({check}: Kit): void {
  const needs = 'logs'

  check(
    'logs gives the last lines of stdout and stderr, oldest first',
    async (stage) => {
      await stage.running('a', ['chatty=6'])
      const last = await until('the last line is there', stage.patience, async () => {
        const seen = await lines(stage.manager, {follow: false, lines: 6})
        return seen.some((line) => line.endsWith('probe line 5')) && seen.some((line) => line.endsWith('probe line 6')) && seen
      })
      assert.equal(last.length, 6)
      // Two pipes may overtake each other; each keeps its own order.
      for (const parity of [0, 1]) {
        const numbers = last.map((line) => Number(/probe line (\d)$/.exec(line)?.[1])).filter((number) => number % 2 === parity)
        assert.deepEqual(numbers, [2 - parity, 4 - parity, 6 - parity])
      }

      assert.equal((await lines(stage.manager, {follow: false, lines: 2})).length, 2, 'no more lines than asked for')
    },
    {needs},
  )

  check(
    'logs outlive the process',
    async (stage) => {
      await stage.running('a', ['chatty=1'])
      await stage.manager.stop('a')
      await until('the line is there', stage.patience, async () =>
        (await lines(stage.manager, {follow: false, lines: 10})).some((line) => line.endsWith('probe line 1')),
      )
    },
    {needs},
  )

  check(
    'logs of the unknown are refused as not registered',
    async (stage) => {
      await refused('logs', lines(stage.manager, {follow: false, lines: 1}), 'not-registered')
    },
    {needs},
  )

  check(
    'following gives lines as they are written, and ends when aborted',
    async (stage) => {
      const {report} = await stage.running('a', ['chatty=1'])
      const abort = new AbortController()
      const seen: string[] = []
      const following = (async () => {
        for await (const line of stage.manager.logs!('a', {follow: true, lines: 5, signal: abort.signal})) seen.push(line)
      })()
      const has = (text: string) => () => seen.some((line) => line.endsWith(text))
      try {
        await until('the line of before', stage.patience, has('probe line 1'))
        report.command({print: 'a new line'})
        await until('the new line', stage.patience, has('a new line'))
      } finally {
        abort.abort()
      }

      let ended = false
      following.finally(() => {
        ended = true
      })
      await until('the lines end', stage.patience, () => ended)
      await following
    },
    {needs},
  )
}
