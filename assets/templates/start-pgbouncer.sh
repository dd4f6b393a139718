#!/bin/bash
# Written by Offramp: stands for bin/start-pgbouncer of Heroku's PgBouncer buildpack. It pools the databases whose
# URLs are named in PGBOUNCER_URLS (DATABASE_URL alone without it), and starts the app with the pool's URLs.
set -eu
case "${PGBOUNCER_ENABLED:-1}" in 1 | true | yes | on) ;; *) exec "$@" ;; esac
place="$(mktemp -d)"
number=1
cat > "$place/pgbouncer.ini" << INI
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6000
auth_type = ${PGBOUNCER_AUTH_TYPE:-scram-sha-256}
auth_file = $place/users.txt
server_tls_sslmode = ${PGBOUNCER_SERVER_TLS_SSLMODE:-require}
pool_mode = ${PGBOUNCER_POOL_MODE:-transaction}
max_client_conn = ${PGBOUNCER_MAX_CLIENT_CONN:-100}
default_pool_size = ${PGBOUNCER_DEFAULT_POOL_SIZE:-1}
min_pool_size = ${PGBOUNCER_MIN_POOL_SIZE:-0}
reserve_pool_size = ${PGBOUNCER_RESERVE_POOL_SIZE:-1}
server_idle_timeout = ${PGBOUNCER_SERVER_IDLE_TIMEOUT:-600}
reserve_pool_timeout = ${PGBOUNCER_RESERVE_POOL_TIMEOUT:-5.0}
server_lifetime = ${PGBOUNCER_SERVER_LIFETIME:-3600}
query_wait_timeout = ${PGBOUNCER_QUERY_WAIT_TIMEOUT:-120}
ignore_startup_parameters = ${PGBOUNCER_IGNORE_STARTUP_PARAMETERS:-extra_float_digits}
${PGBOUNCER_SERVER_RESET_QUERY:+server_reset_query = $PGBOUNCER_SERVER_RESET_QUERY}

[databases]
INI
# Rails reads this word of a URL: its prepared statements do not live through the pooling of transactions.
words=""
[ "${PGBOUNCER_PREPARED_STATEMENTS:-}" != false ] || words="?prepared_statements=false"
decoded() { printf '%b' "${1//%/\\x}"; }
for name in ${PGBOUNCER_URLS:-DATABASE_URL}; do
  case "${!name:-}" in
    postgres://*:*@*/* | postgresql://*:*@*/*) rest="${!name#*://}" ;;
    *) echo "start-pgbouncer.sh: $name is no URL of a Postgres database with a user and a password" >&2 && exit 1 ;;
  esac
  user="${rest%%:*}" rest="${rest#*:}"
  password="${rest%%@*}" rest="${rest#*@}"
  server="${rest%%/*}" database="${rest#*/}" database="${database%%\?*}"
  port="${server##*:}"
  [ "$port" != "$server" ] || port=5432
  printf '"%s" "%s"\n' "$(decoded "$user")" "$(decoded "$password")" >> "$place/users.txt"
  echo "db$number = host=${server%%:*} port=$port dbname=$database" >> "$place/pgbouncer.ini"
  export "$name=postgres://$user:$password@127.0.0.1:6000/db$number$words"
  number=$((number + 1))
done
pgbouncer "$place/pgbouncer.ini" &
pool=$!
"$@" &
app=$!
# The app ends first, with its last queries; then the pool.
trap 'kill -TERM "$app" 2> /dev/null' TERM INT
code=0
wait -n "$app" "$pool" || code=$?
kill -TERM "$app" 2> /dev/null || true
wait "$app" || code=$?
kill -INT "$pool" 2> /dev/null || true
exit "$code"
