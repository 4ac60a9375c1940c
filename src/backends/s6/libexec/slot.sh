#!/bin/sh
# Where a scan directory is mounted noexec, run, finish and log/run of a slot are links to this file, and the text is beside them.
. "$0.sh"
