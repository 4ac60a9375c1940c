// Mocha's spec reporter, which also writes each failure and the counts to a file as they come: `--reporter-option file=PATH`.
import Mocha from 'mocha'
import {appendFileSync} from 'node:fs'

const {Base, Spec} = Mocha.reporters

function words(error) {
  const message = error?.stack ?? error?.message ?? String(error)
  if (!Base.showDiff(error)) return message
  const [first, ...rest] = message.split('\n')
  return [first, Base.generateDiff(error.actual, error.expected).trimEnd(), ...rest].join('\n')
}

export default class RecordingReporter extends Spec {
  constructor(runner, options) {
    super(runner, options)
    const record = (entry) => appendFileSync(options.reporterOptions.file, `${JSON.stringify(entry)}\n`)
    // After the one of Base, which makes strings of what is to be compared.
    runner.on('fail', (test, error) => record({error: words(error), title: test.fullTitle()}))
    runner.on('end', () => {
      const {failures, passes, pending} = runner.stats
      record({end: {failed: failures, passed: passes, pending}})
    })
  }
}
