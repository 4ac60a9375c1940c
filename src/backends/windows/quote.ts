import {ServiceManagerError} from '@hermes-cli/service-manager'

/**
 * A word of a command line as CommandLineToArgvW and the C runtime take it apart (learn.microsoft.com/windows/win32/api/
 * shellapi/nf-shellapi-commandlinetoargvw): backslashes mean themselves unless a quote follows them.
 */
export function argument(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word
  return `"${word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`
}

/** A text in XML, in an element or an attribute. What XML 1.0 cannot hold becomes a space. */
export function xml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, ' ')
      .replaceAll(/[&<>"'\t\n\r]/g, (char) => `&#${char.codePointAt(0)};`)
  )
}

/** JSON in ASCII only. */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[^\u0020-\u007E]/g, (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`)

/**
 * Paths of programs and of our own files that the launcher puts into a command line for WScript.Shell.Run, which expands
 * %NAME% and has no way to say that it should not. Throws `invalid-spec`.
 */
export function checkLaunchable(paths: readonly string[]): void {
  const bad = paths.find((path) => /["%\r\n]/.test(path))
  if (bad === undefined) return
  throw new ServiceManagerError('invalid-spec', `the path ${JSON.stringify(bad)} cannot be in a command line of Windows Script Host`, {
    suggestions: ['Install Node or hermes in a directory without % in its name.'],
  })
}
