import {editOf, serviceFiles, type DefinitionClaim, type ServiceFiles, type ServiceSpec} from '@hermes-cli/service-manager'

import {lstatSync} from 'node:fs'
import {join} from 'node:path'

import {bodyOf, digest, readUnit, type UnitRecord} from './render.js'
import {isUnitName, targetOf, unitOf, type Site} from './site.js'

type Place = Pick<Site, 'host' | 'scope' | 'unitDirectory'>

/** A unit file as we wrote it: what it says of itself, and the text below. */
export interface Unit {
  readonly body: string
  readonly record: UnitRecord
  readonly spec: ServiceSpec
}

/** The unit files of this home. Configuration managers keep units as links: those are ours too. */
export const unitsOf = ({host, scope, unitDirectory: directory}: Place): ServiceFiles<Unit> =>
  serviceFiles<Unit>(host, {
    directory,
    directoryMode: scope === 'user' ? 0o700 : 0o755,
    isName: isUnitName,
    nameOf: (id) => unitOf({host, scope}, id),
    read(text) {
      const unit = readUnit(text)
      return unit && {...unit, spec: unit.record.spec}
    },
  })

export const unitPath = (site: Place, id: string): string => unitsOf(site).pathOf(id)

export const claimOf = (site: Place, id: string): DefinitionClaim<Unit> => unitsOf(site).claim(id)

/** The record of a service of ours. Throws `not-registered` or `not-owned`. */
export const ownUnit = (site: Place, id: string): UnitRecord => unitsOf(site).get(id).record

/** The records of all services of this home, in byte order of their ids. */
export const ownUnits = (site: Place): UnitRecord[] =>
  unitsOf(site)
    .all()
    .map(({record}) => record)

export const wantsPath = (site: Place, id: string): string => join(site.unitDirectory, `${targetOf(site)}.wants`, unitOf(site, id))

export const isEnabled = (site: Place, id: string): boolean => lstatSync(wantsPath(site, id), {throwIfNoEntry: false}) !== undefined

/** Pure: what somebody changed in a unit since it was written, in one line. */
export const driftOf = ({body, record}: Pick<Unit, 'body' | 'record'>): string | undefined =>
  digest(body) === record.body ? undefined : `the unit was edited${editOf(() => bodyOf(record), body)}`
