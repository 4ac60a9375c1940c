import {
  isSamePlace,
  SUPERVISION_LOCK,
  SUPERVISION_RECORD,
  supervisionRecord,
  supervisorName,
  type SupervisionRecord,
  type Whereabouts,
} from '@hermes-cli/service-manager'

import type {FileHandle} from 'node:fs/promises'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {readSmallFile} from '../host/files.js'
import {openLockFile, tryLock} from '../host/lock.js'
import {bootId, pidNamespace} from '../host/process.js'
import {HermesError} from '../profile/errors.js'

export const leaseFile = (home: string): string => join(home, SUPERVISION_LOCK)
export const leaseRecordFile = (home: string): string => join(home, SUPERVISION_RECORD)

/** Who supervises a home: nobody that hermes knows of, a tree whose processes can be seen from here, or another. */
export type Supervision =
  | {readonly by: 'here'; readonly record: SupervisionRecord}
  | {readonly by: 'nobody'}
  | {readonly by: 'elsewhere'; readonly record: SupervisionRecord | undefined}

/** Milliseconds a supervisor may take from having the lock to having said who it is, and to replace what an earlier one said. */
const INTRODUCTION = {nameless: 1000, replacing: 250}

export const whereabouts = (): Whereabouts => ({boot_id: bootId(), host: hostname(), pid_namespace: pidNamespace()})

/** One open and one try when nobody supervises it; a record is only read when somebody does. Never throws. */
export async function supervisionOf(home: string, here: Whereabouts = whereabouts()): Promise<Supervision> {
  const began = Date.now()
  for (;;) {
    if (!(await isHeld(home))) return {by: 'nobody'}
    const read = await readSmallFile(leaseRecordFile(home))
    const record = read.ok ? supervisionRecord(read.text) : undefined
    if (record && isSamePlace(record, here)) return {by: 'here', record}
    if (Date.now() - began >= (record ? INTRODUCTION.replacing : INTRODUCTION.nameless)) return {by: 'elsewhere', record}
    await delay(20)
  }
}

async function isHeld(home: string): Promise<boolean> {
  let handle: FileHandle | undefined
  try {
    handle = await openLockFile(leaseFile(home), {create: false})
    // Shared, so that those who only ask never take each other for a supervisor.
    return !tryLock(handle, {shared: true})
  } catch {
    // Not there, no file, not ours to open: nobody of ours holds it.
    return false
  } finally {
    await handle?.close()
  }
}

export const elsewhereText = (record: SupervisionRecord | undefined): string =>
  `the gateways of this home are supervised elsewhere: by ${supervisorName(record)}`

/** A verb that changes what runs, in a place from which what runs cannot be reached. */
export const homeInUse = (record: SupervisionRecord | undefined): HermesError =>
  new HermesError('home-in-use', elsewhereText(record), {
    suggestions: [
      'Run the command there.',
      'End that one, then try again.',
      'Give this machine or container a home of its own with HERMES_HOME.',
    ],
  })

/** Throws `home-in-use` where another container or machine supervises the home. */
export async function checkSupervision(home: string): Promise<void> {
  const supervision = await supervisionOf(home)
  if (supervision.by === 'elsewhere') throw homeInUse(supervision.record)
}
