/*
 * POSIX sh only: it runs under dash, busybox and the bash 3.2 of macOS. Everything that varies is an argument, so that
 * no value ever becomes syntax:
 *
 *   sh -c SCRIPT hermes DIRECTORY LOGS STOP_SECONDS DEFINITION WORKING_DIRECTORY PROGRAM [ARGUMENT...]
 *
 * `wait` returns early for a trapped signal: what a handler has to do, it does itself.
 */
export const ATTEND = String.raw`
set -f
umask 077
unset HERMES_NOTIFY_FD
PATH=${'$'}{PATH:+$PATH:}/usr/bin:/bin:/usr/sbin:/sbin
dir=$1 logs=$2 grace=$3 definition=$4 cwd=$5
shift 5
boot='' child='' born='' since='' last='' because='' sleeper='' keeper='' killer='' ending='' woken='' recent='' run=0 starts=0
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

nap() { sleep 0.02 2>/dev/null || sleep 1; }

# Until what $1 says is so, for a second or a little more.
until_so() {
  tries=0
  until eval "$1" || [ "$tries" -ge 50 ]; do
    tries=$((tries + 1))
    nap
  done
}

# Not before what the program wrote is in the log, unless somebody it left behind still holds the pipe.
leave() {
  exec 4>&-
  [ -z "$keeper" ] || until_so '! kill -0 "$keeper" 2>/dev/null'
  rm -f "$dir/ready" "$dir/begun" "$dir/log" "$dir/claim"
  [ -n "$because" ] || rm -f "$dir/state"
  exit "$1"
}

stop_child() {
  kill -TERM "$child" 2>/dev/null
  record stopping
  {
    trap 'kill "$s"; wait "$s"; exit' TERM
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
  # One that was killed here may have left a second name for the claim of then, and had our pid.
  rm -f "$dir/.claim.$$"
  echo "$$ $mine" >"$dir/.claim.$$" || exit 1
  refused=0
  until ln "$dir/.claim.$$" "$dir/claim" 2>/dev/null; do
    owner=$(cat "$dir/claim" 2>/dev/null)
    if [ -n "$ending" ]; then
      rm -f "$dir/.claim.$$"
      exit 1
    elif [ ! -e "$dir/claim" ]; then
      # Let go of in this moment, or never to be had.
      refused=$((refused + 1))
      if [ "$refused" -ge 20 ]; then
        echo "hermes: no hard link can be made in $dir" >&2
        rm -f "$dir/.claim.$$"
        exit 1
      fi
      nap
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
