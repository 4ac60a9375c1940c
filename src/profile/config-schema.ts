import * as v from 'valibot'

import type {GatewayConfig, ParsedConfig, ProfileConfig} from './config.js'
import {nearMisses} from './suggest.js'
import {isMapping, parseYaml} from './yaml.js'

const text = v.pipe(
  v.string('must be text'),
  v.check((value) => !value.includes('\0'), 'has a NUL byte'),
)
const portNumber = v.pipe(
  v.number('must be a number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be 1 to 65535'),
  v.maxValue(65_535, 'must be 1 to 65535'),
)
const seconds = (max: number) =>
  v.pipe(v.number('must be seconds, a number'), v.minValue(0, 'cannot be negative'), v.maxValue(max, `is at most ${max} seconds`))
const loopbackUrl = v.pipe(text, v.url('must be a URL'), v.regex(/^https?:/, 'must be an http or https URL'))

const ready = v.union(
  [v.strictObject({http: loopbackUrl}), v.strictObject({port: portNumber}), v.strictObject({after: seconds(3600)})],
  'must be one of {http: URL}, {port: NUMBER} or {after: SECONDS}',
)

const variables = v.record(
  v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no variable name')),
  v.pipe(v.union([text, v.number(), v.boolean()], 'must be text without NUL'), v.transform(String)),
)

const gatewayEntries = {
  command: v.optional(
    v.union(
      [v.pipe(text, v.trim(), v.nonEmpty('cannot be empty')), v.tupleWithRest([v.pipe(text, v.nonEmpty('has an empty program'))], text)],
      'must be a list of words or one line for the shell',
    ),
  ),
  drain_timeout: v.optional(seconds(86_400), 10),
  env_file: v.optional(text),
  environment: v.optional(variables, {}),
  ready: v.optional(ready, {after: 1}),
  ready_timeout: v.optional(seconds(86_400), 60),
  working_directory: v.optional(text, '.'),
}

const isOurs = (key: string): boolean => Object.hasOwn(gatewayEntries, key)

function unknownKey(key: string): string {
  const [meant] = nearMisses(key, Object.keys(gatewayEntries))
  return `gateway.${key} is no key hermes knows${meant ? `; did you mean gateway.${meant}?` : ''}`
}

/** An array is an object too, and one without any of our keys would pass for an empty mapping. */
const mapping = v.custom<Record<string, unknown>>((value) => typeof value === 'object' && !Array.isArray(value), 'must be a mapping')

const schema = v.looseObject({
  gateway: v.optional(v.nullable(v.pipe(mapping, v.looseObject(gatewayEntries)), {}), {}),
  port: v.optional(portNumber),
})

/** `config.yaml` as text to a checked configuration, or every problem with the path to it. Keys that are not ours are left alone. */
export function parseConfig(source: string): ParsedConfig {
  const parsed = parseYaml(source.replace(/^\uFEFF/, ''))
  if (!parsed.ok) return parsed
  if (!isMapping(parsed.document)) return {ok: false, problems: ['the top level must be a mapping']}
  let raw: unknown
  try {
    raw = parsed.document.toJS({maxAliasCount: 100}) ?? {}
  } catch (error) {
    return {ok: false, problems: [(error as Error).message]}
  }

  const result = v.safeParse(schema, raw)
  if (!result.success) {
    return {ok: false, problems: result.issues.slice(0, 5).map((issue) => `${v.getDotPath(issue) ?? 'the file'} ${issue.message}`)}
  }

  const gateway = result.output.gateway ?? {}
  const known = Object.fromEntries(Object.entries(gateway).filter(([key]) => isOurs(key)))
  const unknown = Object.keys(gateway).filter((key) => !isOurs(key))
  const config: ProfileConfig = {
    gateway: known as unknown as GatewayConfig,
    ...(result.output.port === undefined ? {} : {port: result.output.port}),
  }
  return {config, ok: true, warnings: unknown.map((key) => unknownKey(key))}
}
