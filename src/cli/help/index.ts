import {Help, type Command, type Interfaces} from '@oclif/core'

import {unknownCommand} from '../nearest.js'
import {ShortCommandHelp} from './command.js'
import {grouped, inOrder} from './order.js'

const START = [
  ['profile create coder --command "node agent.js"', 'make a profile'],
  ['gateway start -p coder', 'bring it up'],
  ['gateway status -p coder', 'look at it'],
] as const

/** Help in the order of use (order.ts), each page on one screen. oclif finds it by `oclif.helpClass` of package.json. */
export default class HermesHelp extends Help {
  protected override CommandHelpClass = ShortCommandHelp

  override async showHelp(argv: string[]): Promise<void> {
    try {
      await super.showHelp(argv)
    } catch (error) {
      const [, id] = /^Command (\S+) not found\.$/.exec((error as Error).message) ?? []
      throw id === undefined ? error : unknownCommand(this.config, id)
    }
  }

  protected override async showRootHelp(): Promise<void> {
    if (this.opts.all) return super.showRootHelp()
    const {bin, pjson} = this.config
    const usage = `$ ${bin} COMMAND [-p PROFILE] [--backend KIND] [--json]`
    const start = START.map(([words, what]): [string, string] => [`$ ${bin} ${words}`, what])
    const groups = grouped(this.rootNames())
    const width = Math.max(...groups.flatMap(({names}) => names.map((name) => name.length)))
    this.log(
      [
        this.wrap(pjson.description ?? ''),
        this.section('START HERE', this.list(start)),
        this.section('USAGE', usage),
        ...groups.map(({names, title}) =>
          this.section(title.toUpperCase(), this.list(names.map((name) => [name.padEnd(width), this.about(name)]))),
        ),
        `${bin} COMMAND --help tells more. ${bin} --version tells which ${bin} this is.`,
      ].join('\n\n'),
    )
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    const below = this.below(command.id)
    if (below.length === 0) return super.showCommandHelp(command)
    const about = this.about(command.id)
    const own = this.summary(command) ?? ''
    this.showTopic(command.id, below, [`$ ${this.config.bin} ${command.id.replaceAll(':', ' ')}`, own])
    const sections = ['arguments', 'flags', 'global flags', 'description', 'examples']
    const rest = new ShortCommandHelp(command, this.config, {...this.opts, sections}).generate()
    this.log(`${about === own || rest === '' ? '' : '\n'}${rest}`)
  }

  protected override async showTopicHelp(topic: Interfaces.Topic): Promise<void> {
    const below = this.below(topic.name)
    if (below.length === 0) return super.showTopicHelp(topic)
    this.showTopic(topic.name, below)
  }

  private showTopic(name: string, below: readonly string[], alone?: readonly [string, string]): void {
    const spaced = name.replaceAll(':', ' ')
    const usage: Array<readonly [string, string]> = [
      ...(alone ? [alone] : []),
      [`$ ${this.config.bin} ${spaced} COMMAND`, 'one of those below'],
    ]
    this.log(
      [
        this.about(name),
        this.section('USAGE', this.list(usage)),
        this.section('COMMANDS', this.list(below.map((id) => [id.replaceAll(':', ' '), this.about(id)]))),
      ].join('\n\n'),
    )
  }

  /** Whatever can stand directly behind `hermes`. */
  private rootNames(): string[] {
    const names = [...this.sortedTopics.map(({name}) => name), ...this.sortedCommands.map(({id}) => id)]
    return [...new Set(names.filter((name) => name !== '').map((name) => name.split(':')[0]!))]
  }

  private below(topic: string): string[] {
    const ids = this.sortedCommands.filter(({id}) => id.startsWith(`${topic}:`)).map(({id}) => id)
    return inOrder(topic, ids)
  }

  /** Of a topic, or of a command. */
  private about(name: string): string {
    const topic = this.config.topics.find((one) => one.name === name && one.description)
    const command = this.config.findCommand(name)
    return this.render((topic?.description ?? (command ? this.summary(command) : undefined) ?? '').split('\n')[0]!).replace(/\.$/, '')
  }

  private list(rows: ReadonlyArray<readonly [string, string]>): string {
    const options = {indentation: 2, spacer: '\n', ...(this.opts.stripAnsi === undefined ? {} : {stripAnsi: this.opts.stripAnsi})}
    return this.renderList(
      rows.map(([left, right]) => [left, right]),
      options,
    )
  }
}
