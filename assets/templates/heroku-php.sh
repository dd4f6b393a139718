#!/bin/bash
# Written by Offramp: stands for heroku-php-apache2 and heroku-php-nginx of Heroku's PHP buildpack, whichever
# name it is called by. It takes -C (a file of the web server's settings), -i (php.ini) and the document root.
set -eu
include="" root="" port="${PORT:-{{port}}}"
while getopts "C:F:i:l:p:c:f:v" option; do
  case "$option" in
    C) include="$PWD/$OPTARG" ;;
    i)
      mkdir -p /tmp/php
      cp "$OPTARG" /tmp/php/zz-app.ini
      export PHP_INI_SCAN_DIR=":/tmp/php"
      ;;
    F) pool="$PWD/$OPTARG" ;;
    l | v) ;;
    p) port="$OPTARG" ;;
    *) echo "heroku-php.sh does not know -$option: write a whole configuration into the image" >&2 && exit 2 ;;
  esac
done
shift $((OPTIND - 1))
root="$PWD/${1:-}"
root="${root%/}"
# A file that ends in .php is a template, as on Heroku.
if [ "${include%.php}" != "$include" ]; then
  PORT="$port" DOCUMENT_ROOT="$root" php "$include" > /tmp/include.conf
  include=/tmp/include.conf
fi

# Logs go through pipes: not everywhere may a user without rights open /dev/stdout.
for log in /tmp/access.log /tmp/error.log; do
  rm -f "$log" && mkfifo "$log"
  cat <> "$log" &
done

if [ "${0##*/}" = heroku-php-nginx ]; then
  [ -n "$include" ] || { include=/tmp/include.conf && echo 'location / { index index.php index.html; }' > "$include"; }
  cat > /tmp/nginx.conf <<CONF
pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
  include /etc/nginx/mime.types;
  access_log /tmp/access.log;
  sendfile on;
  server_tokens off;
  keepalive_timeout 95;
  client_body_temp_path /tmp/nginx-body;
  proxy_temp_path /tmp/nginx-proxy;
  fastcgi_temp_path /tmp/nginx-fastcgi;
  uwsgi_temp_path /tmp/nginx-uwsgi;
  scgi_temp_path /tmp/nginx-scgi;
  fastcgi_buffers 256 4k;
  upstream heroku-fcgi { server 127.0.0.1:9000; }
  server {
    listen $port;
    port_in_redirect off;
    root "$root";
    location @heroku-fcgi {
      include /etc/nginx/fastcgi_params;
      fastcgi_split_path_info ^(.+\.php)(/.*)\$;
      fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
      fastcgi_param PATH_INFO \$fastcgi_path_info if_not_empty;
      fastcgi_param SERVER_NAME \$host;
      if (!-f \$document_root\$fastcgi_script_name) { return 404; }
      fastcgi_pass heroku-fcgi;
    }
    include "$include";
    location ~* /\.(?!well-known\/) { deny all; }
    location ~ \.php { try_files @heroku-fcgi @heroku-fcgi; }
  }
}
CONF
  {
    printf '[global]\nerror_log = /tmp/error.log\ndaemonize = no\n[www]\nlisten = 127.0.0.1:9000\n'
    printf 'pm = ondemand\npm.max_children = %s\n' "${WEB_CONCURRENCY:-8}"
    printf 'clear_env = no\ncatch_workers_output = yes\ndecorate_workers_output = no\n'
    [ -z "${pool:-}" ] || cat "$pool"
  } > /tmp/php-fpm.conf
  php-fpm --fpm-config /tmp/php-fpm.conf &
  php=$!
  # No request before there is somebody to answer it.
  until (exec 3<> /dev/tcp/127.0.0.1/9000) 2> /dev/null; do
    kill -0 "$php" || exit 1
    sleep 0.1
  done
  nginx -c /tmp/nginx.conf -g 'daemon off;' &
  trap 'kill -TERM $(jobs -p) 2>/dev/null' TERM INT
  wait -n "$php" $! || true
  kill -TERM $(jobs -p) 2>/dev/null || true
  wait
  exit 1
fi

[ -z "${pool:-}" ] || echo "-F is for PHP-FPM; here Apache runs PHP itself" >&2
cat > /tmp/apache.conf <<CONF
Listen $port
ServerName localhost
<VirtualHost *:$port>
  DocumentRoot "$root"
  KeepAliveTimeout 95
  TraceEnable off
  ErrorLog /tmp/error.log
  CustomLog /tmp/access.log combined
  <Directory "$PWD">
    Require all denied
  </Directory>
  <Directory "$root">
    Options FollowSymLinks
    AllowOverride All
    Require all granted
    <FilesMatch "^(\.(?!well-known)|composer\.(json|lock|phar)$|Procfile$)">
      Require all denied
    </FilesMatch>
  </Directory>
  DirectoryIndex index.php index.html index.htm
  ${include:+Include "$include"}
</VirtualHost>
CONF
exec apache2-foreground -c "Include /tmp/apache.conf"
