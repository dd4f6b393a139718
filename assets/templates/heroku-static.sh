#!/bin/bash
# Written by Offramp: bin/boot of Heroku's static buildpack, with the settings that follow from static.json.
set -eu
# Logs go through pipes: not everywhere may a user without rights open /dev/stdout.
for log in /tmp/access.log /tmp/error.log; do
  rm -f "$log" && mkfifo "$log"
  cat <> "$log" &
done
cat > /tmp/nginx.conf <<'CONF'
worker_processes auto;
pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /tmp/access.log;
  sendfile on;
  gzip on;
  gzip_comp_level 6;
  gzip_min_length 512;
  gzip_vary on;
  gzip_proxied any;
  gzip_types text/plain text/css application/json application/javascript text/xml application/xml text/javascript;
  server_tokens off;
  client_body_temp_path /tmp/nginx-body;
  proxy_temp_path /tmp/nginx-proxy;
  fastcgi_temp_path /tmp/nginx-fastcgi;
  uwsgi_temp_path /tmp/nginx-uwsgi;
  scgi_temp_path /tmp/nginx-scgi;
  server {
    listen PORT_HERE;
    charset UTF-8;
    port_in_redirect off;
    keepalive_timeout 95;
{{server}}
  }
}
CONF
sed -i "s/listen PORT_HERE/listen ${PORT:-{{port}}}/" /tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -g 'daemon off;'
