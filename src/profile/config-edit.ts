import {writeFileAtomic} from '../host/files.js'
import {configInvalid, readConfigText, type GatewayConfig} from './config.js'
import {storing} from './errors.js'
import {files} from './paths.js'

export interface ConfigEdit {
  readonly port?: number
  readonly command?: GatewayConfig['command']
}

/**
 * The text of a `config.yaml` with some values changed and everything else kept: comments, order, keys of others.
 * `path` is for the message. Throws `config-invalid` when the text is no YAML mapping or the result could not be used.
 */
export async function editConfigText(source: string, {command, port}: ConfigEdit, path: string): Promise<string> {
  const [{isMapping, parseYaml}, {parseConfig}, {isMap, isScalar}] = await Promise.all([
    import('./yaml.js'),
    import('./config-schema.js'),
    import('yaml'),
  ])
  const parsed = parseYaml(source.replace(/^\uFEFF/, ''))
  if (!parsed.ok) throw configInvalid(path, parsed.problems)
  const {document} = parsed
  if (!isMapping(document)) throw configInvalid(path, ['the top level must be a mapping'])
  if (!isMap(document.contents)) document.contents = null
  if (port !== undefined) document.set('port', port)
  if (command !== undefined) {
    const gateway: unknown = document.get('gateway', true)
    if (!isMap(gateway)) {
      const map = document.createNode({})
      // Comments below an empty `gateway:` hang on its null.
      if (isScalar(gateway)) map.comment = gateway.comment ?? null
      document.set('gateway', map)
    }

    document.setIn(['gateway', 'command'], document.createNode(command, {flow: true}))
  }

  const text = document.toString({lineWidth: 0})
  const result = parseConfig(text)
  if (!result.ok) throw configInvalid(path, result.problems)
  return text
}

/** Changes the port in `config.yaml` and nothing else in it. Throws `config-invalid`, `storage` or `permission`. */
export async function setPort(directory: string, port: number): Promise<void> {
  const path = files.config(directory)
  const text = await editConfigText((await readConfigText(directory)) ?? '', {port}, path)
  await storing(`${path} cannot be written`, () => writeFileAtomic(path, text, 0o600))
}
