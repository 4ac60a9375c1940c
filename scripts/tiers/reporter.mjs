// Mocha's spec reporter, which also writes what comes of each test to a file as they come: `--reporter-option file=PATH`.
import Mocha from 'mocha'
import {appendFileSync} from 'node:fs'

const {Base, Spec} = Mocha.reporters

function words(error) {
  const message = error?.stack ?? error?.message ?? String(error)
  return Base.showDiff(error) ? `${message}\n${Base.generateDiff(error.actual, error.expected)}` : message
}

export default class RecordingReporter extends Spec {
  constructor(runner, options) {
    super(runner, options)
    const record = (entry) => appendFileSync(options.reporterOptions.file, `${JSON.stringify(entry)}\n`)
    // After the one of Base, which makes strings of what is to be compared.
    runner.on('fail', (test, error) => record({error: words(error), title: test.fullTitle()}))
    runner.on('pass', () => record({passed: true}))
    runner.on('pending', () => record({pending: true}))
    runner.on('end', () => record({ended: true}))
  }
}
