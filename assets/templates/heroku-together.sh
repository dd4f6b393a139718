#!/bin/bash
# Written by Offramp: {{count}} processes in one capsule. Each gets the signals that this script gets; when one
# ends, the others are told to end too, so that the capsule is started anew as a whole.
set -m
pids=()

start() {
  bash -c "$1" &
  pids+=("$!")
}

tell() {
  for pid in "${pids[@]}"; do kill "-$1" -- "-$pid" 2>/dev/null; done
}

told=
trap 'told=1; tell TERM' TERM INT

{{lines}}
set +m

wait -n "${pids[@]}"
status=$?
[ -n "$told" ] || echo "one of the processes has ended with $status: the others are told to end"
tell TERM
for pid in "${pids[@]}"; do wait "$pid"; done
# One that ends without an error is missing all the same.
[ -n "$told" ] && exit 0
[ "$status" -ne 0 ] || status=1
exit "$status"
