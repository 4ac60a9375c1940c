import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'

import type {ParsedConfig} from '../../profile/config.js'
import {HermesError} from '../../profile/errors.js'
import {say} from './log.js'

const MAX_OUTPUT = 16 * 1_048_576
const TIMEOUT = 30_000

/** Parses in a short-lived process: what yaml and the schema take would stay in this one for good. Warnings go to stderr. */
export async function compileInChild(source: string): Promise<ParsedConfig> {
  const {code, text} = await ask(source)
  try {
    const parsed = JSON.parse(text) as ParsedConfig
    if (parsed.ok) for (const warning of parsed.warnings) say(`warning: config.yaml: ${warning}`)
    return parsed
  } catch {
    throw new HermesError('storage', `config.yaml could not be checked: the process that reads it ended with ${code}`)
  }
}

function ask(source: string): Promise<{code: number | string; text: string}> {
  const script = fileURLToPath(new URL('compile-config.js', import.meta.url))
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], {killSignal: 'SIGKILL', stdio: ['pipe', 'pipe', 'inherit'], timeout: TIMEOUT})
    const chunks: Buffer[] = []
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_OUTPUT) child.kill('SIGKILL')
      else chunks.push(chunk)
    })
    child.once('error', (error) => resolve({code: error.message, text: ''}))
    child.once('close', (code, signal) => resolve({code: code ?? signal ?? 1, text: Buffer.concat(chunks).toString('utf8')}))
    child.stdin.on('error', () => {})
    child.stdin.end(source)
  })
}
