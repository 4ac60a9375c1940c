/*
 * The attendant of one gateway: what the launcher runs, hidden, and waits for.
 *
 *   node main.js DIRECTORY [again]
 *
 * It ends with 0 when there is nothing left to do, and the launcher with it. Another code has the launcher run it again.
 */
import {readDefinition} from '../definition.js'
import {take} from '../mutex.js'
import {readState} from '../state.js'
import {Attendant} from './attendant.js'

const [directory = '', again] = process.argv.slice(2)
const definition = readDefinition(directory)
// Removed meanwhile: nobody wants it any more.
if (!definition) process.exit(0)
const lock = await take(directory)
// Two logins, or a task and a shortcut: the first one is enough.
if (!lock) process.exit(0)
// The one before was killed, and then somebody stopped the service.
if (again && readState(directory)?.phase === 'stopped') process.exit(0)
const attendant = new Attendant(directory, definition)
// SIGHUP: the console is closed or the session ends. Windows ends us ten seconds later.
for (const signal of ['SIGBREAK', 'SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  try {
    process.on(signal, () => attendant.stop())
  } catch {
    // Not every system knows each of them.
  }
}

await attendant.attend()
process.exit(0)
