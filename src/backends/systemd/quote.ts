/** What systemd would drop with a warning in a value: control characters beside tab and line break. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
export const UNSTORABLE = /[\u0000-\u0008\u000B-\u001F\u007F]/

const ESCAPES: Readonly<Record<string, string>> = {'\n': String.raw`\n`, '\t': String.raw`\t`, '"': String.raw`\"`, '\\': String.raw`\\`}

/** A word in systemd's C-like quotes. `%` would start a specifier. */
export const quote = (word: string): string => `"${word.replaceAll(/["\\\n\t]/g, (char) => ESCAPES[char]!).replaceAll('%', '%%')}"`

/** A word of a command line, where `$` would start a variable too. */
export const argument = (word: string): string => quote(word).replaceAll('$', '$$$$')

export const words = (...all: string[]): string => all.map((word) => argument(word)).join(' ')

/** A command line of a shell, with a script of ours and words that are data to it. */
export const shell = (script: string, ...data: string[]): string => words('/bin/sh', '-c', script, 'hermes', ...data)

/** A setting that is not quoted. One that ends in a backslash would go on in the next line. */
export function plain(text: string): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .replaceAll('%', '%%')
  return line.endsWith('\\') ? `${line} ` : line
}
