#!/bin/bash
# Written by Offramp: stands for bin/start-nginx of Heroku's nginx buildpack. It starts the app, waits until the
# app has made /tmp/app-initialized (not with -f), and starts nginx with config/nginx.conf.erb. Called by the name
# start-nginx-solo or start-nginx-static it starts nginx alone.
set -u
alone=""
case "${0##*/}" in start-nginx-solo | start-nginx-static) alone=yes ;; esac
force=""
[ "${1:-}" != -f ] || { force=yes && shift; }
mkdir -p config logs/nginx
touch logs/nginx/access.log logs/nginx/error.log
# Without a file of the app's own the buildpack has this: the app listens on a socket.
[ -f config/nginx.conf.erb ] || cat > config/nginx.conf.erb << 'CONF'
daemon off;
worker_processes <%= ENV["NGINX_WORKERS"] || 4 %>;
events { worker_connections <%= ENV["NGINX_WORKER_CONNECTIONS"] || 1024 %>; }
http {
  include mime.types;
  default_type application/octet-stream;
  access_log <%= ENV["NGINX_ACCESS_LOG_PATH"] || "logs/nginx/access.log" %>;
  error_log <%= ENV["NGINX_ERROR_LOG_PATH"] || "logs/nginx/error.log" %>;
  gzip on;
  gzip_proxied any;
  server_tokens off;
  sendfile on;
  client_body_timeout 5;
  client_body_temp_path /tmp/nginx-body;
  proxy_temp_path /tmp/nginx-proxy;
  upstream app_server { server unix:/tmp/nginx.socket fail_timeout=0; }
  server {
    listen <%= ENV["PORT"] %>;
    keepalive_timeout 5;
    location / {
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Host $http_host;
      proxy_redirect off;
      proxy_pass http://app_server;
    }
  }
}
CONF
erb config/nginx.conf.erb > config/nginx.conf
[ -f config/mime.types ] || cp /etc/nginx/mime.types config/mime.types
tail -qF -n 0 logs/nginx/access.log logs/nginx/error.log &
trap 'kill -TERM $(jobs -p) 2> /dev/null' TERM INT
app=""
if [ -z "$alone" ]; then
  "$@" &
  app=$!
  while [ -z "$force" ] && [ ! -f /tmp/app-initialized ] && kill -0 "$app" 2> /dev/null; do sleep 1; done
fi
pid=""
grep -qE '^\s*pid\s' config/nginx.conf || pid="pid /tmp/nginx.pid;"
nginx -p "$PWD" -c config/nginx.conf ${pid:+-g "$pid"} &
wait -n ${app:+"$app"} $!
kill -TERM $(jobs -p) 2> /dev/null
wait
exit 1
