import {ServiceManagerError, type Host} from '@hermes-cli/service-manager'

import {createHash} from 'node:crypto'
import {createServer, type Server} from 'node:net'

/** Milliseconds to wait for another boot or shutdown of the same tree. */
const PATIENCE = 120_000

/**
 * Runs `act` while no other process runs one for the same directory. A socket in Linux' abstract namespace (unix(7)) is
 * the lock: the kernel drops it with the process however that dies, and it leaves no file behind.
 */
export async function exclusively<T>(host: Host, directory: string, act: () => Promise<T>): Promise<T> {
  const name = `\0hermes-s6-${createHash('sha256').update(directory).digest('hex').slice(0, 32)}`
  const deadline = host.now() + PATIENCE
  let server = await listen(name)
  while (!server) {
    if (host.now() >= deadline) {
      throw new ServiceManagerError(
        'timeout',
        `another hermes has been starting or ending the tree in ${directory} for ${PATIENCE / 1000} s`,
        {
          suggestions: ['Wait for it, or end that process, then run the command again.'],
        },
      )
    }

    await host.sleep(20)
    server = await listen(name)
  }

  try {
    return await act()
  } finally {
    server.close()
  }
}

const listen = (path: string): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen({path}, () => resolve(server))
  })
