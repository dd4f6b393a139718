# Written by Offramp: what Heroku's Node.js buildpack did for this app, as a Dockerfile.
{{cron_stage}}FROM node:{{version}}-bookworm AS build
WORKDIR /app
COPY . .
{{setup}}{{install}}

FROM node:{{version}}-bookworm-slim
WORKDIR /app
RUN chown node:node /app
ENV LANG=C.UTF-8 NODE_ENV=production PORT={{port}}
{{setup}}{{cron_copy}}COPY --from=build --chown=node:node /app ./
USER node
EXPOSE {{port}}
# The base image's own would take the shell from the lines of the Procfile.
ENTRYPOINT []
CMD {{command}}
