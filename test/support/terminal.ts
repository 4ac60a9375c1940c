import {execa} from 'execa'
import {spawn} from 'node:child_process'
import {once} from 'node:events'

import {until} from './wait.js'

export interface Terminal {
  /** All that was shown so far. */
  shown(): string
  type(text: string): void
  /** Until it was shown. */
  shows(pattern: RegExp): Promise<void>
  /** The exit code of the client, which is the container's. */
  ended(): Promise<number>
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** Whether there is `script` of util-linux, which gives a program a terminal. */
export async function hasTerminals(): Promise<boolean> {
  const {stdout} = await execa('script', ['--version'], {reject: false})
  return stdout?.includes('util-linux') ?? false
}

/** The engine's client in a terminal of its own. */
export function dockerInTerminal(args: readonly string[]): Terminal {
  const words = ['docker', ...args]
  const child = spawn('script', ['--quiet', '--return', '--command', words.map((word) => quoted(word)).join(' '), '/dev/null'], {
    env: {...process.env, SHELL: '/bin/sh', TERM: 'dumb'},
  })
  let text = ''
  child.stdout.on('data', (data) => {
    text += String(data)
  })
  const exit = once(child, 'close')
  return {
    async ended() {
      const [code] = await exit
      return code as number
    },
    shown: () => text,
    async shows(pattern) {
      await until(`the terminal shows ${String(pattern)}`, () => pattern.test(text), 30_000).catch((error: Error) => {
        throw new Error(`${error.message}\n${text}`)
      })
    },
    type(typed) {
      child.stdin.write(typed)
    },
  }
}
