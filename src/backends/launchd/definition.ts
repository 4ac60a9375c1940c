import {editOf, serviceFiles, type DefinitionClaim, type ServiceFiles, type ServiceSpec} from '@hermes-cli/service-manager'

import {bodyOf, digest, readPlist, type PlistRecord} from './render.js'
import {fileNameOf, isOurName, type Site} from './site.js'

type Place = Pick<Site, 'directory' | 'host' | 'scope'>

/** A property list as we wrote it: what it says of itself, and the text without that. */
export interface Definition {
  readonly body: string
  readonly record: PlistRecord
  readonly spec: ServiceSpec
}

/** The property lists of this home. */
export const definitionsOf = ({directory, host, scope}: Place): ServiceFiles<Definition> =>
  serviceFiles<Definition>(host, {
    directory,
    isName: isOurName,
    nameOf: (id) => fileNameOf({host, scope}, id),
    read(text) {
      const plist = readPlist(text)
      return plist && {...plist, spec: plist.record.spec}
    },
  })

export const claimOf = (site: Place, id: string): DefinitionClaim<Definition> => definitionsOf(site).claim(id)

/** The record of a service of ours. Throws `not-registered` or `not-owned`. */
export const ownRecord = (site: Place, id: string): PlistRecord => definitionsOf(site).get(id).record

/** The records of all services of this home, in byte order of their ids. */
export const ownRecords = (site: Place): PlistRecord[] =>
  definitionsOf(site)
    .all()
    .map(({record}) => record)

/** Pure: what somebody changed in a definition since it was written, in one line. */
export const driftOf = ({body, record}: Pick<Definition, 'body' | 'record'>): string | undefined =>
  digest(body) === record.body ? undefined : `the property list was edited${editOf(() => bodyOf(record), body)}`
