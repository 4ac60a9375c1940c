/** Later ones outrank earlier ones: a stop that arrives during the drain of a restart turns it into a stop. */
const RANK = ['SIGUSR1', 'SIGHUP', 'SIGTERM', 'SIGINT'] as const
export type StopSignal = (typeof RANK)[number]

export interface Signals {
  /** Aborted by the first signal that asks the gateway to end. */
  readonly stop: AbortSignal
  /** Aborted by Ctrl-C on a foreground gateway that is already ending: kill now. */
  readonly hurry: AbortSignal
  /** The strongest signal so far. */
  received(): StopSignal | undefined
  close(): void
}

/**
 * Takes the signals over; to be called before anything slow. SIGUSR1 without a listener would open Node's debugger
 * (nodejs.org/api/process.html#signal-events). SIGHUP ends a foreground gateway whose terminal was closed; a supervised
 * one has no terminal and ignores it.
 */
export function listenForSignals(foreground: boolean): Signals {
  const stop = new AbortController()
  const hurry = new AbortController()
  let strongest: StopSignal | undefined
  const onSignal = (name: NodeJS.Signals) => {
    const signal = name as StopSignal
    if (signal === 'SIGHUP' && !foreground) return
    if (signal === 'SIGINT' && foreground && strongest) hurry.abort()
    if (!strongest || RANK.indexOf(signal) > RANK.indexOf(strongest)) strongest = signal
    stop.abort()
  }

  for (const signal of RANK) {
    try {
      process.on(signal, onSignal)
    } catch {
      // Windows has no SIGUSR1.
    }
  }

  return {
    close() {
      for (const signal of RANK) process.removeListener(signal, onSignal)
    },
    hurry: hurry.signal,
    received: () => strongest,
    stop: stop.signal,
  }
}
