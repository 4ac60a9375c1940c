import {ask, type Machine} from './client.js'

/** schtasks.exe: 0 when it did it, 1 when not. What it says is in the user's language, here German. */
export async function main(machine: Machine): Promise<void> {
  const [verb, ...rest] = process.argv.slice(2)
  const shape = `${verb} ${rest.map((word) => (word.startsWith('/') ? word : '…')).join(' ')}`
  const verbs: Record<string, string> = {'/Delete /TN … /F': 'delete', '/End /TN …': 'end', '/Run /TN …': 'run'}
  if (!verbs[shape]) {
    process.stderr.write(`FEHLER: Ungültige Syntax: ${shape}\n`)
    process.exit(1)
  }

  const path = rest[rest.indexOf('/TN') + 1]!
  if (!/^\\Hermes\\[^\\]+$/.test(path)) {
    process.stderr.write('FEHLER: Das System kann die angegebene Datei nicht finden.\n')
    process.exit(1)
  }

  const {code, message} = await ask(machine, {name: path.slice(8), verb: verbs[shape]})
  if (code === undefined) process.stdout.write('ERFOLGREICH\n')
  else process.stderr.write(`FEHLER: ${message}\n`)
  process.exit(code === undefined ? 0 : 1)
}
