import {expect} from 'chai'
import {execa} from 'execa'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import ts from 'typescript'

import {compile, npm, packedContract} from '../support/author.js'
import {root} from '../support/directories.js'

const README = readFileSync(join(root, 'src/service-manager/README.md'), 'utf8')
const minimal = /^```ts\n([^]*?)^```$/m.exec(README)![1]!

const KIT = `import {conformance} from '@hermes-cli/service-manager/conformance'
import {realHost} from '@hermes-cli/service-manager/conformance'
import {createMemoryBackend} from '@hermes-cli/service-manager/memory'

export function register({describe, it}, options = {}) {
  const backend = createMemoryBackend({bootPersistence: true})
  conformance({describe: (title, body) => describe(title, options, body), it}, {
    backend,
    create: async (home) => ({dispose: () => backend.dispose(home), host: realHost({environment: {HERMES_BACKEND: 'memory'}, home})}),
    quiet: 200,
    reboot: ({host}) => backend.reboot(host.home),
  })
}
`

/** What a stranger gets of the contract: the packed file, installed with no network where there is nothing. */
describe('the packed contract', function () {
  this.timeout(120_000)
  let directory: string
  let packed: string
  let installed: string

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'hermes-stranger-'))
    packed = await packedContract(directory)
    writeFileSync(join(directory, 'package.json'), '{"name": "stranger", "private": true, "type": "module"}')
    await npm(directory, directory, 'install', '--offline', packed)
    installed = join(directory, 'node_modules/@hermes-cli/service-manager')
    symlinkSync(join(root, 'node_modules/@types'), join(directory, 'node_modules/@types'))
  })

  after(() => {
    for (const path of [directory, dirname(packed)]) rmSync(path, {force: true, recursive: true})
  })

  it('is code, types and manuals, and nothing else', async () => {
    const {stdout} = await execa('tar', ['tzf', packed])
    const names = stdout.split('\n').map((name) => name.replace(/^package\//, ''))
    expect(names.filter((name) => !/^dist\/[\w/-]+\.(?:js|d\.ts)$/.test(name)).sort()).to.deep.equal([
      'LICENSE',
      'README.md',
      'UPGRADING.md',
      'package.json',
    ])
    for (const name of names.filter((one) => one.endsWith('.js'))) expect(names).to.include(name.replace(/\.js$/, '.d.ts'))
    expect(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))).to.deep.include({
      engines: {node: '>=20.19'},
      sideEffects: false,
    })
  })

  for (const [module, moduleResolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'bundler'],
  ] as const) {
    it(`has types for the README's backend and a harness under ${moduleResolution}`, async () => {
      const project = join(directory, moduleResolution)
      mkdirSync(project)
      writeFileSync(join(project, 'package.json'), '{"type": "module"}')
      writeFileSync(join(project, 'index.ts'), minimal)
      writeFileSync(
        join(project, 'harness.ts'),
        `import {realHost, type Harness} from '@hermes-cli/service-manager/conformance'
import {createMemoryBackend} from '@hermes-cli/service-manager/memory'
import backend from './index.js'
export const harness: Harness = {backend, create: async (home) => ({host: realHost({environment: {}, home}), dispose: async () => {}})}
export const reference = createMemoryBackend()
`,
      )
      const compilerOptions = {
        module,
        moduleResolution,
        outDir: 'out',
        skipLibCheck: false,
        strict: true,
        target: 'ES2023',
        types: ['node'],
      }
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({compilerOptions}))
      await compile(project)
      expect(existsSync(join(project, 'out/index.js'))).to.equal(true)
    })
  }

  it("runs the README's backend: hermes would load it, and it says why it is not usable", async () => {
    const script = `import backend from './NodeNext/out/index.js'
import {backendProblem} from '@hermes-cli/service-manager'
import {realHost} from '@hermes-cli/service-manager/conformance'
const problem = backendProblem(backend, {contract: 1, kind: 'example', module: './index.js', platforms: ['linux']})
console.log(JSON.stringify({problem: problem ?? null, ...backend.detect(realHost({environment: {}, home: '/nowhere'}))}))`
    const {stdout} = await execa(process.execPath, ['--input-type=module', '-e', script], {cwd: directory})
    expect(JSON.parse(stdout)).to.deep.equal({because: 'nobody serves /run/example/control', problem: null, usable: false})
  })

  it('runs the whole kit under node:test', async () => {
    writeFileSync(join(directory, 'kit.js'), KIT)
    writeFileSync(
      join(directory, 'node.test.js'),
      "import test from 'node:test'\nimport {register} from './kit.js'\nregister({describe: test.describe, it: test.it}, {concurrency: 3})\n",
    )
    const {stdout} = await execa(process.execPath, ['--test', '--test-reporter=tap', 'node.test.js'], {cwd: directory, reject: false})
    expect(stdout.split('\n').filter((line) => /^\s*not ok /.test(line))).to.deep.equal([])
    expect(stdout).to.match(/^# pass (?:9\d|\d{3})$/m)
    expect(stdout).to.match(/^# skipped 0$/m)
  })

  it('runs under mocha', async () => {
    writeFileSync(
      join(directory, 'mocha.test.js'),
      "import {register} from './kit.js'\nregister({describe: (title, _, body) => describe(title, body), it})\n",
    )
    const words = [
      join(root, 'node_modules/mocha/bin/mocha.js'),
      '--no-config',
      '--reporter',
      'json',
      '--grep',
      'lifecycle',
      'mocha.test.js',
    ]
    const {stdout} = await execa(process.execPath, words, {cwd: directory, reject: false})
    expect(JSON.parse(stdout).stats).to.include({failures: 0, pending: 0})
    expect(JSON.parse(stdout).stats.passes).to.be.above(8)
  })

  it('says something of everything it exports', () => {
    const files = ['index', 'memory', 'conformance/index'].map((name) => join(installed, `dist/${name}.d.ts`))
    const program = ts.createProgram(files, {module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: []})
    const checker = program.getTypeChecker()
    const silent = files.flatMap((file) => {
      const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!)
      const resolved = exported.map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
      return resolved.filter((symbol) => symbol.getDocumentationComment(checker).length === 0).map(({name}) => name)
    })
    expect([...new Set(silent)]).to.deep.equal([])
  })
})
