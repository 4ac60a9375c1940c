import type {ServiceSpec} from '@hermes-cli/service-manager'

import {shell, words} from './quote.js'
import type {Target} from './render.js'

/** Seconds the stop command may take; the stop deadline begins only after it. */
export const STOP_COMMAND_SECONDS = 4

/**
 * systemd runs ExecStop= whenever a unit goes down: by itself (then there is no MAINPID), for a restart (the unit's job
 * says so), and when the machine or the user's manager ends (then `shutdown.target` has a job too). Only what is left was
 * asked for. Where systemd does not answer nobody can have asked it.
 */
const ASKED = [
  '[ -n "$MAINPID" ] || exit 0',
  'jobs=$("$1" "--$2" --no-legend --full list-jobs -- shutdown.target "$3") || exit 0',
  'case " "$jobs" " in *" shutdown.target "*) exit 0 ;; *" stop "*) ;; *) exit 0 ;; esac',
  'export HERMES_STOP_PID="$MAINPID"',
  'cd "$4" && shift 4 && exec "$@"',
].join('; ')

/** `ExecStop=` for a spec with a stop command. What it exits with counts for nothing. */
export function stopHook({stopCommand, workingDirectory}: ServiceSpec, {scope, stem, systemctl, timeout}: Target): string[] {
  if (!stopCommand) return []
  const bounded = timeout ? [timeout, '-k', '1', String(STOP_COMMAND_SECONDS)] : []
  return [`ExecStop=-${shell(ASKED, systemctl, scope, `${stem}.service`, workingDirectory)} ${words(...bounded, ...stopCommand)}`]
}
