# Written by Offramp: what Heroku's Python buildpack did for this app, as a Dockerfile.
{{cron_stage}}FROM python:{{version}}-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
{{install}}

FROM python:{{version}}-slim-bookworm
{{packages}}RUN useradd --no-log-init --create-home --home-dir /app --uid 1000 app
WORKDIR /app
ENV LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONPATH=/app PORT={{port}}
COPY --from=build /install /usr/local
{{cron_copy}}COPY --chown=app:app . .
USER app
{{after}}EXPOSE {{port}}
CMD {{command}}
