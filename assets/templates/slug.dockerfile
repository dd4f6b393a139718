# Written by Offramp, as a stop-gap: the slug that Heroku runs, on the image of its stack. Nothing can be changed
# in it: for the next change of the code a Dockerfile that builds it is needed. slug.tgz lies beside this file.
{{cron_stage}}FROM debian:bookworm-slim AS slug
COPY slug.tgz /tmp/slug.tgz
RUN mkdir /slug && tar -xzf /tmp/slug.tgz -C /slug --no-same-owner

FROM heroku/heroku:{{stack}}
USER root
RUN id heroku || useradd --no-log-init --uid 1000 --home-dir /app heroku
WORKDIR /app
ENV HOME=/app LANG=en_US.UTF-8 PORT={{port}}
{{cron_copy}}COPY --from=slug --chown=heroku:heroku /slug/app /app
{{copied}}USER heroku
EXPOSE {{port}}
CMD {{command}}
