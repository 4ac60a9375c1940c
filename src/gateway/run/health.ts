import {createServer, type Server, type ServerResponse} from 'node:http'

import {pause} from './pause.js'

export interface Health {
  readonly status: string
  readonly ready: boolean
  readonly [key: string]: unknown
}

export interface HealthServer {
  close(): void
}

const LISTEN_ON = '127.0.0.1'

/** Serves `report()` on the loopback: 200 when ready, 503 otherwise. Rejects with the error of listen(2). */
export function serveHealth(port: number, report: () => Health): Promise<HealthServer> {
  const server = createServer(
    {connectionsCheckingInterval: 2000, headersTimeout: 2000, keepAlive: false, requestTimeout: 2000},
    (request, response) => {
      const path = (request.url ?? '').split('?')[0]
      if (path !== '/' && path !== '/health') return answer(response, 404, {error: 'not found'})
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answer(response.setHeader('allow', 'GET, HEAD'), 405, {error: 'method not allowed'})
      const health = report()
      answer(response, health.ready ? 200 : 503, health)
    },
  )
  // A probe asks once. Idle connections would only be in the way of an end.
  server.keepAliveTimeout = 1
  server.maxConnections = 64
  server.on('clientError', (_, socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({host: LISTEN_ON, port}, () => {
      server.on('error', () => {})
      resolve({close: () => closeNow(server)})
    })
  })
}

function closeNow(server: Server): void {
  server.close()
  server.closeAllConnections()
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'cache-control': 'no-store',
    connection: 'close',
    'content-length': Buffer.byteLength(text),
    'content-type': 'application/json',
  })
  response.end(text)
}

/** Why the port could not be had, for people. */
export function portProblem(port: number, error: unknown): string {
  const {code, message} = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `port ${port} on ${LISTEN_ON} is taken by another program`
  return `port ${port} on ${LISTEN_ON} cannot be listened on (${code ?? message})`
}

/** Tries again and again until the port is ours, the time is over (milliseconds) or `stop` aborts. Throws the last error at the end. */
export async function serveHealthWithin(
  milliseconds: number,
  interval: number,
  {port, report, stop}: {readonly port: number; readonly report: () => Health; readonly stop: AbortSignal},
): Promise<HealthServer> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    try {
      return await serveHealth(port, report)
    } catch (error) {
      if (Date.now() + interval > deadline || (await pause(interval, stop))) throw error
    }
  }
}
