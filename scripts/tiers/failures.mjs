// What failed, kept until the end: the middle of a long log is what gets lost.
import {readFileSync} from 'node:fs'

const LINES = 15

const head = (text) => {
  const lines = text.trim().split('\n')
  return lines.length > LINES ? [...lines.slice(0, LINES), `… (${lines.length - LINES} more lines)`] : lines
}

/** What the reporter of a mocha run has written. Not `ended`: mocha died before its end. */
export function readReport(file) {
  let lines = []
  try {
    lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    // It failed before the first test ended.
  }

  const entries = lines.flatMap((line) => {
    try {
      return [JSON.parse(line)]
    } catch {
      // Mocha was killed while it wrote.
      return []
    }
  })
  const count = (name) => entries.filter((entry) => entry[name]).length
  const failures = entries.filter(({title}) => title !== undefined)
  return {ended: count('ended') === 1, failures, passed: count('passed'), pending: count('pending')}
}

/** Failures are `{tier, title, error}`. */
export function describeFailures(failures) {
  const blocks = failures.map(({error, tier, title}, index) => {
    const lines = head(error).map((line) => (line ? `     ${line}` : ''))
    return [`  ${index + 1}) ${tier}: ${title}`, ...lines].join('\n')
  })
  return ['Failures:', ...blocks].join('\n\n')
}
