import type {DefinitionPlace, PutResult, ServiceFiles} from './definition.js'
import {ServiceManagerError} from './errors.js'
import type {Host} from './host.js'
import {recordOf} from './record.js'
import type {ServiceSpec} from './types.js'

/** What a file system says that does not let us write. */
const REFUSED = ['EACCES', 'EPERM', 'EROFS']
/** How often a definition may come and go between a look and a write. */
const TRIES = 3

interface Definition {
  readonly spec: ServiceSpec
  readonly text: string
}

type Files<T extends {readonly spec: ServiceSpec}> = Pick<ServiceFiles<T>, 'create' | 'lookUp' | 'pathOf'> &
  Pick<DefinitionPlace<T>, 'read'> & {readonly mode: number}

/** `put` of `ServiceFiles`. */
export async function putDefinition<T extends {readonly spec: ServiceSpec}>(
  host: Host,
  files: Files<T>,
  {spec, text}: Definition,
  {exclusive}: {readonly exclusive?: boolean | undefined},
): Promise<PutResult<T>> {
  const path = files.pathOf(spec.id)
  for (let tries = 0; tries < TRIES; tries++) {
    const before = files.lookUp(spec.id)
    if (before && exclusive) break
    if (before?.text === text) return {before, change: 'unchanged'}
    try {
      if (before?.linked) throw Object.assign(new Error('it is a link that somebody else keeps'), {code: 'EROFS'})
      if (before) {
        await host.writeFileAtomic(path, text, files.mode)
        return {before, change: 'updated'}
      }

      // Not ours where somebody else made it in this very moment: looked at anew.
      if (await files.create(spec.id, text)) return {change: 'created'}
    } catch (error) {
      const {code = '', message} = error as NodeJS.ErrnoException
      if (!REFUSED.includes(code)) throw error
      if (!before || !isSame(before.spec, files.read(text)?.spec)) throw unwritable(host, path, spec.id, message)
      host.warn(`${path} cannot be written (${message}) and is used as it is`)
      return {before, change: 'unchanged'}
    }
  }

  if (exclusive) throw new ServiceManagerError('already-registered', `"${spec.id}" is registered already: ${path}`)
  throw new ServiceManagerError('timeout', `could not install "${spec.id}": ${path} came and went ${TRIES} times`, {
    suggestions: ['Somebody else installs and removes it; try again.'],
  })
}

/** The same thing to run, whatever the text around it. */
const isSame = (a: ServiceSpec, b: ServiceSpec | undefined): boolean => b !== undefined && recordOf(a) === recordOf(b)

const unwritable = ({scope}: Host, path: string, id: string, message: string): ServiceManagerError =>
  new ServiceManagerError('permission', `could not install "${id}": ${path} cannot be written: ${message}`, {
    suggestions: [scope === 'system' ? 'Run this as root.' : 'Make the directory writable, or change the file where it comes from.'],
  })
