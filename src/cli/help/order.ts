/** What stands where in the help: in the order in which people need it. What is not named here comes last, by name. */
export const GROUPS: ReadonlyArray<{readonly names: readonly string[]; readonly title: string}> = [
  {names: ['profile', 'gateway'], title: 'every day'},
  {names: ['doctor', 'backend'], title: 'when something is wrong'},
  {names: ['s6', 'container'], title: 'machines and containers'},
  {names: ['completion', 'plugins', 'help'], title: 'hermes itself'},
]

/** `completion` does what it does, and more. */
export const LEFT_OUT: readonly string[] = ['autocomplete']

export const REST = 'from plugins'

const WITHIN: Readonly<Record<string, readonly string[]>> = {
  completion: ['install', 'uninstall'],
  gateway: ['start', 'stop', 'restart', 'status', 'list', 'logs', 'run', 'install', 'uninstall'],
  profile: ['create', 'list', 'show', 'use', 'rename', 'delete'],
}

/** Ids of commands of one topic, in order of use. */
export function inOrder(topic: string, ids: readonly string[]): string[] {
  const order = WITHIN[topic] ?? []
  const place = (id: string): number => {
    const at = order.indexOf(id.slice(topic.length + 1))
    return at === -1 ? order.length : at
  }

  return [...ids].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}

export interface Group {
  readonly names: readonly string[]
  readonly title: string
}

/** All `names` in their groups; groups with nothing in them are left out. */
export function grouped(names: readonly string[]): Group[] {
  const known = new Set([...GROUPS.flatMap((group) => group.names), ...LEFT_OUT])
  const rest = names.filter((name) => !known.has(name)).sort()
  return [...GROUPS, {names: rest, title: REST}]
    .map(({names: wanted, title}) => ({names: wanted.filter((name) => names.includes(name)), title}))
    .filter((group) => group.names.length > 0)
}
