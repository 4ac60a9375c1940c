import type {LogOptions} from '../types.js'

/** How many lines are remembered. */
const CAPACITY = 1000

/** The last lines a service wrote, and a way to wait for more. */
export class LineBuffer {
  private kept: string[] = []
  /** How many lines there ever were. */
  private total = 0
  private wake = new Set<() => void>()

  push(line: string): void {
    this.kept.push(line)
    this.total++
    if (this.kept.length > CAPACITY) this.kept.shift()
    for (const wake of this.wake) wake()
  }

  async *read({follow, lines, signal}: LogOptions): AsyncGenerator<string> {
    let next = Math.max(this.total - lines, this.total - this.kept.length)
    for (;;) {
      while (next < this.total) {
        const index = next - (this.total - this.kept.length)
        next++
        if (index >= 0) yield this.kept[index]!
      }

      if (!follow || signal?.aborted) return
      await this.more(signal)
    }
  }

  private more(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.wake.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }

      this.wake.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }
}
