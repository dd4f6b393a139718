#!/bin/bash
# Written by Offramp: {{count}} processes in one capsule. Each gets the signals that this script gets; when one
# ends, the others are told to end too, so that the capsule is started anew as a whole.
set -m
pids=()
told=
# How many were told: the signal may come between the start of one and its number being noted.
reached=0

start() {
  [ -z "$told" ] || return
  bash -c "$1" &
  pids+=("$!")
  if [ -n "$told" ] && [ "$reached" -lt "${#pids[@]}" ]; then
    reached=${#pids[@]}
    kill -TERM -- "-$!" 2>/dev/null
  fi
}

tell() {
  reached=${#pids[@]}
  for pid in "${pids[@]}"; do kill "-$1" -- "-$pid" 2>/dev/null; done
}

alive() {
  for pid in "${pids[@]}"; do kill -0 -- "-$pid" 2>/dev/null && return; done
  return 1
}

trap 'told=1; tell TERM' TERM INT

{{lines}}
set +m

wait -n "${pids[@]}"
status=$?
# Once is enough: many programs take a second signal for an order to stop at once.
if [ -z "$told" ]; then
  echo "one of the processes has ended with $status: the others are told to end"
  tell TERM
fi
# A dyno waits 30 seconds, too. One that never ended would keep the capsule from being started anew.
for ((tenths = 0; tenths < 300; tenths++)); do
  alive || break
  sleep 0.1
done
tell KILL
# One that ends without an error is missing all the same.
[ -n "$told" ] && exit 0
[ "$status" -ne 0 ] || status=1
exit "$status"
