import type {GatewayStatus} from '../../gateway/status.js'
import type {HandOver} from '../hand-over.js'

/** Which supervision, how to act on it, and how to go without. */
export const renderNotice = ({option, profile, selection}: Pick<HandOver, 'option' | 'profile' | 'selection'>): string =>
  [
    `The gateway of "${profile}" goes under ${selection.backend.kind} supervision, by ${selection.label}, instead of running in this process.`,
    `  \`hermes gateway stop${option}\` and \`hermes gateway status${option}\` act on it.`,
    '  To run it in this process: --no-supervise, or HERMES_GATEWAY_NO_SUPERVISE=1.',
  ].join('\n')

export const renderDetached = ({option, profile, selection}: HandOver): string =>
  `Detached: the gateway of "${profile}" stays under ${selection.backend.kind} supervision. To stop it: hermes gateway stop${option}`

export const renderEnded = ({option, profile}: HandOver, {reason, state}: GatewayStatus): string =>
  `The gateway of "${profile}" is ${state === 'absent' ? 'no longer registered' : state}${reason ? `: ${reason}` : ''}. ` +
  `To bring it back: hermes gateway start${option}`
