#!/bin/sh
# Asks the stand-in launchd that lives in directory $1, and answers and exits as it says.
dir=$1
shift
mkfifo "$dir/reply.$$" && exec 3<>"$dir/reply.$$" || exit 70
for word; do printf '%s\n' "$word"; done >"$dir/request.$$"
echo $$ >"$dir/requests"
read -r code <&3
cat "$dir/out.$$"
cat "$dir/err.$$" >&2
rm -f "$dir/reply.$$" "$dir/request.$$" "$dir/out.$$" "$dir/err.$$"
exit "$code"
