#!/bin/bash
# Written by Offramp: what a dyno does on Heroku before each process. It is given the line of the process, as
# one word: bash heroku-start.sh 'java $JAVA_OPTS -jar target/shop.jar'
{{jvm}}for file in .profile.d/*.sh; do
  # shellcheck source=/dev/null
  [ ! -f "$file" ] || . "$file"
done
# shellcheck source=/dev/null
[ ! -f .profile ] || . ./.profile

# One command takes the place of this shell, so that SIGTERM reaches it.
case "$1" in
  exec\ * | *[\;\&\|]*) eval "$1" ;;
  *) case "${1%% *}" in *=*) eval "$1" ;; *) eval "exec $1" ;; esac ;;
esac
