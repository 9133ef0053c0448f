#!/bin/sh
# Runs a compiler and keeps what it says in OBJECT.log: register and spill counts of the CUDA kernels are checked there.
log=
previous=
for argument in "$@"; do
  [ "$previous" = "-o" ] && log="$argument.log"
  previous=$argument
done
[ -n "$log" ] || exec "$@"
"$@" >"$log" 2>&1
status=$?
[ $status -eq 0 ] || cat "$log"
exit $status
