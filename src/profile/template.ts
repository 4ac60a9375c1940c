/** What a new profile's `SOUL.md` says. The file also marks the directory as a profile. */
export const soulText = (name: string): string => `# ${name}

Who this agent is, what it is for and how it should behave.
`

/** What a new profile's `.env` says. */
export const ENV_TEXT = `# Secrets of this profile as KEY=VALUE lines. Only the gateway reads this file; keep it at mode 0600.
`

/** A new profile's `config.yaml`: the port, and every key with its default as a comment. */
export function configText(port: number, command?: readonly string[] | string): string {
  // JSON is YAML, and escapes whatever a word may hold.
  const given = command === undefined ? '  # command: [node, agent.js]' : `  command: ${JSON.stringify(command)}`
  return `# Settings of one hermes profile. Keys hermes does not know are left alone.

# Where this profile's gateway answers on the loopback interface. Given once, then kept.
port: ${port}

gateway:
  # What to run: a list of words, or one line for /bin/sh. Without it the gateway runs alone.
${given}

  # Where it starts, relative to this directory.
  # working_directory: .

  # Plain variables for it. Secrets belong in the .env file beside this one.
  # environment: {LANG: C.UTF-8}

  # When it counts as ready: {after: SECONDS}, {http: URL} or {port: NUMBER}, and how many seconds that may take.
  # ready: {after: 1}
  # ready_timeout: 60

  # Seconds it may take to end after SIGTERM before it is killed.
  # drain_timeout: 10
`
}
