// launchctl(1), as far as it is documented or has been reported.
import {Refused} from './errors.mjs'

const split = (target = '') => {
  const at = target.startsWith('system/') ? 6 : target.indexOf('/', target.indexOf('/') + 1)
  return at === -1 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)]
}

const usage = () => {
  throw new Refused(64, 'Usage: launchctl <subcommand> ...')
}

function jobOf(machine, target) {
  const [domain, label] = split(target)
  const job = machine.jobsOf(domain, 113).get(label)
  if (!job) throw new Refused(113, `Bad request.\nCould not find service "${label}" in domain for ${domain}`)
  return job
}

/** Only root changes the system's domain; everybody may look. */
function mayChange(machine, domain, what) {
  if (domain === 'system' && (machine.options.caller ?? 0) !== 0)
    throw new Refused(5, `${what} failed: 5: Input/output error\nTry re-running the command as root for richer errors.`)
}

const said = (what, act) => {
  try {
    return act()
  } catch (error) {
    if (error instanceof Refused && /^\d+: /.test(error.message)) error.message = `${what} failed: ${error.message}`
    throw error
  }
}

function exitText({lastExit}) {
  if (!lastExit) return 'last exit code = (never exited)'
  const {code, signal} = lastExit
  if (code === 78) return 'last exit code = 78: EX_CONFIG'
  return code === null ? `last terminating signal = ${signal}` : `last exit code = ${code}`
}

function describe(job) {
  const {path, pid, plist, runs, state} = job
  const block = (name, lines) => [`\t${name} = {`, ...lines.map((line) => `\t\t${line}`), '\t}', '']
  return [
    `${job.domain}/${job.label} = {`,
    `\tactive count = ${pid ? 1 : 0}`,
    `\tpath = ${path}`,
    `\ttype = ${job.domain === 'system' ? 'LaunchDaemon' : 'LaunchAgent'}`,
    `\tstate = ${state}`,
    '',
    `\tprogram = ${plist.ProgramArguments[0]}`,
    ...block('arguments', plist.ProgramArguments),
    ...block('default environment', ['PATH => /usr/bin:/bin:/usr/sbin:/sbin']),
    `\tdomain = ${job.domain}`,
    `\tminimum runtime = ${plist.ThrottleInterval ?? 10}`,
    `\texit timeout = ${plist.ExitTimeOut ?? 20}`,
    `\truns = ${runs}`,
    ...(pid ? [`\tpid = ${pid}`] : []),
    `\t${exitText(job)}`,
    '',
    ...block('resource coalition', ['ID = 1234', 'type = resource', 'state = active', 'active count = 1', `name = ${job.label}`]),
    '\tproperties = keepalive | runatload | inferred program',
    '}',
    '',
  ].join('\n')
}

const disabledList = (machine, domain) =>
  Object.entries(machine.overrides[domain] ?? {}).map(([label, off]) => `\t\t"${label}" => ${off ? 'disabled' : 'enabled'}`)

const VERBS = {
  print(machine, target) {
    const [domain, label] = split(target)
    if (label) return describe(jobOf(machine, target))
    const jobs = [...machine.jobsOf(domain, 112).values()].map((job) => `\t\t${job.pid ?? 0}\t-\t${job.label}`)
    return [
      `${domain} = {`,
      '\tservices = {',
      ...jobs,
      '\t}',
      '\tdisabled services = {',
      ...disabledList(machine, domain),
      '\t}',
      '}',
      '',
    ].join('\n')
  },
  'print-disabled'(machine, domain) {
    machine.jobsOf(domain, 112)
    return ['disabled services = {', ...disabledList(machine, domain), '}', ''].join('\n')
  },
  enable: (machine, target) => override(machine, target, false),
  disable: (machine, target) => override(machine, target, true),
  bootstrap(machine, domain, path) {
    if (!path) usage()
    return said('Bootstrap', () => {
      mayChange(machine, domain, 'Bootstrap')
      machine.load(domain, path)
    })
  },
  bootout(machine, target) {
    if (!target || target.startsWith('-')) usage()
    return said('Boot-out', () => {
      const [domain, label] = split(target)
      mayChange(machine, domain, 'Boot-out')
      const jobs = machine.jobsOf(domain, 3)
      const job = jobs.get(label)
      if (!job) throw new Refused(3)
      if (job.removing) throw new Refused(36)
      job.remove(() => jobs.delete(label))
      const {bootoutCode} = machine.options
      if (bootoutCode) throw new Refused(bootoutCode)
    })
  },
  kickstart(machine, ...words) {
    const job = jobOf(machine, words.at(-1))
    mayChange(machine, job.domain, 'Kickstart')
    if (words.includes('-k')) job.signal('SIGKILL')
    else if (job.child) throw new Refused(37, 'Kickstart failed: 37: Operation already in progress')
    job.schedule()
  },
  kill(machine, signal, target) {
    const job = jobOf(machine, target)
    mayChange(machine, job.domain, 'Kill')
    if (!job.pid) throw new Refused(3, 'Could not signal service: 3: No such process')
    job.signal(/^\d+$/.test(signal) ? Number(signal) : `SIG${signal.replace(/^SIG/, '')}`)
  },
  list(machine, label) {
    const job = [...machine.domains.values()].map((jobs) => jobs.get(label)).find(Boolean)
    if (!job) throw new Refused(113, `Could not find service "${label}" in domain for port`)
    const lines = [`\t"Label" = "${label}";`, `\t"LastExitStatus" = ${(job.lastExit?.code ?? 0) * 256};`]
    if (job.pid) lines.push(`\t"PID" = ${job.pid};`)
    return ['{', ...lines, '};', ''].join('\n')
  },
  /** The old verb hides its errors: its exit code is 0 whatever happens. */
  load(machine, ...words) {
    const [first] = machine.domains.keys()
    try {
      machine.load(first, words.at(-1))
    } catch (error) {
      if (error instanceof Refused) return {err: `Load failed: ${error.message}\n`}
      throw error
    }
  },
  managername: () => 'Background\n',
  /** Of the tests alone: what the next call of a verb is to meet, and a user who logs in or out. */
  'stand-in'(machine, what, ...words) {
    if (what === 'fault') machine.faults.push({code: Number(words[1]), run: words[2] === 'run', verb: words[0]})
    else if (what === 'login') {
      machine.domains.set(words[0], new Map())
      machine.fill(words[0], words[1])
    } else if (what === 'logout') return logOut(machine, words[0])
    else usage()
  },
}

function override(machine, target, disabled) {
  const [domain, label] = split(target)
  if (!label) usage()
  mayChange(machine, domain, disabled ? 'Disable' : 'Enable')
  machine.jobsOf(domain, 112)
  machine.setDisabled(domain, label, disabled)
}

function logOut(machine, domain) {
  const jobs = machine.jobsOf(domain)
  machine.domains.delete(domain)
  const ends = [...jobs.values()].map((job) => new Promise((resolve) => job.remove(resolve)))
  return Promise.all(ends).then(() => ({}))
}

/** `{code, out, err}`, or throws Refused. */
export function answer(machine, [verb, ...words]) {
  const act = VERBS[verb] ?? usage
  const fault = verb === 'stand-in' ? undefined : machine.faultFor(verb)
  if (fault && !fault.run)
    said(verb, () => {
      throw new Refused(fault.code)
    })
  const out = act(machine, ...words)
  if (fault) throw new Refused(fault.code)
  return typeof out === 'string' ? {out} : out
}
