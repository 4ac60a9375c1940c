// What lives on between two requests: domains, jobs, the database of what is disabled.
import {execFileSync} from 'node:child_process'
import {appendFileSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {Refused} from './errors.mjs'
import {Job} from './job.mjs'
import {readPlist} from './plist.mjs'

const json = (path, otherwise) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return otherwise
  }
}

export class Machine {
  /** `options`: domains {name: plist directory}, caller (uid), throttle, drain, spawnDelay, bootoutCode. */
  constructor(directory) {
    this.directory = directory
    this.options = json(join(directory, 'options.json'), {})
    /** Overrides survive a boot (/var/db/com.apple.xpc.launchd). */
    this.overrides = json(join(directory, 'overrides.json'), {})
    this.domains = new Map(Object.keys(this.options.domains).map((name) => [name, new Map()]))
    this.faults = []
    this.groups = new Set()
  }

  note = (words) => appendFileSync(join(this.directory, 'calls.log'), `${words.join(' ')}\n`)

  accountOf(user) {
    if (!user || process.getuid() !== 0) return {}
    const id = (flag) => Number(execFileSync('id', [flag, user], {encoding: 'utf8'}))
    return {gid: id('-g'), uid: id('-u')}
  }

  /** What launchd loads by itself when a domain comes up: what is in its directory and not disabled. */
  boot() {
    for (const [domain, directory] of Object.entries(this.options.domains)) this.fill(domain, directory)
  }

  fill(domain, directory) {
    let names = []
    try {
      names = readdirSync(directory).filter((name) => name.endsWith('.plist'))
    } catch {
      // Nobody has made it yet.
    }

    for (const name of names) {
      try {
        this.load(domain, join(directory, name))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
      }
    }
  }

  isDisabled = (domain, label) => this.overrides[domain]?.[label] === true

  setDisabled(domain, label, disabled) {
    this.overrides[domain] = {...this.overrides[domain], [label]: disabled}
    writeFileSync(join(this.directory, 'overrides.json'), JSON.stringify(this.overrides))
  }

  jobsOf(domain, missing = 125) {
    const jobs = this.domains.get(domain)
    if (!jobs) throw new Refused(missing)
    return jobs
  }

  load(domain, path) {
    const jobs = this.jobsOf(domain)
    const found = statSync(path, {throwIfNoEntry: false})
    if (!found?.isFile()) throw new Refused(5)
    if ((found.mode & 0o022) !== 0 || (domain === 'system' && found.uid !== 0)) throw new Refused(122)
    let plist
    try {
      plist = readPlist(path)
    } catch {
      throw new Refused(5)
    }

    if (typeof plist.Label !== 'string' || !Array.isArray(plist.ProgramArguments)) throw new Refused(111)
    const session = domain.startsWith('gui/') ? 'Aqua' : 'Background'
    const sessions = [plist.LimitLoadToSessionType ?? 'Aqua'].flat()
    if (domain !== 'system' && !sessions.includes(session)) throw new Refused(125)
    if (this.isDisabled(domain, plist.Label)) throw new Refused(119)
    // Loaded already, or still on its way out: launchctl shows the same for both.
    if (jobs.has(plist.Label)) throw new Refused(5)
    const job = new Job({domain, machine: this, path, plist})
    jobs.set(job.label, job)
    if (plist.RunAtLoad || plist.KeepAlive) job.schedule()
  }

  /** The next call of this verb meets it: `{verb, code, run}`; `run` says whether the verb does its work all the same. */
  faultFor(verb) {
    const at = this.faults.findIndex((fault) => fault.verb === verb)
    return at === -1 ? undefined : this.faults.splice(at, 1)[0]
  }

  /** As a power cut does it: nobody is asked. */
  powerOff() {
    for (const group of this.groups) {
      try {
        process.kill(-group, 'SIGKILL')
      } catch {
        // nobody of it is left
      }
    }

    process.exit(0)
  }
}
