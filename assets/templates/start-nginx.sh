#!/bin/bash
# Written by Offramp: stands for bin/start-nginx of Heroku's nginx buildpack. It starts the app, waits until the
# app has made /tmp/app-initialized (not with -f), and starts nginx with config/nginx.conf.erb.
set -u
force=""
[ "${1:-}" != -f ] || { force=yes && shift; }
mkdir -p config logs/nginx
touch logs/nginx/access.log logs/nginx/error.log
erb config/nginx.conf.erb > config/nginx.conf
[ -f config/mime.types ] || cp /etc/nginx/mime.types config/mime.types
tail -qF -n 0 logs/nginx/access.log logs/nginx/error.log &
trap 'kill -TERM $(jobs -p) 2> /dev/null' TERM INT
"$@" &
app=$!
while [ -z "$force" ] && [ ! -f /tmp/app-initialized ] && kill -0 "$app" 2> /dev/null; do sleep 1; done
pid=""
grep -qE '^\s*pid\s' config/nginx.conf || pid="pid /tmp/nginx.pid;"
nginx -p "$PWD" -c config/nginx.conf ${pid:+-g "$pid"} &
wait -n "$app" $!
kill -TERM $(jobs -p) 2> /dev/null
wait
exit 1
