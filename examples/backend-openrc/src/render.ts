import {recordComment, recordDigest, shellCommand, shellQuote, type ServiceSpec} from '@hermes-cli/service-manager'
import {attendanceDirectory, attended} from '@hermes-cli/service-manager/attendant'

/** Seconds beyond the stop deadline, in which the attendant kills the program and ends. */
const MARGIN = 5

export const attendanceOf = (spec: Pick<ServiceSpec, 'home' | 'id'>): string => attendanceDirectory(spec, 'openrc')

/**
 * Pure: the service script, for openrc-run(8). Equal specs give equal texts. OpenRC knows no exit codes and no readiness,
 * and supervise-daemon starts again whatever ends, so that the attendant is what it runs.
 */
export function render(spec: ServiceSpec): string {
  const words = attended(spec, {definition: recordDigest(spec), directory: attendanceOf(spec)})
  const [shell, ...rest] = words
  const become = spec.user ? ` "$as" ${shellQuote(spec.user)}` : ''
  return [
    '#!/sbin/openrc-run',
    ...recordComment(spec, '#'),
    `description=${shellQuote(spec.description)}`,
    'pidfile="/run/$RC_SVCNAME.pid"',
    '',
    'depend() {',
    '  use net dns localmount',
    '  after bootmisc',
    '}',
    '',
    'start() {',
    '  ebegin "Starting $RC_SVCNAME"',
    // OpenRC's own one and dpkg's, which Debian has in its place, call the same thing differently.
    ...(become ? ['  case "$(start-stop-daemon --version 2>&1)" in *OpenRC*) as=--user ;; *) as=--chuid ;; esac'] : []),
    // A pid file of an attendant that was killed may name another shell by now.
    '  rm -f "$pidfile"',
    `  start-stop-daemon --start --background --make-pidfile --pidfile "$pidfile"${become} --exec ${shell} -- \\`,
    `    ${shellCommand(rest)}`,
    '  rc=$?',
    // dpkg's does not wait until it has written it.
    '  tries=50',
    '  while [ "$rc" -eq 0 ] && [ ! -s "$pidfile" ] && [ "$tries" -gt 0 ]; do',
    '    sleep 0.1',
    '    tries=$((tries - 1))',
    '  done',
    '  eend "$rc"',
    '}',
    '',
    'stop() {',
    '  ebegin "Stopping $RC_SVCNAME"',
    `  start-stop-daemon --stop --oknodo --retry TERM/${Math.ceil(spec.stopSeconds) + MARGIN}/KILL/5 --pidfile "$pidfile" --exec ${shell}`,
    '  eend $?',
    '}',
    '',
    'status() {',
    '  if ! service_started; then',
    '    einfo "status: stopped"',
    '    return 3',
    '  elif start-stop-daemon --stop --test --quiet --pidfile "$pidfile" --exec ' + shell + '; then',
    '    einfo "status: started"',
    '  else',
    '    eerror "status: crashed"',
    '    return 32',
    '  fi',
    '}',
    '',
  ].join('\n')
}
