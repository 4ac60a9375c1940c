import fs, {type PathLike, type RmOptions, type Stats} from 'node:fs'

/**
 * In the place of node:fs/promises in the bundle of a supervised gateway (scripts/bundle-gateway.mjs), over calls that do
 * not leave the thread. Its files are small and local: handing each call to the thread pool cost several times what the
 * call itself does, and loading node:fs/promises 4 ms. Only what that bundle uses; esbuild tells what is missing.
 */
export class FileHandle {
  constructor(readonly fd: number) {}

  async chmod(mode: number): Promise<void> {
    fs.fchmodSync(this.fd, mode)
  }

  async close(): Promise<void> {
    fs.closeSync(this.fd)
  }

  async read(buffer: Buffer, offset: number, length: number, position: number): Promise<{bytesRead: number}> {
    return {bytesRead: fs.readSync(this.fd, buffer, offset, length, position)}
  }

  async stat(): Promise<Stats> {
    return fs.fstatSync(this.fd)
  }

  async sync(): Promise<void> {
    fs.fsyncSync(this.fd)
  }

  async truncate(length: number): Promise<void> {
    fs.ftruncateSync(this.fd, length)
  }

  /** All of it, or it throws. */
  async write(buffer: Buffer, offset: number, length: number, position: number): Promise<void> {
    for (let done = 0; done < length;) done += fs.writeSync(this.fd, buffer, offset + done, length - done, position + done)
  }

  async writeFile(text: string): Promise<void> {
    fs.writeFileSync(this.fd, text)
  }
}

export const open = async (path: PathLike, flags: number, mode?: number): Promise<FileHandle> =>
  new FileHandle(fs.openSync(path, flags, mode))
export const lstat = async (path: PathLike): Promise<Stats> => fs.lstatSync(path)
export const stat = async (path: PathLike): Promise<Stats> => fs.statSync(path)
export const mkdir = async (path: PathLike, options: {readonly mode: number}): Promise<void> => fs.mkdirSync(path, options)
export const rename = async (from: PathLike, to: PathLike): Promise<void> => fs.renameSync(from, to)
export const realpath = async (path: PathLike): Promise<string> => fs.realpathSync(path)

/** fs.rmSync would load a module of its own, for directories. */
export async function rm(path: PathLike, options: RmOptions): Promise<void> {
  if (options.recursive) return fs.rmSync(path, options)
  try {
    fs.unlinkSync(path)
  } catch (error) {
    if (!options.force || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
