import {createHash} from 'node:crypto'

/** What lies in the directory of a service. */
export const FILES = {
  definition: 'definition.json',
  launch: 'launch.txt',
  launcher: 'launcher.js',
  state: 'state.json',
  xml: 'task.xml',
} as const

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
