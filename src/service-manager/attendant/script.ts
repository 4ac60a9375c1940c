import {ATTEND} from './functions.js'
import {LOGGING} from './logger.js'

/** Starts within so many seconds after which a service is given up. */
export const CRASH_LOOP = {seconds: 60, starts: 5}

/** Where the program finds the file that tells its readiness. */
export const NOTIFY_FD = 3

const RUN = String.raw`
mine=$(birth $$)
mkdir -p "$dir" || exit 1
mkdir -p "$logs" || echo "hermes: $logs cannot be made, so there is no log" >&2
claim
bury
rm -f "$dir/log" "$dir/state"
mkfifo "$dir/log" && exec 4<>"$dir/log" || leave 1
keep <"$dir/log" >/dev/null 2>&1 &
keeper=$!

count() {
  now=$(date +%s) kept='' starts=0
  for t in $recent; do
    [ "$t" -le $((now - ${String(CRASH_LOOP.seconds)})) ] || { kept="$kept $t" starts=$((starts + 1)); }
  done
  recent=$kept
}

give_up() {
  because=$1
  record failed
  leave 0
}

while [ -z "$ending" ]; do
  count
  recent="$recent $now" run=$((run + 1)) since=$now
  child='' born=''
  record starting
  rm -f "$dir/ready" "$dir/begun"
  : >"$dir/ready"
  (
    : >"$dir/begun"
    exec 4>&- ${String(NOTIFY_FD)}>"$dir/ready" >"$dir/log" 2>&1
    cd "$cwd" || exit 126
    exec "$@"
  ) &
  child=$!
  # A signal to a shell that has only just been made is lost: it still has our handlers.
  until_so '[ -e "$dir/begun" ]'
  born=$(birth "$child")
  record running
  [ -z "$ending" ] || [ -n "$killer" ] || stop_child
  while :; do
    woken=
    wait "$child"
    code=$?
    [ -n "$woken" ] || break
  done
  [ -z "$killer" ] || until_so '! kill "$killer" 2>/dev/null'
  child='' born='' killer='' last=$code
  [ "$code" -ne 78 ] || give_up exit-78
  [ "$code" -ne 0 ] || leave 0
  [ -z "$ending" ] || leave "$code"
  count
  [ "$starts" -lt ${String(CRASH_LOOP.starts)} ] || give_up crash-loop
  [ "$code" -ne 75 ] || continue
  record pausing
  pause "$(((starts + 1) / 2))"
done
leave 1
`

export const SCRIPT = [ATTEND, LOGGING, RUN].join('').trimStart()
