import {judges, launches, type Mutant} from './kinds.js'

/** Looking after processes. */
export const PROCESSES: readonly Mutant[] = [
  judges('exit codes: exit code 0: it stays down', '0 is restarted', /is stopped: not so.*"running"/, [0, 'restart']),
  judges('exit codes: exit code 78: it stays down and is failed', '78 is restarted', /is failed: not so.*"running"/, [78, 'restart']),
  judges('exit codes: exit code 75: it is restarted', '75 stays down', /start number 2/, [75, 'stay-down']),
  judges('exit codes: exit code 1: it is restarted', 'a crash stays down', /start number 2/, [1, 'failed']),
  judges('exit codes: a crash loop ends, and is failed', 'crash loops never end', /is failed: not so/, [1, 'restart']),
  judges('supervision: a killed process comes back as a new one', 'what is killed stays down', /start number 2/, [-1, 'failed']),
  launches(
    'supervision: a program that ignores SIGTERM is killed at the stop deadline and not before',
    'SIGKILL at once',
    /asked with SIGTERM first/,
    (launch) =>
      (...args) => {
        const child = launch(...args)
        return {...child, kill: () => child.kill('SIGKILL')}
      },
  ),
  launches(
    'supervision: a program that ignores SIGTERM is killed at the stop deadline and not before',
    'SIGTERM only',
    /stop\("a"\) did not return/,
    (launch) =>
      (...args) => {
        const child = launch(...args)
        return {...child, kill: () => child.kill('SIGTERM')}
      },
  ),
  launches(
    'supervision: a program that is slow to end is given its time',
    'stopSeconds is ignored',
    // On a busy machine it is killed even before it could say that it was asked.
    /it ended by itself|it was asked with SIGTERM/,
    (launch) =>
      (spec, ...rest) => {
        const child = launch(spec, ...rest)
        const kill = (signal: 'SIGKILL' | 'SIGTERM') => {
          child.kill(signal)
          setTimeout(() => child.kill('SIGKILL'), 5)
        }

        return {...child, kill}
      },
  ),
  launches(
    'readiness: start returns only once the program is ready',
    'what runs is ready',
    /is starting: not so/,
    (launch) =>
      (...args) => ({
        ...launch(...args),
        ready: Promise.resolve(),
      }),
  ),
  launches(
    'concurrency: many starts at once give one process',
    'everything runs twice',
    /exactly one live process|never another process/,
    (launch) =>
      (...args) => {
        launch(...args)
        return launch(...args)
      },
  ),
]
