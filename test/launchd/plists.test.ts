import {document} from '@hermes-cli/backend-launchd/dist/plist.js'
import {readPlist, renderPlist, type PlistRecord, type Target} from '@hermes-cli/backend-launchd/dist/render.js'
import {driftOf} from '@hermes-cli/backend-launchd/dist/definition.js'
import type {ServiceSpec} from '@hermes-cli/service-manager'
import {attended} from '@hermes-cli/service-manager/attendant'

import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'

/** The stand-in's reader, which is plistutil's and none of ours. */
const {readPlist: judged} = (await import(pathToFileURL(join(root, 'test/stand-ins/launchd/plist.mjs')).href)) as {
  readPlist(path: string): Record<string, unknown>
}

const HOSTILE = [
  '',
  ' ',
  '  two  words ',
  `'"&<>]]>&amp;<![CDATA[x]]><!-- -->`,
  'line\nbreaks\n\n',
  'tab\tand\r\nreturn\r',
  'é ☃ 😀 \u202E \u0085 \u2028',
  '</string></array></dict></plist>',
  '$(id) `id` %n \\',
  'x'.repeat(5000),
]

const spec: ServiceSpec = {
  command: [`/a b/"c"&<d>'é☃`, ...HOSTILE],
  description: 'a <service> & more',
  environment: Object.fromEntries(HOSTILE.map((value, index) => [`V${index}`, value])),
  home: `/ho me/<&>'"é`,
  id: 'a',
  logDirectory: 'logs/a',
  readiness: 'fd',
  stopSeconds: 7.5,
  user: 'ada',
  workingDirectory: '/ho me/w & x',
}
const target: Target = {attendance: `${spec.home}/run/a`, label: 'ai.hermes.gateway-a', scope: 'user'}

cleanUpDirectories()

function written(text: string): string {
  const path = join(temporaryDirectory(), 'it.plist')
  writeFileSync(path, text)
  execFileSync('xmllint', ['--noout', '--nonet', path], {stdio: ['ignore', 'inherit', 'inherit']})
  return path
}

describe('launchd: property lists', () => {
  it('say to other readers what was meant', () => {
    const {definition} = readPlist(renderPlist(spec, target))!.record
    const seen = judged(written(renderPlist(spec, target)))
    expect(Object.keys(seen)).to.have.members([
      'HermesRecord',
      'Label',
      'ProgramArguments',
      'RunAtLoad',
      'KeepAlive',
      'ThrottleInterval',
      'ExitTimeOut',
      'ProcessType',
      'LimitLoadToSessionType',
    ])
    expect(seen.Label).to.equal('ai.hermes.gateway-a')
    expect(seen.ProgramArguments).to.deep.equal(attended(spec, {definition, directory: target.attendance}))
    expect(seen.KeepAlive).to.deep.equal({SuccessfulExit: false})
    expect([seen.RunAtLoad, seen.ExitTimeOut]).to.deep.equal([true, 13])
    expect(seen.LimitLoadToSessionType).to.deep.equal(['Aqua', 'Background'])
    expect((JSON.parse(seen.HermesRecord as string) as PlistRecord).spec).to.deep.equal(spec)
  })

  it('of the machine say whose service it is, and are for no session', () => {
    const seen = judged(written(renderPlist(spec, {...target, scope: 'system'})))
    expect(seen.UserName).to.equal('ada')
    expect(seen).to.not.have.property('LimitLoadToSessionType')
  })

  it('hold each hostile text as it is', () => {
    for (const text of HOSTILE)
      expect(judged(written(document({[`k${text.slice(0, 50)}`]: text}))), JSON.stringify(text)).to.deep.equal({
        [`k${text.slice(0, 50)}`]: text,
      })
  })

  it('are read back, and equal specs give equal texts', () => {
    const text = renderPlist(spec, target)
    const {body, record} = readPlist(text)!
    expect(record.spec).to.deep.equal(spec)
    expect(driftOf({body, record})).to.equal(undefined)
    expect(renderPlist(structuredClone(spec), target)).to.equal(text)
  })

  it('that others have written are not ours', () => {
    for (const text of [
      '',
      '<plist/>',
      '<key>HermesRecord</key><string>no JSON</string>',
      '<key>HermesRecord</key><string>{}</string>',
      'bplist00',
    ])
      expect(readPlist(text), text).to.equal(undefined)
  })

  it('that another program has written anew are ours still, and edited', () => {
    const path = written(renderPlist(spec, target))
    const [binary, again] = [`${path}.bin`, `${path}.xml`]
    execFileSync('plistutil', ['-i', path, '-o', binary, '-f', 'bin'])
    execFileSync('plistutil', ['-i', binary, '-o', again, '-f', 'xml'])
    const edited = execFileSync('cat', [again], {encoding: 'utf8'}).replace('<integer>13</integer>', '<integer>14</integer>')
    const {body, record} = readPlist(edited)!
    expect(record.spec).to.deep.equal(spec)
    expect(driftOf({body, record})).to.match(/^the property list was edited: it has /)
  })

  it('have another definition where another process is to run, and the same one where only words about it differ', () => {
    const definition = (change: Partial<ServiceSpec>) => readPlist(renderPlist({...spec, ...change}, target))!.record.definition
    expect(definition({description: 'other'})).to.equal(definition({}))
    expect(definition({environment: {}})).to.not.equal(definition({}))
    expect(definition({stopSeconds: 60})).to.not.equal(definition({}))
  })
})
