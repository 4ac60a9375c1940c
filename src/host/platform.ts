/** The only place beside backends that asks which system this is. */
export const isWindows = process.platform === 'win32'

/** There is a /proc as proc(5) describes it. */
export const isLinux = process.platform === 'linux'

export const isDarwin = process.platform === 'darwin'
