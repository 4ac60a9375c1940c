import type {DoctorFinding, Scope, ServiceManagerErrorCode} from '@hermes-cli/service-manager'

import {copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {fixture} from './directories.js'

export interface FakeRules {
  readonly kind?: string
  readonly scopes?: readonly Scope[]
  readonly rank?: number
  readonly bootPersistence?: boolean
  readonly runtimeRegistration?: boolean
  /** Why a scope is not usable. */
  readonly readOnly?: readonly Scope[]
  readonly unusable?: Partial<Record<Scope, string>>
  /** `system install coder` and what it fails with. */
  readonly failing?: Record<string, ServiceManagerErrorCode>
  readonly findings?: Partial<Record<Scope, readonly DoctorFinding[]>>
}

export interface FakeSlot {
  readonly enabled: boolean
  readonly options: {readonly enable?: boolean; readonly start: boolean}
  readonly spec: {readonly id: string; readonly user?: string}
  readonly state: string
  readonly drift?: string
}

export interface FakeBackend {
  /** `scope verb id`, in the order they came. */
  calls(): readonly string[]
  forget(): void
  slots(scope: Scope): Readonly<Record<string, FakeSlot>>
  /** As if it had been installed before. */
  put(scope: Scope, id: string, slot?: Partial<FakeSlot>): void
  rules(rules: FakeRules): void
}

/** A plugin with a backend of files (test/fixtures/fake-backend.mjs), linked into the hermes of this home. */
export function fakeBackend(home: string, rules: FakeRules = {}): FakeBackend {
  const {kind = 'fake'} = rules
  const root = join(home, '.fake', kind)
  const write = (given: FakeRules): void =>
    writeFileSync(join(root, 'rules.json'), JSON.stringify({kind, scopes: ['user', 'system'], ...given}))
  mkdirSync(root, {recursive: true})
  copyFileSync(fixture('fake-backend.mjs'), join(root, 'index.mjs'))
  write(rules)
  const backends = [{contract: 1, kind, module: './index.mjs', platforms: [process.platform]}]
  const name = `hermes-backend-${kind}`
  writeFileSync(join(root, 'package.json'), JSON.stringify({hermes: {backends}, name, oclif: {}, type: 'module', version: '1.0.0'}))
  link(home, {name, root, type: 'link'})

  const calls = join(home, 'fake/calls')
  const directory = (scope: Scope): string => join(home, 'fake', scope)
  return {
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n').filter(Boolean) : []),
    forget: () => rmSync(calls, {force: true}),
    put(scope, id, slot) {
      mkdirSync(directory(scope), {recursive: true})
      const whole = {enabled: true, options: {start: false}, spec: {id}, state: 'stopped', ...slot}
      writeFileSync(join(directory(scope), `${id}.json`), JSON.stringify(whole))
    },
    rules: write,
    slots: (scope) =>
      Object.fromEntries(
        (existsSync(directory(scope)) ? readdirSync(directory(scope)) : []).map((file) => [
          file.replace(/\.json$/, ''),
          JSON.parse(readFileSync(join(directory(scope), file), 'utf8')) as FakeSlot,
        ]),
      ),
  }
}

/** What `hermes plugins link` leaves. */
function link(home: string, plugin: object): void {
  const data = join(home, '.local/share/hermes')
  const file = join(data, 'package.json')
  mkdirSync(data, {recursive: true})
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as {oclif: {plugins: object[]}}).oclif.plugins : []
  writeFileSync(file, JSON.stringify({dependencies: {}, oclif: {plugins: [...before, plugin], schema: 1}, private: true}))
}
