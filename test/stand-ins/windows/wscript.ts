import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {createContext, Script} from 'node:vm'

import {commandLineToArgv} from './argv.js'

/** What Windows Script Host documents of WScript.Shell and Scripting.FileSystemObject, as far as a launcher needs it. */
const OBJECTS: Record<string, () => object> = {
  'Scripting.FileSystemObject': () => ({
    BuildPath: (path: string, name: string) => join(path, name),
    GetParentFolderName: (path: string) => dirname(path),
    OpenTextFile(path: string, mode: number, create: boolean, format: number) {
      if (mode !== 1 || create || format !== -1) throw new Error('this stand-in only reads Unicode')
      const lines = readFileSync(path, 'utf16le')
        .replace(/^\uFEFF/, '')
        .split('\r\n')
      return {Close() {}, ReadLine: () => lines.shift() ?? ''}
    },
  }),
  'WScript.Shell': () => ({
    Run(command: string, window: number, wait: boolean) {
      if (window !== 0 || !wait) throw new Error('a window would be seen, or nobody would wait')
      const expanded = command.replaceAll(/%([^%]+)%/g, (whole, name: string) => process.env[name] ?? whole)
      const [file, ...args] = commandLineToArgv(expanded)
      const {error, status} = spawnSync(file!, args, {stdio: 'ignore'})
      if (error) throw error
      // A process that was terminated has the code that it was terminated with.
      return status ?? 1
    },
  }),
}

/** Called with `new`: what it returns is what there is then. */
function ActiveXObject(name: string): object {
  const make = OBJECTS[name]
  if (!make) throw new Error(`no such object: ${name}`)
  return make()
}

export async function main(): Promise<void> {
  const [batch, logo, engine, file, ...args] = process.argv.slice(2)
  if (batch !== '//B' || logo !== '//Nologo' || engine !== '//E:JScript' || !file) process.exit(1)
  const context = createContext({
    ActiveXObject,
    WScript: {
      Arguments: {Item: (index: number) => args[index], length: args.length},
      Quit: (code = 0) => process.exit(code),
      ScriptFullName: resolve(file),
      Sleep(milliseconds: number) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
      },
    },
  })
  new Script(readFileSync(file, 'latin1'), {filename: file}).runInContext(context)
}
