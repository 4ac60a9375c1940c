import type {Runner} from '@hermes-cli/service-manager/conformance'

export interface Recorded {
  /** Group and title: `lifecycle: start after stop gives a new process`. */
  readonly title: string
  readonly skipped: boolean
  run(): Promise<void>
}

/** A runner of mocha's shape that only remembers what it was given. */
export function record(register: (runner: Runner) => void): readonly Recorded[] {
  const tests: Recorded[] = []
  const groups: string[] = []
  const named = (title: string) => [...groups.slice(1), title].join(': ')
  const add = (title: string, skipped: boolean, run: () => Promise<void>) => {
    tests.push({run, skipped, title: named(title)})
  }

  register({
    describe(title, body) {
      groups.push(title)
      body()
      groups.pop()
    },
    it: Object.assign((title: string, run: () => Promise<void>) => add(title, false, run), {
      skip: (title: string) => add(title, true, async () => {}),
    }),
  })
  return tests
}
