import {Errors} from '@oclif/core'
import {existsSync} from 'node:fs'
import {isAbsolute, resolve} from 'node:path'

import {EXIT} from './exit.js'

const isFile = (word: string): boolean =>
  word.startsWith('file:') || /^\.{1,2}[/\\]/.test(word) || isAbsolute(word) || /\.t(?:ar\.)?gz$/.test(word)

/**
 * What `plugins:install` is given, with paths as `file:` and absolute: npm runs in another directory, and a plain path
 * would be taken for a name on GitHub and asked for over the network for a minute. Throws for a file that is not there.
 */
export function pluginSource(word: string, cwd: string): string {
  if (word.startsWith('-') || word.includes('://') || !isFile(word)) return word
  const path = resolve(cwd, word.replace(/^file:/, ''))
  if (existsSync(path)) return `file:${path}`
  throw new Errors.CLIError(`there is no file ${path} to install`, {exit: EXIT.usage})
}
