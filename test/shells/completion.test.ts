import {expect} from 'chai'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {addPlugin, addProfile, HOSTILE_NAMES, hermesOnPath, put} from '../support/completion-home.js'
import {nodeDirectory, PROMPT, Shell, START} from '../support/shell.js'

/** Everything below the home, but what a shell keeps for itself. */
const harmed = (directory: string): string[] =>
  readdirSync(directory, {recursive: true})
    .map(String)
    .filter((name) => name.endsWith('PWNED') || name.endsWith('PWNED)'))
    .filter((name) => !name.includes('profiles/'))

for (const name of ['bash', 'zsh', 'fish']) {
  describe(`completion in a real ${name}`, () => {
    let home: string
    let shell: Shell

    /** Types it and presses TAB, twice where the shell lists only then. */
    const tab = async (line: string): Promise<void> => {
      await shell.fresh()
      await shell.type(line)
      await shell.key(...(name === 'bash' ? ['Tab', 'Tab'] : ['Tab']))
    }

    /** The words on the screen below the line, once all of `wanted` are there. */
    const offered = async (line: string, wanted: readonly string[]): Promise<string[]> => {
      await tab(line)
      const seen = await shell.shows(new RegExp(wanted.map((word) => String.raw`(?=[^]*\n[^]*(?<![\w:-])${word}(?![\w:-]))`).join('')))
      // bash repeats the line below what it lists.
      const listed = seen.split('\n').filter((text) => !text.startsWith(PROMPT))
      return listed.join('\n').split(/\s+/)
    }

    /** One candidate: it is put in, with a blank behind. */
    const completes = async (line: string, whole: string): Promise<void> => {
      await shell.fresh()
      await shell.type(line)
      await shell.key('Tab')
      const plain = whole.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
      await shell.shows(new RegExp(`^${PROMPT} ${plain}$`, 'm'))
      // The blank is there: what is typed next is a word of its own.
      await shell.type('X')
      await shell.shows(new RegExp(`^${PROMPT} ${plain} X$`, 'm'))
    }

    const open = (): Promise<Shell> => {
      const PATH = [join(home, 'bin'), nodeDirectory, '/usr/bin', '/bin'].join(':')
      return Shell.open(name, home, {HOME: home, LANG: 'C.UTF-8', NO_COLOR: '1', PATH, SHELL: `/bin/${name}`})
    }

    before(async () => {
      home = mkdtempSync(join(tmpdir(), 'hermes-sh-'))
      for (const one of ['coder', 'writer', 'tester', ...HOSTILE_NAMES]) addProfile(join(home, '.hermes'), one)
      addPlugin(join(home, '.local/share/hermes'))
      const {file, text} = START[name]!
      put(join(home, file), text)
      // Or fish reads every manual page in the background.
      mkdirSync(join(home, '.local/share/fish/generated_completions'), {recursive: true})
      hermesOnPath(join(home, 'bin'))
      shell = await open()
      await shell.run('hermes completion install')
      await shell.run('hermes completion install')
      await shell.close()
      shell = await open()
    })

    after(async () => {
      await shell?.close()
      rmSync(home, {force: true, recursive: true})
    })

    afterEach(() => {
      expect(harmed(home)).to.deep.equal([])
    })

    it('installed twice leaves one block, found by the shell of $SHELL', () => {
      if (name === 'fish') expect(existsSync(join(home, '.config/fish/completions/hermes.fish'))).to.equal(true)
      else expect(readFileSync(join(home, START[name]!.file), 'utf8').split('>>> hermes completion >>>')).to.have.length(2)
    })

    it('offers profiles after -p, before the command, and no name that cannot be one', async () => {
      const words = await offered('hermes -p ', ['coder', 'default', 'tester', 'writer'])
      for (const bad of ['PWNED', 'touch', 'UPPER', '-rf', 'ünï', "it's", 'a:b']) expect(words.join(' '), bad).to.not.include(bad)
      await completes('hermes -p co', 'hermes -p coder')
      await completes('hermes gateway start --profile wr', 'hermes gateway start --profile writer')
      await completes('hermes --profile=te', 'hermes --profile=tester')
    })

    it('offers profiles as arguments, and none twice', async () => {
      await offered('hermes gateway start ', ['coder', 'default', 'tester', 'writer'])
      const more = await offered('hermes gateway:stop coder ', ['default', 'tester', 'writer'])
      expect(more).to.not.include('coder')
      await completes('hermes profile show wr', 'hermes profile show writer')
    })

    it('offers commands behind a space', async () => {
      await offered('hermes gateway ', ['install', 'list', 'logs', 'restart', 'run', 'start', 'status', 'stop', 'uninstall'])
      await offered('hermes -p coder gateway ', ['restart', 'start', 'status', 'stop'])
      await completes('hermes -p coder gateway rest', 'hermes -p coder gateway restart')
    })

    it('offers commands behind a colon', async () => {
      const stem = name === 'bash' ? '' : 'gateway:'
      await offered('hermes gateway:', [`${stem}start`, `${stem}status`, `${stem}stop`, `${stem}uninstall`])
      await completes('hermes gateway:rest', 'hermes gateway:restart')
      await completes('hermes -p coder gateway:uni', 'hermes -p coder gateway:uninstall')
    })

    it('offers backends after --backend, that of a plugin too', async () => {
      await offered('hermes --backend ', ['runit', 's6', 'systemd'])
      await completes('hermes backend inspect ru', 'hermes backend inspect runit')
    })

    it("offers the commands, flags and options of a user's plugin", async () => {
      await completes('hermes weat', 'hermes weather')
      const options = await offered('hermes weather show --kind ', ['rain', 'sun'])
      expect(options.join(' ')).to.not.include('PWNED')
      await completes('hermes weather show --who wr', 'hermes weather show --who writer')
      await completes('hermes weather show os', 'hermes weather show oslo')
      await completes('hermes s6 bo', 'hermes s6 boot')
    })

    it('offers the flags of a command, not those that were given', async () => {
      const flags = await offered('hermes gateway logs --all --', ['--follow', '--help', '--json', '--lines'])
      expect(flags).to.not.include('--all')
      await completes('hermes gateway logs --fol', 'hermes gateway logs --follow')
    })

    it('leaves paths to the shell where a directory is meant', async () => {
      await shell.fresh()
      await shell.type('hermes container reconcile --home .loc')
      await shell.key('Tab')
      await shell.shows(new RegExp(String.raw`^${PROMPT} hermes container reconcile --home \.local/`, 'm'))
    })

    it('goes on within a quote, and behind one', async () => {
      await shell.fresh()
      await shell.type('hermes -p "cod')
      await shell.key('Tab')
      await shell.shows(new RegExp(`^${PROMPT} hermes -p "coder"?$`, 'm'))
      await completes(`hermes -p 'coder' gateway rest`, `hermes -p 'coder' gateway restart`)
    })

    it('says nothing where there is nothing to say', async () => {
      for (const line of [
        'hermes gateway strat ',
        'hermes no-such-command --',
        "hermes -p 'it",
        'hermes profile create ',
        'hermes gateway start -- --',
        'hermes $(touch PWNED) ',
        'hermes `touch PWNED` ga',
      ]) {
        await tab(line)
        // The same line is still there when the next word comes, and nothing else is.
        await shell.type('X')
        await shell.shows(/X$/)
        const seen = await shell.screen()
        expect(
          seen
            .split('\n')
            .filter((text) => !text.startsWith(`${PROMPT} hermes`))
            .join('\n'),
          line,
        ).to.equal('')
      }
    })

    it('says nothing where hermes cannot be asked, or the home cannot be read', async () => {
      await shell.run('export HERMES_HOME=/dev/null/none')
      await completes('hermes -p de', 'hermes -p default')
      await shell.run(
        name === 'fish' ? 'set -e HERMES_HOME; set -x OLD $PATH; set -x PATH /usr/bin' : 'unset HERMES_HOME; OLD=$PATH; PATH=/usr/bin',
      )
      await tab('hermes gatew')
      await shell.type('X')
      expect(await shell.shows(/X$/)).to.match(new RegExp(`^${PROMPT} hermes gatewX$`))
      await shell.run(name === 'fish' ? 'set -x PATH $OLD' : 'PATH=$OLD')
    })

    it('honours HERMES_HOME', async () => {
      addProfile(join(home, 'other'), 'elsewhere')
      await shell.run(name === 'fish' ? 'set -x HERMES_HOME ~/other' : 'export HERMES_HOME=~/other')
      await completes('hermes -p el', 'hermes -p elsewhere')
      await shell.run(name === 'fish' ? 'set -e HERMES_HOME' : 'unset HERMES_HOME')
    })

    it('offers a thousand profiles', async () => {
      for (let index = 0; index < 1000; index++) addProfile(join(home, 'many'), `p${String(index).padStart(4, '0')}`)
      await shell.run(name === 'fish' ? 'set -x HERMES_HOME ~/many' : 'export HERMES_HOME=~/many')
      await completes('hermes -p p0999', 'hermes -p p0999')
      await offered('hermes -p p012', ['p0120', 'p0129'])
      await shell.run(name === 'fish' ? 'set -e HERMES_HOME' : 'unset HERMES_HOME')
    })

    if (name === 'zsh') {
      it('does not mind a compinit behind it', async () => {
        const path = join(home, '.zshrc')
        const before = readFileSync(path, 'utf8')
        writeFileSync(path, `${before}autoload -Uz compinit && compinit -u\n`)
        await shell.close()
        shell = await open()
        await completes('hermes gateway rest', 'hermes gateway restart')
        // The second time there is a dump, which forgets everything else.
        await shell.close()
        shell = await open()
        await completes('hermes gateway rest', 'hermes gateway restart')
        writeFileSync(path, before)
      })
    }

    it('is taken away again', async () => {
      await shell.run('hermes completion uninstall')
      const {file, text} = START[name]!
      expect(readFileSync(join(home, file), 'utf8')).to.equal(text)
      expect(existsSync(join(home, '.local/share/hermes/completion'))).to.equal(false)
      expect(existsSync(join(home, '.config/fish/completions/hermes.fish'))).to.equal(false)
    })
  })
}
