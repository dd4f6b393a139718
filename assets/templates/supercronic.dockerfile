# Runs the crontab. A release of github.com/aptible/supercronic, checked against its SHA-256.
FROM debian:bookworm-slim AS cron
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/*
RUN arch="$(dpkg --print-architecture)" \
 && case "$arch" in \
      amd64) sum={{amd64}} ;; \
      arm64) sum={{arm64}} ;; \
      *) echo "no supercronic for $arch" >&2; exit 1 ;; \
    esac \
 && curl -fsSL -o /usr/local/bin/supercronic "{{url}}/v{{version}}/supercronic-linux-$arch" \
 && echo "$sum  /usr/local/bin/supercronic" > /tmp/sum \
 && sha256sum -c /tmp/sum \
 && chmod 0755 /usr/local/bin/supercronic
