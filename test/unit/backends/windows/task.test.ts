import {driftOf, isEnabled, recordIn, renderTask, type TaskPlan} from '@hermes-cli/backend-windows/dist/task.js'
import {leavesOf} from '@hermes-cli/backend-windows/dist/xml.js'

import {expect} from 'chai'

import {exportTask, readTask, type TaskLeaf} from '../../../stand-ins/windows/read-task.js'

const PLAN: TaskPlan = {
  arguments: String.raw`//B //Nologo //E:JScript "C:\Users\Ada Ünal\AppData\Local\hermes\launcher.js"`,
  command: String.raw`C:\Windows\System32\wscript.exe`,
  description: 'hermes gateway of profile a',
  enabled: true,
  name: 'Hermes_Gateway_a.1f0c2a9b',
  record: {definition: '0123456789abcdef', home: String.raw`C:\Users\Ada Ünal\.hermes`, id: 'a'},
  sid: 'S-1-5-21-1-2-3-1001',
  workingDirectory: String.raw`C:\Users\Ada Ünal\AppData\Local\hermes`,
}

/** As it is registered: judged by the schema, read by libxml2. */
const registered = (plan: Partial<TaskPlan> = {}) => readTask(Buffer.from(`\uFEFF${renderTask({...PLAN, ...plan})}`, 'utf16le'))

describe('windows: tasks', () => {
  it('override every default of the schema that would end or hinder a gateway', () => {
    expect(registered()).to.include({
      'Actions/Exec/Arguments': PLAN.arguments,
      'Actions/Exec/Command': PLAN.command,
      'Principals/Principal/LogonType': 'InteractiveToken',
      'Principals/Principal/RunLevel': 'LeastPrivilege',
      'Principals/Principal/UserId': PLAN.sid,
      'Settings/DisallowStartIfOnBatteries': 'false',
      'Settings/ExecutionTimeLimit': 'PT0S',
      'Settings/IdleSettings/StopOnIdleEnd': 'false',
      'Settings/MultipleInstancesPolicy': 'IgnoreNew',
      'Settings/Priority': '5',
      'Settings/RestartOnFailure/Count': '255',
      'Settings/RestartOnFailure/Interval': 'PT1M',
      'Settings/StartWhenAvailable': 'true',
      'Settings/StopIfGoingOnBatteries': 'false',
      'Triggers/LogonTrigger/Delay': 'PT30S',
      'Triggers/LogonTrigger/Enabled': 'true',
      'Triggers/LogonTrigger/UserId': PLAN.sid,
    })
    expect(registered({enabled: false})['Triggers/LogonTrigger/Enabled']).to.equal('false')
  })

  for (const hostile of [']]></Task>', '<a b="c">', '&amp;&#0;', '"\'', 'é ☃ 😀 \u202E', '%TEMP% $(x) `', '\u0001\u000B\uFFFE', ' ends \\'])
    it(`hold ${JSON.stringify(hostile)} wherever a text is another's`, () => {
      const task = registered({
        arguments: `x ${hostile}`,
        description: `x ${hostile}`,
        record: {...PLAN.record, home: hostile},
        workingDirectory: `x ${hostile}`,
      })
      // eslint-disable-next-line no-control-regex -- XML cannot hold them
      const expected = `x ${hostile.replaceAll(/[\u0001\u000B\uFFFE]/g, ' ')}`
      for (const leaf of ['Actions/Exec/Arguments', 'Actions/Exec/WorkingDirectory', 'RegistrationInfo/Description'] as const)
        expect(task[leaf]).to.equal(expected)
      expect(JSON.parse(task['RegistrationInfo/Documentation'].slice('hermes: '.length)).home).to.equal(hostile)
    })

  it('are read back from what the Task Scheduler exports: another order, no defaults, users by name', () => {
    const document = exportTask(registered(), String.raw`DESKTOP\ada`)
    expect(recordIn(document)).to.deep.equal({...PLAN.record, format: 1})
    expect(driftOf(document, PLAN)).to.equal(undefined)
    expect(isEnabled(document)).to.equal(true)
    expect(isEnabled(exportTask(registered({enabled: false}), 'ada'))).to.equal(false)
    expect(isEnabled(exportTask({...registered(), 'Settings/Enabled': 'false'}, 'ada'))).to.equal(false)
  })

  const edits: Array<[TaskLeaf, string]> = [
    ['Actions/Exec/Arguments', 'x'],
    ['Actions/Exec/Command', 'cmd.exe'],
    ['Principals/Principal/RunLevel', 'HighestAvailable'],
    ['Settings/DisallowStartIfOnBatteries', 'true'],
    ['Settings/ExecutionTimeLimit', 'PT72H'],
    ['Settings/MultipleInstancesPolicy', 'Parallel'],
    ['Settings/Priority', '7'],
    ['Settings/RestartOnFailure/Count', ''],
    ['Triggers/LogonTrigger/Delay', 'PT0S'],
  ]
  for (const [leaf, value] of edits)
    it(`name an edit of ${leaf}`, () => {
      const drift = driftOf(exportTask({...registered(), [leaf]: value}, 'ada'), PLAN)
      expect(drift).to.match(new RegExp(`^the task was edited: its ${leaf.split('/').at(-1)} is ${JSON.stringify(value)}, not `))
    })

  it('name a second action, a second trigger, and what cannot be read', () => {
    const document = exportTask(registered(), 'ada')
    const twice = document.replace('</Exec>', '</Exec><Exec><Command>x</Command></Exec>')
    expect(driftOf(twice, PLAN)).to.match(/its Command is ".*wscript.exe", "x", not/)
    expect(driftOf(document.replace('</LogonTrigger>', '</LogonTrigger><BootTrigger/>'), PLAN)).to.match(/it has Triggers\/BootTrigger/)
    expect(driftOf(document.replace('</Exec>', ''), PLAN)).to.equal('the task cannot be read')
  })

  it('are only ours with a record that is whole', () => {
    for (const text of [
      '',
      'hermes: ',
      'hermes: {',
      'hermes: null',
      'hermes: {"home":1,"id":"a","definition":"x","format":1}',
      'other: {}',
    ])
      expect(recordIn(`<Task><RegistrationInfo><Documentation>${text}</Documentation></RegistrationInfo></Task>`), text).to.equal(undefined)
    expect(recordIn('no xml <')).to.equal(undefined)
  })
})

describe('windows: leaves of a document', () => {
  it('are the texts by path, with comments, CDATA, entities, prefixes and empty elements', () => {
    const document = `<?xml version="1.0"?><!-- <x> --><t:T a=">"><A>1 &lt;&#x41;&#66;&amp;lt;</A><B/><C><D><![CDATA[<d>]]></D><D>2</D></C><E></E></t:T>`
    expect([...leavesOf(document)!]).to.deep.equal([
      ['A', ['1 <AB&lt;']],
      ['B', ['']],
      ['C/D', ['<d>', '2']],
      ['E', ['']],
    ])
  })

  it('are none where tags do not fit', () => {
    for (const document of ['<A>', '<A></B>', '<A><B></A></B>']) expect(leavesOf(document), document).to.equal(undefined)
  })
})
