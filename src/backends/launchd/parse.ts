/** What launchd says about a loaded job, as far as it could be understood: its texts are no interface (launchctl(1)). */
export interface Seen {
  /** A positive pid is the only proof that something runs. */
  readonly pid?: number
  readonly state?: string
  /** `never`: it has not ended yet. */
  readonly lastExit?: number | 'never' | 'signal'
}

/** Pure: of `launchctl print DOMAIN/LABEL`. Only what stands one step in belongs to the job itself. */
export function parsePrint(text: string): Seen {
  const own = new Map<string, string>()
  let inside: string | undefined
  for (const line of text.split('\n')) {
    const [, indent, name, value] = /^(\t| {4})([^\s=][^=]*?) = (.*)$/.exec(line) ?? []
    if (inside === undefined && name !== undefined && value === '{') inside = indent
    else if (inside !== undefined) inside = line === `${inside}}` ? undefined : inside
    else if (name !== undefined && !own.has(name)) own.set(name, value!.trim())
  }

  const pid = Number(own.get('pid'))
  const state = own.get('state')
  const code = /^(-?\d+)/.exec(own.get('last exit code') ?? '')?.[1]
  const lastExit = code === undefined ? (own.get('last exit code')?.includes('never') ? 'never' : undefined) : Number(code)
  const signal = own.has('last terminating signal') ? 'signal' : undefined
  return {
    ...(Number.isSafeInteger(pid) && pid > 0 ? {pid} : {}),
    ...(state === undefined ? {} : {state}),
    ...((lastExit ?? signal) === undefined ? {} : {lastExit: (lastExit ?? signal)!}),
  }
}

/** Pure: of `launchctl list LABEL`, the older verb; its exit status is one of wait(2). */
export function parseList(text: string): Seen {
  const value = (name: string) => new RegExp(String.raw`^\t"${name}" = (-?\d+);$`, 'm').exec(text)?.[1]
  const [pid, status] = [Number(value('PID')), value('LastExitStatus')]
  const ended = status === undefined ? {} : {lastExit: (Number(status) & 127) === 0 ? Number(status) >> 8 : ('signal' as const)}
  return {...(pid > 0 ? {pid} : {}), ...ended}
}

/** Pure: of `launchctl print-disabled DOMAIN`. macOS 13 says `disabled`, older ones `true`. */
export function isDisabledIn(text: string, label: string): boolean {
  return text.split('\n').some((line) => {
    const [, name, value] = /^\s*"(.*)" => (\w+)\s*$/.exec(line) ?? []
    return name === label && (value === 'disabled' || value === 'true')
  })
}
