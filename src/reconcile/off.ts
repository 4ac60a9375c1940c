const OFF = ['off', '0', 'false', 'no']
const ON = ['on', '1', 'true', 'yes']

/** What HERMES_RECONCILE asks for. Pure. */
export function reconcileIsOff(value: string | undefined): {off: boolean; warning?: string} {
  const word = value?.toLowerCase() ?? ''
  if (word === '' || ON.includes(word)) return {off: false}
  if (OFF.includes(word)) return {off: true}
  return {
    off: false,
    warning: `HERMES_RECONCILE is ignored: only ${OFF.join(', ')} turn it off, not ${JSON.stringify(word.slice(0, 40))}`,
  }
}
