/** A text as one word of POSIX sh, whatever is in it but NUL: a single quote is closed, put in double quotes, reopened. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`

/** Quoted only where a shell would see more than plain text, so that a run script reads like the command it is. */
export const word = (text: string): string => (/^[\w%+,./:@-]+$/.test(text) ? text : quote(text))

export const command = (words: readonly string[]): string => words.map((text) => word(text)).join(' ')
