import {hermesContext, isServiceManagerError, type Host, type ServiceManagerErrorCode} from '@hermes-cli/service-manager'
import {Command} from '@oclif/core'

/** As docs/errors.md of hermes has them. */
const EXIT: Partial<Record<ServiceManagerErrorCode, number>> = {'home-in-use': 75, permission: 77, timeout: 75, unavailable: 69}

interface OclifError extends Error {
  oclif?: {exit?: number}
  showHelp?: boolean
}

/** What `s6 boot` and `s6 shutdown` share: the machine, errors as hermes shows them. */
export abstract class TreeCommand extends Command {
  static override enableJsonFlag = true
  static serviceManager = 'none'

  protected host(): Host {
    const context = hermesContext(this.config)
    return context ? context.host : this.error('this command only works inside hermes', {exit: 1})
  }

  /** A coded error becomes a message with what to do next and an exit code of its own. */
  protected async told<T>(result: Promise<T>): Promise<T> {
    try {
      return await result
    } catch (error) {
      if (!isServiceManagerError(error)) throw error
      this.error(error.message, {code: error.code, exit: EXIT[error.code] ?? 1, suggestions: [...error.suggestions]})
    }
  }

  // oclif forgets the exit code under --json; what an error looks like there is hermes's (its prerun hook sees to it).
  protected override async catch(error: OclifError): Promise<unknown> {
    error.showHelp = false
    process.exitCode ??= error.oclif?.exit ?? 1
    return super.catch(error)
  }
}

/** Runs another command without its output: with --json there is one document on stdout, ours. */
export async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const {write} = process.stdout
  process.stdout.write = () => true
  try {
    return await run()
  } finally {
    process.stdout.write = write
  }
}
