#!/usr/bin/env node
/**
 * A small agent to try hermes with: answers HTTP on AGENT_PORT (default: any free port), prints what it does, and ends
 * cleanly on SIGTERM. What it prints is in `hermes gateway:logs`.
 */
import {createServer} from 'node:http'

const profile = process.env.HERMES_PROFILE ?? 'nobody'
let answered = 0

const server = createServer((request, response) => {
  answered++
  response.end(`${profile} answers, for the ${answered}. time\n`)
})

server.listen(Number(process.env.AGENT_PORT ?? 0), '127.0.0.1', () => {
  console.log(`agent of ${profile}: listening on port ${server.address().port}`)
})

process.on('SIGTERM', () => {
  console.log(`agent of ${profile}: asked to stop after ${answered} answers, finishing`)
  server.close(() => process.exit(0))
})
