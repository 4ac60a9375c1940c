/** For `profile create --command`: on SIGTERM it takes its time, then says so. */
export const draining = (seconds = 0): string =>
  `trap 'sleep ${seconds}; echo last words; exit 0' TERM; echo up; while :; do sleep 0.1; done`

/** Has to be killed. */
export const STUBBORN = `trap 'echo not yet' TERM; echo up; while :; do sleep 0.1; done`
