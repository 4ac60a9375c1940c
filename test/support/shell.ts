import {execa} from 'execa'
import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {until} from './wait.js'

export const PROMPT = 'READY>'

/** What makes each shell show nothing but our prompt, and where it reads that. */
export const START: Readonly<Record<string, {readonly file: string; readonly program: readonly string[]; readonly text: string}>> = {
  bash: {
    file: '.bashrc',
    program: ['bash'],
    text: `PS1='${PROMPT} '\nbind 'set bell-style none'\nbind 'set page-completions off'\nbind 'set completion-query-items 0'\n`,
  },
  fish: {
    file: '.config/fish/config.fish',
    program: ['fish'],
    text: `set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nfunction fish_prompt\n  echo '${PROMPT} '\nend\n`,
  },
  zsh: {file: '.zshrc', program: ['zsh'], text: `PROMPT='${PROMPT} '\nunsetopt beep list_beep\nLISTMAX=10000\n`},
}

/** A real shell in a real terminal (tmux), whose screen can be read. */
export class Shell {
  private static opened = 0

  private constructor(private readonly socket: string) {}

  /** Its server is its own: the socket is in `directory`. */
  static async open(name: string, directory: string, environment: Readonly<Record<string, string>>): Promise<Shell> {
    const shell = new Shell(join(directory, `tmux-${Shell.opened++}`))
    const words = Object.entries(environment).map(([key, value]) => `${key}=${value}`)
    const size = ['-x', '110', '-y', '60']
    await shell.tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      '-c',
      directory,
      'env',
      '-i',
      'TERM=screen',
      ...words,
      ...START[name]!.program,
    )
    await shell.shows(new RegExp(`^${PROMPT}`, 'm'))
    return shell
  }

  /** Returns when the shell has ended: until then it may write its history. */
  async close(): Promise<void> {
    const pid = Number(await this.tmux('display-message', '-p', '#{pane_pid}'))
    await this.tmux('kill-server')
    await until(`the end of ${pid}`, () => !existsSync(`/proc/${pid}`))
  }

  private async tmux(...args: string[]): Promise<string> {
    const {stdout} = await execa('tmux', ['-u', '-S', this.socket, ...args], {env: {TMUX: ''}})
    return stdout
  }

  /** What stands on the screen, without blanks at the ends. */
  async screen(): Promise<string> {
    const text = await this.tmux('capture-pane', '-p')
    return text.replaceAll(/[ ]+$/gm, '').trimEnd()
  }

  async type(text: string): Promise<void> {
    await this.tmux('send-keys', '-l', '--', text)
  }

  async key(...names: string[]): Promise<void> {
    await this.tmux('send-keys', ...names)
  }

  async shows(pattern: RegExp): Promise<string> {
    let seen = ''
    return until(`the screen shows ${String(pattern)}`, async () => {
      seen = await this.screen()
      return pattern.test(seen) && seen
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${seen}`)
    })
  }

  /** The line is thrown away, the screen is empty but for the prompt. */
  async fresh(): Promise<void> {
    // No Ctrl-C: a signal overtakes keys, and would end the line that is typed next.
    await until('an empty screen', async () => {
      await this.key('C-u', 'C-l')
      return (await this.screen()) === PROMPT
    })
  }

  /** A command line that was run to its end. */
  async run(line: string): Promise<string> {
    await this.fresh()
    await this.type(`${line}; echo "en""ded"`)
    await this.key('Enter')
    return this.shows(/^ended$/m)
  }
}

export const nodeDirectory = dirname(process.execPath)
