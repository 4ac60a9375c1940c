// `node --import` this: the process takes itself to be on a Mac, and is told of processes what ps and sysctl would say there.
import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'

// Loaded for the machine there is, before it is called another.
createRequire(import.meta.url)('fs-native-extensions')
Object.defineProperty(process, 'platform', {value: 'darwin'})

const builtin = process.getBuiltinModule.bind(process)

function ps(pid) {
  let text
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    throw Object.assign(new Error('Command failed'), {status: 1})
  }

  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // Clock ticks taken for seconds: all that matters is that they are those of this process.
  const [weekday, day, month, year, time] = new Date(Number(fields[19]) * 1000).toUTCString().replace(',', '').split(' ')
  return `${fields[0]}    ${weekday} ${month} ${day} ${time} ${year}\n`
}

const play = (file, args) => (file === '/bin/ps' ? ps(args.at(-1)) : readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))

process.getBuiltinModule = (name) => (name === 'node:child_process' ? {...builtin(name), execFileSync: play} : builtin(name))
