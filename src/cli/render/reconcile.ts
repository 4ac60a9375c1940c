import type {Reconciled} from '../../reconcile/reconcile.js'

/** One line a profile, in the words of the boot log. */
export function renderReconcile({actions}: Reconciled): string {
  return actions
    .map(({action, intent, prior_state, profile, reason}) => {
      const why = reason ? ` reason=${JSON.stringify(reason)}` : ''
      return `reconcile: profile=${profile} prior_state=${prior_state ?? 'none'} intent=${intent} action=${action}${why}`
    })
    .join('\n')
}
