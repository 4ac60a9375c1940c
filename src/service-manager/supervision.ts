/**
 * Who supervises a home. Two containers may have one volume: whoever starts a supervision tree for a home holds the
 * kernel's lock on the first file for as long as the tree lives, and says in the second who it is. Both below HERMES_HOME.
 */
export const SUPERVISION_LOCK = 'supervision.lock'
/** Who holds the lock, as a `SupervisionRecord`; below HERMES_HOME. */
export const SUPERVISION_RECORD = 'supervision.json'

/** Metadata: the lock is the truth, and the record may be of an earlier tree. */
export interface SupervisionRecord {
  /** Where that tree has its services. */
  readonly scandir: string
  readonly host: string
  /** The kernel's boot id; '' where there is none. */
  readonly boot_id: string
  /** As /proc/self/ns/pid reads; null where there are none. */
  readonly pid_namespace: string | null
  /** ISO 8601. */
  readonly since: string
}

/** What tells one set of processes that see each other from any other. */
export type Whereabouts = Pick<SupervisionRecord, 'boot_id' | 'host' | 'pid_namespace'>

const MAX_BYTES = 16_384

/** Pure: what a record says, or undefined for a text that is none. It comes from a volume that others write too. */
export function supervisionRecord(text: string | undefined): SupervisionRecord | undefined {
  if (text === undefined || text.length > MAX_BYTES) return undefined
  try {
    const {boot_id, host, pid_namespace: namespace, scandir, since} = (JSON.parse(text) ?? {}) as Record<string, unknown>
    if (!isWord(scandir) || !isWord(host) || !isWord(since) || Number.isNaN(Date.parse(since))) return undefined
    if (typeof boot_id !== 'string' || (boot_id !== '' && !isWord(boot_id))) return undefined
    if (namespace !== null && !isWord(namespace)) return undefined
    return {boot_id, host, pid_namespace: namespace, scandir, since}
  } catch {
    return undefined
  }
}

/** It will be shown: no control characters, line breaks or marks that turn the direction of what follows. */
const isWord = (value: unknown): value is string => typeof value === 'string' && /^[^\p{C}\p{Zl}\p{Zp}]{1,4096}$/u.test(value)

/** Pure: that tree's processes can be seen from here. A hostname only counts where the kernel names no boot. */
export const isSamePlace = (record: Whereabouts, here: Whereabouts): boolean =>
  record.boot_id === here.boot_id && record.pid_namespace === here.pid_namespace && (here.boot_id !== '' || record.host === here.host)

/** Whose tree it is, for people: "host web-1 (s6-svscan in /run/service) since …". */
export const supervisorName = (record: SupervisionRecord | undefined): string =>
  record ? `host ${record.host} (services in ${record.scandir}) since ${record.since}` : 'another supervisor, which does not say who it is'
