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
  const it = (title: string, run: () => Promise<void>) => void tests.push({run, skipped: false, title: named(title)})
  register({
    describe(title, body) {
      groups.push(title)
      body()
      groups.pop()
    },
    it: Object.assign(it, {
      skip: (title: string) => void tests.push({run: async () => {}, skipped: true, title: named(title)}),
    }),
  })
  return tests
}
