import {nearMisses} from '../profile/suggest.js'

/** Up to three commands an unknown id was most likely meant to be, word order included: `start gateway`. */
export function nearestCommands(id: string, known: readonly string[]): string[] {
  const sorted = (text: string): string => text.split(':').sort().join(':')
  const turned = known.filter((one) => one !== id && sorted(one) === sorted(id))
  return [...new Set([...turned, ...nearMisses(id, known)])].slice(0, 3)
}
