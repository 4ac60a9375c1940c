import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, normalize, relative} from 'node:path'

import {root} from '../support/directories.js'

/** Rooms of src/, and the rooms each may import from (beside itself). docs/architecture.md draws the picture. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  backends: [],
  cli: ['completion', 'doctor', 'gateway', 'host', 'profile', 'reconcile'],
  commands: ['cli', 'completion', 'doctor', 'gateway', 'host', 'profile', 'reconcile'],
  completion: ['host', 'profile'],
  doctor: ['gateway', 'host', 'profile'],
  gateway: ['host', 'profile'],
  hooks: ['cli'],
  host: [],
  profile: ['host'],
  reconcile: ['gateway', 'host', 'profile'],
  'service-manager': [],
}

/** Packages by the only places that may name them. Types count too: a layer that needs oclif's types depends on oclif. */
const RESERVED: ReadonlyArray<{allowed: RegExp; package: RegExp; why: string}> = [
  {
    allowed: /^src\/(?:cli|commands|hooks|backends\/[\w-]+\/commands)\/|^src\/backends\/[\w-]+\/command\.ts$/,
    package: /^@oclif\//,
    why: 'oclif belongs to the command line',
  },
  {
    allowed:
      /^src\/(?:host\/(?:exec|process-(?:darwin|windows))|gateway\/run\/[\w-]+|service-manager\/(?:memory|conformance)[\w/-]*|backends\/windows\/attend\/[\w-]+)\.ts$/,
    package: /^node:child_process$/,
    why: 'programs are run in host/exec, for the identity of a process where there is no /proc, by the supervised process itself, by an attendant and by the reference backend',
  },
  {allowed: /^src\/profile\/config-schema\.ts$|^src\/profile\//, package: /^(?:valibot|yaml)$/, why: 'configuration is parsed in one room'},
]

function sources(directory: string): string[] {
  return readdirSync(directory, {withFileTypes: true}).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return ['dist', 'node_modules'].includes(entry.name) ? [] : sources(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

interface Edge {
  readonly from: string
  readonly target: string
}

/** Static and dynamic imports, re-exports and `import type`, relative ones resolved to a path in the checkout. */
export function importsOf(file: string, text: string): Edge[] {
  const specifiers = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\bgetBuiltinModule\()'(?<name>[^']+)'/g)].map(
    (match) => match.groups!.name!,
  )
  return specifiers.map((name) => ({
    from: file,
    target: name.startsWith('.') ? normalize(join(dirname(file), name)).replace(/\.js$/, '.ts') : name,
  }))
}

const room = (path: string): string => path.split('/')[1]!
const backendOf = (path: string): string => path.split('/')[2]!

export function problemWith({from, target}: Edge): string | undefined {
  if (target.startsWith('src/')) {
    if (room(from) === 'backends' && (room(target) !== 'backends' || backendOf(target) !== backendOf(from)))
      return 'a backend reaches out of its own package'
    if (room(from) === room(target)) return undefined
    return MAY_IMPORT[room(from)]?.includes(room(target)) ? undefined : `${room(from)} may not import from ${room(target)}`
  }

  if (room(from) === 'service-manager' && !target.startsWith('node:')) return 'the contract imports node: only'
  if (room(from) === 'backends' && !/^(?:node:|@hermes-cli\/service-manager(?:\/(?:attendant|small-file))?$|@oclif\/core$)/.test(target))
    return 'a backend imports the contract and node: only'
  if (room(from) === 'host' && target === '@hermes-cli/service-manager') return undefined
  if (/^@hermes-cli\/backend-/.test(target)) return 'nobody imports a backend'
  const reserved = RESERVED.find((entry) => entry.package.test(target) && !entry.allowed.test(from))
  return reserved?.why
}

const files = sources(join(root, 'src')).map((path) => relative(root, path))
const edges = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))

/** What each file loads when the program runs: types vanish. */
function valuesOf(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    paths.map((file) => {
      const values = readFileSync(join(root, file), 'utf8').replaceAll(/^(?:import|export) type .*$/gm, '')
      return [file, importsOf(file, values).map(({target}) => target)]
    }),
  )
}

describe('layering', () => {
  it('reads the imports of every file', () => {
    expect(files.length).to.be.greaterThan(40)
    expect(edges.filter(({target}) => target.startsWith('src/')).length).to.be.greaterThan(60)
  })

  it('finds an edge of every forbidden kind', () => {
    const forbidden: Array<[string, string]> = [
      ['src/host/files.ts', 'src/profile/name.ts'],
      ['src/profile/store.ts', 'src/gateway/state.ts'],
      ['src/gateway/control.ts', 'src/cli/exit.ts'],
      ['src/gateway/control.ts', '@oclif/core'],
      ['src/reconcile/plan.ts', 'node:child_process'],
      ['src/backends/s6/manager.ts', 'src/host/files.ts'],
      ['src/backends/s6/manager.ts', 'src/backends/systemd/manager.ts'],
      ['src/backends/s6/manager.ts', 'yaml'],
      ['src/service-manager/types.ts', 'src/host/files.ts'],
      ['src/service-manager/types.ts', 'yaml'],
      ['src/cli/backends.ts', '@hermes-cli/backend-s6'],
    ]
    for (const [from, target] of forbidden) expect(problemWith({from, target}), `${from} -> ${target}`).to.be.a('string')
  })

  it('has no upward edge', () => {
    const problems = edges.map((edge) => [edge, problemWith(edge)] as const).filter(([, problem]) => problem !== undefined)
    expect(problems.map(([{from, target}, problem]) => `${from} -> ${target}: ${problem}`)).to.deep.equal([])
  })

  it('has no cycle of values', () => {
    const graph = valuesOf(files)
    const done = new Set<string>()
    const walk = (file: string, path: readonly string[]): string[] => {
      if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' -> ')]
      if (done.has(file)) return []
      const found = (graph.get(file) ?? []).filter((target) => graph.has(target)).flatMap((target) => walk(target, [...path, file]))
      done.add(file)
      return found
    }

    expect(files.flatMap((file) => walk(file, []))).to.deep.equal([])
  })

  it('keeps the whole contract out of the process that stays beside each gateway on Windows', () => {
    const graph = valuesOf(files)
    const loaded = new Set(['src/backends/windows/attend/main.ts'])
    for (const file of loaded) for (const target of graph.get(file) ?? []) loaded.add(target)
    expect(loaded.size).to.be.greaterThan(8)
    expect([...loaded]).to.not.include('@hermes-cli/service-manager')
  })

  it('asks for the platform only in host and in backends', () => {
    const asking = files.filter((file) =>
      /\bprocess\.platform\b/.test(readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
    )
    expect(asking.filter((file) => !/^src\/(?:host|backends|service-manager\/conformance\/real-host)[./]/.test(file))).to.deep.equal([])
  })
})
