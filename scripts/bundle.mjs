// `bundle.mjs on` before `npm pack`, `bundle.mjs off` after it: scripts/lib/bundle.mjs says what for.
import {replace, restore} from './lib/bundle.mjs'

if (process.argv[2] === 'on') replace()
else restore()
