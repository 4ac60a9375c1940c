import {bootLogFields} from '../../reconcile/boot-log.js'
import type {Reconciled} from '../../reconcile/reconcile.js'

/** One line a profile, in the words of the boot log. */
export const renderReconcile = ({actions}: Reconciled): string => actions.map((action) => `reconcile: ${bootLogFields(action)}`).join('\n')
