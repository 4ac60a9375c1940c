import {launchLines, recordDigest, shellCommand, type DefinitionFiles, type ServiceSpec} from '@hermes-cli/service-manager'

import {join} from 'node:path'

/** So many failures within so many seconds are a crash loop; runsv itself starts at most once a second. */
const [FAILURES, SECONDS] = [5, 60]

const script = (lines: readonly string[]) => ({mode: 0o755, text: ['#!/bin/sh', ...lines, ''].join('\n')})

/** Pure: the files of a service directory. Equal specs give equal texts. */
export function render(spec: ServiceSpec, isRoot: boolean): DefinitionFiles {
  const through = isRoot && spec.user ? ['chpst', '-u', spec.user] : []
  const notifies = spec.readiness === 'fd'
  const run = [
    'exec </dev/null 2>&1',
    `echo ${recordDigest(spec)} >started`,
    ...(notifies ? ['exec 3>ready'] : []),
    ...launchLines(spec, {through, ...(notifies ? {notifyFd: 3} : {})}),
  ]
  const logs = join(spec.home, spec.logDirectory)
  const log = ['umask 077', shellCommand([...through, 'mkdir', '-p', logs]), `exec ${shellCommand([...through, 'svlogd', '-tt', logs])}`]
  return {'log/run': script(log), finish: FINISH, run: script(run)}
}

/** $1 is the exit code, -1 for a signal, which is $2. `outcome` is what the status of a dead service is taken from. */
const FINISH = script([
  'rm -f ready',
  'outcome=again',
  'case $1 in',
  '0) outcome=stopped ;;',
  '75) ;;',
  '78) outcome=failed ;;',
  `*) { tail -n ${FAILURES - 1} failures; date +%s; } >failures.new 2>/dev/null; mv failures.new failures`,
  `  [ "$(wc -l <failures)" -lt ${FAILURES} ] || [ $(($(date +%s) - $(head -n 1 failures))) -gt ${SECONDS} ] || outcome=loop ;;`,
  'esac',
  'echo "$outcome $1 $2" >outcome',
  // What `sv down` does.
  '[ $outcome = again ] || printf d >supervise/control',
])
