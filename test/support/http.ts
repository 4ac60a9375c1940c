import {request} from 'node:http'

/** One request, the answer read as JSON where it is some. */
export const ask = (url: string, method = 'GET'): Promise<{json: Record<string, unknown>; status: number}> =>
  new Promise((resolve, reject) => {
    const sent = request(url, {agent: false, method}, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => {
        const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
        resolve({json, status: response.statusCode ?? 0})
      })
    })
    sent.once('error', reject)
    sent.end()
  })
