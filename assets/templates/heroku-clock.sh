#!/bin/bash
# Written by Offramp: the jobs of Heroku Scheduler. Each is started at its minute (UTC) as a process of its
# own; while one runs it is not started again.
# Four words a job: its name, the minute that it starts at, how many minutes later again, its command.
JOBS=(
{{jobs}}
)
declare -A running
set -m

say() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $1: $2"; }

stop() {
  # What bash knows, and not `running`: a job may have been started a moment ago.
  for pid in $(jobs -p); do kill -TERM -- "-$pid" 2>/dev/null; done
  wait
  exit 0
}
trap stop TERM INT

start() {
  local pid=${running[$1]:-}
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    say "$1" "still runs; this time it is left out"
    return
  fi
  say "$1" "starts"
  (
    bash -c "$2"
    say "$1" "ended with $?"
  ) &
  running[$1]=$!
}

echo "jobs that wait for their time: $((${#JOBS[@]} / 4))"
while :; do
  sleep $((60 - $(date +%s) % 60)) &
  wait $!
  minute=$(($(date +%s) / 60 % 1440))
  for ((i = 0; i < ${#JOBS[@]}; i += 4)); do
    if ((minute % JOBS[i + 2] == JOBS[i + 1])); then start "${JOBS[i]}" "${JOBS[i + 3]}"; fi
  done
done
