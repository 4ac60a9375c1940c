/** Starts within so many seconds after which a service is given up. */
export const CRASH_LOOP = {seconds: 60, starts: 5}

/** Bytes after which a log file is set aside, and how many are kept beside the current one. */
export const LOG = {bytes: 1_000_000, files: 9}

/** Where the program finds the file that tells its readiness. */
export const NOTIFY_FD = 3

/*
 * POSIX sh only: it runs under dash, busybox and the bash 3.2 of macOS. Everything that varies is an argument, so that
 * no value ever becomes syntax:
 *
 *   sh -c SCRIPT hermes DIRECTORY LOGS STOP_SECONDS DEFINITION WORKING_DIRECTORY PROGRAM [ARGUMENT...]
 *
 * `wait` returns early for a trapped signal: what a handler has to do, it does itself.
 */
const ATTEND = String.raw`
set -f
umask 077
unset HERMES_NOTIFY_FD
PATH=${'$'}{PATH:+$PATH:}/usr/bin:/bin:/usr/sbin:/sbin
dir=$1 logs=$2 grace=$3 definition=$4 cwd=$5
shift 5
boot= child= born= since= last= because= sleeper= killer= ending= woken= recent= run=0 starts=0
nl='
'
[ ! -r /proc/sys/kernel/random/boot_id ] || read -r boot </proc/sys/kernel/random/boot_id

# When process $1 was started, in words that only have to differ; nothing for one that is no more.
birth() {
  if [ -n "$boot" ]; then
    line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    set -- ${'$'}{line##*) }
    case $1 in Z | X) return 1 ;; esac
    echo "$boot.${'$'}{20}"
  else
    set -- $(LC_ALL=C TZ=UTC0 ps -o state= -o lstart= -p "$1" 2>/dev/null)
    case ${'$'}{1-} in '' | Z*) return 1 ;; esac
    shift
    echo "$*"
  fi
}

lives() { [ -n "$2" ] && [ "$(birth "$1")" = "$2" ]; }

record() {
  {
    echo "attendant $$ $mine"
    echo "definition $definition"
    echo "run $run"
    [ -z "$child" ] || echo "program $child $born"
    [ -z "$since" ] || echo "since $since"
    [ -z "$last" ] || echo "exit $last"
    [ -z "$because" ] || echo "because $because"
    echo "state $1"
  } 2>/dev/null >"$dir/.state.$$" && mv -f "$dir/.state.$$" "$dir/state" || echo "hermes: cannot write in $dir" >&2
}

leave() {
  rm -f "$dir/ready" "$dir/log" "$dir/claim"
  [ -n "$because" ] || rm -f "$dir/state"
  exit "$1"
}

stop_child() {
  kill -TERM "$child" 2>/dev/null
  record stopping
  {
    trap 'kill "$s" 2>/dev/null; exit' TERM
    sleep "$grace" & s=$!
    wait "$s"
    if lives "$child" "$born"; then kill -KILL "$child"; fi
  } 4>&- 2>/dev/null &
  killer=$!
}

on_term() {
  woken=1
  [ -z "$ending" ] || return 0
  ending=1
  [ -z "$born" ] || stop_child
  [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null
}
trap on_term TERM INT HUP
trap 'woken=1; [ -z "$child" ] || kill -USR1 "$child" 2>/dev/null' USR1

pause() {
  sleep "$1" & sleeper=$!
  wait "$sleeper"
  sleeper=
}

# One attendant at a time for a directory, whoever started the other: that one has a hard link that says who it is.
claim() {
  echo "$$ $mine" >"$dir/.claim.$$" || exit 1
  until ln "$dir/.claim.$$" "$dir/claim" 2>/dev/null; do
    owner=$(cat "$dir/claim" 2>/dev/null)
    if [ -n "$ending" ] || [ ! -e "$dir/claim" ]; then
      rm -f "$dir/.claim.$$"
      exit 1
    elif lives "${'$'}{owner%% *}" "${'$'}{owner#* }"; then
      pause 1
    elif mv "$dir/claim" "$dir/.stale.$$" 2>/dev/null; then
      [ "$(cat "$dir/.stale.$$")" = "$owner" ] || ln "$dir/.stale.$$" "$dir/claim" 2>/dev/null
      rm -f "$dir/.stale.$$"
    fi
  done
  rm -f "$dir/.claim.$$"
}

# Ends a program that outlived its attendant.
bury() {
  [ -f "$dir/state" ] || return 0
  while read -r key pid rest; do
    [ "$key" = program ] || continue
    case $pid in '' | *[!0-9]* | 0 | 1) continue ;; esac
    asked=0
    while lives "$pid" "$rest"; do
      [ "$asked" -ne 0 ] || kill -TERM "$pid" 2>/dev/null
      [ "$asked" -lt "$grace" ] || kill -KILL "$pid" 2>/dev/null
      asked=$((asked + 1))
      sleep 1
    done
  done <"$dir/state"
}
`

/* The pipe is held open for both ways by the attendant: a logger that is killed takes nobody with it, the next one goes on. */
const LOGGING = String.raw`
rotate() {
  [ "$(($(wc -c <"$logs/current")))" -ge ${String(LOG.bytes)} ] || return 0
  n=${String(LOG.files)}
  while [ "$n" -gt 1 ]; do
    [ ! -f "$logs/current.$((n - 1))" ] || mv -f "$logs/current.$((n - 1))" "$logs/current.$n"
    n=$((n - 1))
  done
  mv -f "$logs/current" "$logs/current.1" || : >"$logs/current"
}

# dd writes each piece as it came. A piece that cannot be written is lost, for the program must not wait for a disk.
copy() {
  while :; do
    seen=$(LC_ALL=C dd bs=16384 count=64 2>&1 >>"$logs/current")
    case $seen in
      *' records in'*) ;;
      *) seen=$(LC_ALL=C dd bs=16384 count=1 2>&1 >/dev/null) ;;
    esac
    case $seen in '0+0 records in'* | *"${'$'}{nl}0+0 records in"*) exit 0 ;; esac
    rotate 2>/dev/null
  done
}

keep() {
  trap '' TERM INT HUP USR1
  exec 4>&-
  while ! (copy); do :; done
}
`

const RUN = String.raw`
mine=$(birth $$)
mkdir -p "$dir" || exit 1
mkdir -p "$logs" || echo "hermes: $logs cannot be made, so there is no log" >&2
claim
bury
rm -f "$dir/log" "$dir/state"
mkfifo "$dir/log" && exec 4<>"$dir/log" || leave 1
keep <"$dir/log" >/dev/null 2>&1 &

count() {
  now=$(date +%s) kept= starts=0
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
  child= born=
  record starting
  rm -f "$dir/ready"
  : >"$dir/ready"
  (
    exec 4>&- ${String(NOTIFY_FD)}>"$dir/ready" >"$dir/log" 2>&1
    cd "$cwd" || exit 126
    exec "$@"
  ) &
  child=$!
  born=$(birth "$child")
  record running
  [ -z "$ending" ] || [ -n "$killer" ] || stop_child
  while :; do
    woken=
    wait "$child"
    code=$?
    [ -n "$woken" ] || break
  done
  [ -z "$killer" ] || kill "$killer" 2>/dev/null
  child= born= killer= last=$code
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
