import {writeSync} from 'node:fs'

/**
 * One line on stderr. Straight to the descriptor: process.stderr would load streams, and a log reader that went away
 * (EPIPE) must not end a gateway.
 */
export function say(text: string): void {
  try {
    writeSync(2, `hermes: ${text.replaceAll(/[\r\n]+/g, ' ')}\n`)
  } catch {
    // Nobody listens.
  }
}
