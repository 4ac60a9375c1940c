type Environment = Readonly<Record<string, string | undefined>>

export interface RunCall {
  /** `--supervise` or `--no-supervise`. */
  readonly flag: boolean | undefined
  readonly environment: Environment
  /** Of the profile that is to run. */
  readonly directory: string
}

const isYes = (value = ''): boolean => ['1', 'true', 'yes'].includes(value.trim().toLowerCase())

/** Pure. Does `gateway:run` hand the gateway to the service manager instead of being it? */
export function handsOver({directory, environment, flag}: RunCall): boolean {
  // What a supervisor runs, and what a gateway runs as its program, would be handed to itself for ever.
  if (environment.HERMES_SUPERVISED || environment.HERMES_PROFILE_DIR === directory) return false
  return flag ?? (isYes(environment.HERMES_GATEWAY_SUPERVISE) && !isYes(environment.HERMES_GATEWAY_NO_SUPERVISE))
}
