// One job: a process group of its own, spawned and kept as its property list says (launchd.plist(5)).
import {spawn} from 'node:child_process'
import {openSync} from 'node:fs'

const DEFAULTS = {ExitTimeOut: 20, ThrottleInterval: 10}

const send = (pid, signal) => {
  try {
    process.kill(pid, signal)
  } catch {
    // ended meanwhile
  }
}

export class Job {
  constructor({domain, machine, path, plist}) {
    Object.assign(this, {domain, lastExit: undefined, lastSpawn: 0, machine, path, plist, removing: false, runs: 0, timers: new Set()})
    this.label = plist.Label
  }

  get pid() {
    return this.child?.pid
  }

  /** Seconds of launchd are made shorter by `scale`, where they are only there to save a machine from a loop. */
  seconds(name, scale = 1) {
    return (this.plist[name] ?? DEFAULTS[name]) * 1000 * scale
  }

  later(milliseconds, act) {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      act()
    }, milliseconds)
    this.timers.add(timer)
  }

  get state() {
    if (this.child) return this.removing ? 'SIGTERMed' : 'running'
    return this.scheduled ? 'spawn scheduled' : 'not running'
  }

  /** As soon as it may: launchd starts a job no more often than ThrottleInterval says. */
  schedule() {
    if (this.child || this.scheduled || this.removing) return
    this.scheduled = true
    const {spawnDelay = 5, throttle = 1} = this.machine.options
    const wait = this.lastSpawn + this.seconds('ThrottleInterval', throttle) - Date.now()
    this.later(Math.max(spawnDelay, wait), () => this.spawn())
  }

  spawn() {
    this.scheduled = false
    if (this.removing) return
    const {EnvironmentVariables = {}, ProgramArguments, StandardErrorPath, StandardOutPath, WorkingDirectory = '/'} = this.plist
    const to = (path) => (path ? openSync(path, 'a') : 'ignore')
    const own = this.domain === 'system' ? {} : {HOME: '/nonexistent', LOGNAME: 'user', SHELL: '/bin/zsh', USER: 'user'}
    const environment = {...own, PATH: '/usr/bin:/bin:/usr/sbin:/sbin', XPC_SERVICE_NAME: this.label, ...EnvironmentVariables}
    this.runs++
    this.lastSpawn = Date.now()
    const [file, ...words] = ProgramArguments
    // A session, and so a process group, of its own.
    const child = spawn(file, words, {
      cwd: WorkingDirectory,
      detached: true,
      env: environment,
      stdio: ['ignore', to(StandardOutPath), to(StandardErrorPath)],
      ...this.machine.accountOf(this.plist.UserName),
    })
    this.child = child
    child.once('error', () => this.ended(78, 'EX_CONFIG'))
    child.once('exit', (code, signal) => this.ended(code, signal))
    if (child.pid) this.machine.groups.add(child.pid)
  }

  ended(code, signal) {
    const group = this.child?.pid
    this.child = undefined
    this.lastExit = {code, signal}
    // AbandonProcessGroup: what is left of the group gets a SIGTERM, and no more than that (launchd's job_reap; TN2083).
    if (group && !this.plist.AbandonProcessGroup) send(-group, 'SIGTERM')
    if (this.removing) this.later(this.machine.options.drain ?? 20, () => this.removed())
    else if (this.wanted()) this.schedule()
  }

  wanted() {
    const {KeepAlive} = this.plist
    if (KeepAlive === true) return true
    if (KeepAlive?.SuccessfulExit === undefined) return false
    return KeepAlive.SuccessfulExit === (this.lastExit?.code === 0)
  }

  /** Returns at once; the job is there until its process is not, and a moment longer. */
  remove(done) {
    this.removing = true
    this.removed = () => {
      this.dispose()
      done()
    }

    if (!this.child) {
      this.later(this.machine.options.drain ?? 20, () => this.removed())
      return
    }

    this.signal('SIGTERM')
    this.later(this.seconds('ExitTimeOut'), () => this.signal('SIGKILL'))
  }

  signal(name) {
    if (this.pid) send(this.pid, name)
  }

  dispose() {
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }
}
