
# Memory of the JVM, as Heroku's buildpack for it sets it (heroku-buildpack-jvm-common, opt/jvmcommon.sh).
limit="$(cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null | head -n 1)"
options="-Dfile.encoding=UTF-8"
case "$limit" in
  536870912) options="$options -XX:MaxRAM=$limit -Xmx300m -Xss512k -XX:CICompilerCount=2" ;;
  1073741824) options="$options -XX:MaxRAM=$limit -Xmx671m -XX:CICompilerCount=2" ;;
  *) options="$options -XX:MaxRAMPercentage=80.0" ;;
esac
export JAVA_OPTS="$options${JAVA_OPTS:+ $JAVA_OPTS}"
export JAVA_TOOL_OPTIONS="$options${JAVA_TOOL_OPTIONS:+ $JAVA_TOOL_OPTIONS}"

# JDBC_DATABASE_URL and its like, from the URL of the database (opt/jdbc.sh there).
jdbc() {
  local rest userinfo hostpath query
  case "$1" in
    postgres://* | postgresql://*) rest="jdbc:postgresql" query="sslmode=require" ;;
    mysql://*) rest="jdbc:mysql" query="" ;;
    mariadb://*) rest="jdbc:mariadb" query="" ;;
    *) return 0 ;;
  esac
  hostpath="${1#*://}"
  case "$hostpath" in
    *:*@*) userinfo="${hostpath%%@*}" hostpath="${hostpath#*@}" ;;
    *) return 0 ;;
  esac
  case "$hostpath" in
    *\?*sslmode=*) query="${hostpath#*\?}" ;;
    *\?*) query="${query:+$query&}${hostpath#*\?}" ;;
  esac
  hostpath="${hostpath%%\?*}"
  query="${query:+$query&}user=${userinfo%%:*}&password=${userinfo#*:}"
  export "$2_URL=$rest://$hostpath?$query"
  export "$2_USERNAME=${userinfo%%:*}"
  export "$2_PASSWORD=${userinfo#*:}"
}
for name in DATABASE_URL JAWSDB_URL JAWSDB_MARIA_URL CLEARDB_DATABASE_URL; do
  [ -n "${JDBC_DATABASE_URL:-}" ] || jdbc "${!name:-}" JDBC_DATABASE
done
if [ -n "${JDBC_DATABASE_URL:-}" ] && [ "${DISABLE_SPRING_DATASOURCE_URL:-}" != true ] \
  && [ -z "${SPRING_DATASOURCE_URL:-}${SPRING_DATASOURCE_USERNAME:-}${SPRING_DATASOURCE_PASSWORD:-}" ]; then
  export SPRING_DATASOURCE_URL="$JDBC_DATABASE_URL"
  export SPRING_DATASOURCE_USERNAME="$JDBC_DATABASE_USERNAME"
  export SPRING_DATASOURCE_PASSWORD="$JDBC_DATABASE_PASSWORD"
fi
for name in $(compgen -e | grep -E '^HEROKU_POSTGRESQL_.*_URL$'); do
  jdbc "${!name}" "${name%_URL}_JDBC"
done

