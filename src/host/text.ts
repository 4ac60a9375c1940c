/** Names of files and words of others, fit for a line of a log or of a terminal: no line breaks, no control characters. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
