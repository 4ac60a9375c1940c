import type {Selection} from '@hermes-cli/service-manager'

import type {VerbResult} from '../gateway/control.js'
import {overMany, type FleetOutcome} from '../gateway/fleet.js'
import {doubleText, locate} from '../gateway/locate.js'
import {unlessGone} from '../gateway/meanwhile.js'
import {checkSupervision} from '../gateway/supervision.js'
import {readConfig} from '../profile/config.js'
import {HermesError} from '../profile/errors.js'
import {checkOwner} from '../profile/owner.js'
import {profileDirectory} from '../profile/paths.js'
import {findProfile} from '../profile/read.js'
import {scanProfiles} from '../profile/scan.js'
import {HermesCommand} from './base-command.js'
import {EXIT} from './exit.js'
import {actingFor} from './on-behalf.js'
import {errorJson, toldError} from './report.js'
import type {Controls, PlacedControl, Verb, VerbFlags} from './placed.js'
import {askedScope, candidates, type ScopeFlags} from './scope.js'
import {specsOf} from './specs.js'

/** The profiles a gateway command is about: names, `--all`, or the selected one. */
export abstract class GatewayCommand extends HermesCommand {
  static override completes = {name: 'profile'} as const

  protected async targets(names: readonly string[], flags: VerbFlags): Promise<{many: boolean; profiles: string[]}> {
    if (flags.all) {
      if (names.length > 0 || flags.profile) throw new HermesError('usage', '--all already means every profile; leave the names out')
      const {bad, entries, warnings} = await scanProfiles(this.home)
      for (const text of [...warnings, ...bad.map(({because, name}) => `profiles/${name} is left out: ${because}`)]) this.warn(text)
      return {many: true, profiles: entries.map(({name}) => name)}
    }

    if (names.length > 0 && flags.profile && !names.includes(flags.profile)) {
      throw new HermesError('usage', `both -p ${flags.profile} and other names were given; name the profiles one way`)
    }

    const profiles = names.length > 0 ? [...new Set(names)] : [await this.selectProfile(flags.profile)]
    for (const name of profiles) await this.checkTarget(name)
    return {many: profiles.length > 1, profiles}
  }

  /** Before anything is done. Throws what `findProfile` throws. */
  protected async checkTarget(profile: string): Promise<void> {
    await findProfile(this.home, profile)
  }

  protected act(control: PlacedControl, profile: string, verb: Verb): Promise<VerbResult> {
    const double = doubleText({main: control.selection, others: control.others}, profile)
    if (double) this.warn(double)
    return unlessGone(control, profile, () => verb(control, profile))
  }

  /** The managers a verb may act on, best first. Throws where none is usable. */
  private async candidates(flags: ScopeFlags): Promise<readonly Selection[]> {
    const detection = await this.detect()
    const found = candidates(detection, flags, this.context.host.environment.HERMES_BACKEND)
    return found.length > 0 ? found : this.noManager(detection)
  }

  /** Throws where no manager has a profile's service and none is to be had for it. */
  private async located(among: readonly Selection[], profile: string): Promise<{main: Selection; others: readonly Selection[]}> {
    const {main, others} = await locate(among, profile, (text) => this.warn(text))
    return {main: main ?? (await this.noManager(await this.detect())), others}
  }

  /** Which manager a profile's service is to be found on, or to be placed on. Throws where none is usable. */
  protected async locator(flags: ScopeFlags): Promise<(profile: string) => Promise<Selection>> {
    const among = await this.candidates(flags)
    return async (profile) => (await this.located(among, profile)).main
  }

  protected controlOf(
    selection: Selection,
    {force = false, others = []}: {force?: boolean; others?: readonly Selection[]} = {},
  ): PlacedControl {
    const {environment} = this.context.host
    const specFor = specsOf(this.home, this.config.root, environment)
    const lasting = selection.backend.supports.bootPersistence && !force
    return {
      checkConfig: (profile) => readConfig(profileDirectory(this.home, profile)),
      home: this.home,
      manager: selection.manager,
      others,
      selection,
      specFor: (profile) => specFor(profile, selection),
      ...(lasting ? {checkHome: async () => (await import('../profile/temporary.js')).checkLasting(this.home, environment)} : {}),
    }
  }

  /** What a verb that changes something acts with, for each profile. */
  protected async controls(flags: VerbFlags): Promise<Controls> {
    // What nobody may is said before what is missing.
    if (!(await this.detect()).selection) await checkOwner(this.home)
    const {onBehalf, usable} = await actingFor(this.home, await this.candidates(flags))
    await checkSupervision(this.home)
    return {
      atOnce: onBehalf ? 1 : undefined,
      controlFor: async (profile) => {
        const {main, others} = await this.located(usable, profile)
        return {...this.controlOf(main, {force: flags.force ?? false, others}), named: askedScope(flags) !== undefined}
      },
    }
  }

  /** One verb over the targets: one profile fails as itself, many are reported one by one. */
  protected async runVerb(names: readonly string[], flags: VerbFlags, verb: Verb): Promise<unknown> {
    const {many, profiles} = await this.targets(names, flags)
    const {atOnce, controlFor} = await this.controls(flags)
    const act = async (profile: string) => this.act(await controlFor(profile), profile, verb)
    if (!many) {
      const result = await act(profiles[0]!)
      const {renderVerb} = await import('./render/gateway.js')
      this.log(renderVerb(result))
      return result
    }

    return this.reportMany(await overMany(profiles, act, atOnce))
  }

  private async reportMany(outcomes: ReadonlyArray<FleetOutcome<VerbResult>>): Promise<unknown> {
    const {renderVerb} = await import('./render/gateway.js')
    for (const outcome of outcomes) if (outcome.ok) this.log(renderVerb(outcome.result))
    const failures = await this.reportFailures(outcomes)
    return {gateways: outcomes.map((outcome) => (outcome.ok ? {ok: true, ...outcome.result} : failures.get(outcome.profile)))}
  }

  /** Names every profile that failed and sets the exit code: the one they share, or 1. Answers with them as under --json. */
  protected async reportFailures(outcomes: ReadonlyArray<FleetOutcome<unknown>>): Promise<ReadonlyMap<string, object>> {
    const {renderVerbFailure} = await import('./render/gateway.js')
    const codes = new Set<number>()
    const failures = new Map<string, object>()
    for (const outcome of outcomes) {
      if (outcome.ok) continue
      const {profile} = outcome
      const told = toldError(outcome.error)
      codes.add(told.oclif.exit)
      this.logToStderr(renderVerbFailure(profile, told))
      failures.set(profile, {...errorJson(told), ok: false, profile})
    }

    if (codes.size > 0) this.exitWith(codes.size === 1 ? [...codes][0]! : EXIT.failed)
    return failures
  }
}
