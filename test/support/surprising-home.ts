// Shell scripts that fill the home of a container with what a boot must bear.

/** Something else in the place of a file: nothing may wait for it, follow it, or fall over it. */
export const HOSTILE = `set -e
make() { mkdir -m 700 "profiles/$1"; echo soul > "profiles/$1/SOUL.md"; cd "profiles/$1"; }
cd /opt/data
(make state-fifo; mkfifo gateway_state.json)
(make state-directory; mkdir gateway_state.json)
(make state-link; echo '{"gateway_state": "running"}' > elsewhere; ln -s elsewhere gateway_state.json)
(make intent-fifo; mkfifo gateway_intent.json)
(make soul-link; rm SOUL.md; ln -s nowhere SOUL.md)
(make stale; echo '{"pid": 99999, "host": "old"}' > gateway.pid; echo '[]' > processes.json)
(make stale-link; echo kept > canary; ln -s canary gateway.pid; ln -s canary processes.json)
(make stale-directory; mkdir gateway.pid processes.json)
echo '{"pid": 99999, "host": "old"}' > gateway.pid; echo '[]' > processes.json`

export const HOSTILE_ARE = [
  'intent-fifo',
  'soul-link',
  'stale',
  'stale-directory',
  'stale-link',
  'state-directory',
  'state-fifo',
  'state-link',
]

/** Directories that are no profiles. */
export const NONE = `set -e; cd /opt/data/profiles
mkdir -- no-soul .hidden Upper 'with space' default -dash dot.ted "$(printf 'new\\nline profile=forged')" "$(printf 'x%.0s' $(seq 252))"
for each in .hidden Upper 'with space' default ./-dash dot.ted new* xxx*; do echo soul > "$each/SOUL.md"; done
echo soul > file.md; echo soul > a-file`

export const BAD = ['-dash', 'dot.ted', '"new line profile=forged"', '"with space"', 'Upper']

const RUNNING = JSON.stringify({desired_state: 'running'})

export const HANGS = `mkdir /opt/data/profiles/hangs; cd /opt/data/profiles/hangs; echo soul > SOUL.md; echo '${RUNNING}' > gateway_intent.json
printf 'gateway:\\n  command: exec sleep 1000009\\n  ready_timeout: 3000\\n  ready: {port: 9}\\n' > config.yaml`

/** By another user than hermes, and from outside: the next boot gives them to it. */
export const BY_ROOT = `mkdir /opt/data/profiles/by-root; cd /opt/data/profiles/by-root; echo soul > SOUL.md; echo '${RUNNING}' > gateway_intent.json
chmod 700 . ; chmod 600 *`
