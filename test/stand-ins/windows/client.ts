import {connect} from 'node:net'
import {createInterface} from 'node:readline'

/** What an executable of this machine knows. */
export interface Machine {
  readonly socket: string
  readonly startup: string
}

export interface Answer {
  readonly code?: number
  readonly message?: string
  readonly sid?: string
  readonly tasks?: object[]
}

/** Asks the service; a machine where it was stopped answers as RPC does. */
export function ask({socket}: Machine, question: object): Promise<Answer> {
  return new Promise((resolve) => {
    const client = connect(socket, () => client.write(`${JSON.stringify(question)}\n`))
    client.on('error', () => resolve({code: 0x80_07_06_ba, message: 'Der RPC-Server ist nicht verfügbar.'}))
    createInterface({input: client})
      .on('error', () => {})
      .once('line', (line) => resolve(JSON.parse(line) as Answer))
  })
}
