import {createHash} from 'node:crypto'
import {connect, createServer, type Server} from 'node:net'

/**
 * A lock that the kernel keeps for as long as its process lives, and that can be seen from outside: a named pipe on
 * Windows, of which Node makes the first instance only, and where there are none an abstract socket (unix(7)).
 */
const addressOf = (key: string): string => {
  const name = `hermes-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`
}

/** Milliseconds between two attempts. */
const RETRY = 20

/** Undefined when somebody has it. */
export function take(key: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((caller) => {
      caller.on('error', () => {})
      caller.destroy()
    })
    server.once('error', (error: NodeJS.ErrnoException) => {
      // EACCES: made by another user, or while it is being taken down.
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen(addressOf(key), () => resolve(server))
  })
}

/** Somebody has it now. */
export function isHeld(key: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(addressOf(key))
    const answer = (held: boolean) => {
      socket.destroy()
      resolve(held)
    }

    socket.once('connect', () => answer(true))
    // EBUSY: all of its instances are taken, so there is one.
    socket.once('error', ({code}: NodeJS.ErrnoException) => answer(code === 'EBUSY'))
  })
}

const release = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })

/** Runs `work` while nobody else does anything under that key. Undefined: not within so many milliseconds. */
export async function alone<T>(key: string, milliseconds: number, work: () => Promise<T>): Promise<{value: T} | undefined> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    const server = await take(key)
    if (server) {
      try {
        return {value: await work()}
      } finally {
        await release(server)
      }
    }

    if (Date.now() >= deadline) return undefined
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY)
    })
  }
}
