// A property list as plistutil reads it: it makes the binary form, which is read here (CoreFoundation, CFBinaryPList.c).
import {execFileSync} from 'node:child_process'

/** Throws for what is no property list. */
export function readPlist(path) {
  const bytes = execFileSync('plistutil', ['-i', path, '-o', '-', '-f', 'bin'], {stdio: ['ignore', 'pipe', 'pipe']})
  if (bytes.toString('latin1', 0, 8) !== 'bplist00') throw new Error('Invalid property list')
  const trailer = bytes.subarray(-32)
  const [offsetSize, referenceSize] = [trailer[6], trailer[7]]
  const [root, table] = [Number(trailer.readBigUInt64BE(16)), Number(trailer.readBigUInt64BE(24))]
  const number = (at, size) => Number(BigInt(`0x${bytes.toString('hex', at, at + size)}`))

  function object(index) {
    let at = number(table + index * offsetSize, offsetSize)
    const marker = bytes[at++]
    const kind = marker >> 4
    let count = marker & 15
    if (kind === 0) return marker === 9
    if (kind === 1) return Number(BigInt.asIntN(64, BigInt(number(at, 2 ** count))))
    if (kind === 2) return count === 2 ? bytes.readFloatBE(at) : bytes.readDoubleBE(at)
    if (count === 15) {
      const size = 2 ** (bytes[at] & 15)
      count = number(at + 1, size)
      at += 1 + size
    }

    const references = (from, n) => Array.from({length: n}, (_, i) => object(number(from + i * referenceSize, referenceSize)))
    if (kind === 5) return bytes.toString('latin1', at, at + count)
    if (kind === 6)
      return Buffer.from(bytes.subarray(at, at + 2 * count))
        .swap16()
        .toString('utf16le')
    if (kind === 10) return references(at, count)
    if (kind !== 13) throw new Error(`a property list with a value of kind ${kind}`)
    const values = references(at + count * referenceSize, count)
    return Object.fromEntries(references(at, count).map((key, i) => [key, values[i]]))
  }

  return object(root)
}
