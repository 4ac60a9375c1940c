import {CommandHelp, type Command} from '@oclif/core'

/** As oclif's, but nothing is said twice and no line is left empty between examples: it fits on a screen. */
export class ShortCommandHelp extends CommandHelp {
  protected override aliases(aliases: string[] | undefined): string | undefined {
    const shown = this.command.id.replaceAll(':', ' ')
    return super.aliases(aliases?.filter((alias) => alias.replaceAll(':', ' ') !== shown))
  }

  protected override description(): string | undefined {
    const {description, summary} = this.command
    // The first line of a description without a summary stands above everything.
    const text = summary ? (description ?? '') : (description ?? '').split('\n').slice(1).join('\n')
    return text.trim() === '' ? undefined : this.wrap(text.trim())
  }

  protected override examples(examples: Command.Example[] | string | undefined): string | undefined {
    return super.examples(examples)?.replaceAll(/\n{2,}/g, '\n')
  }
}
