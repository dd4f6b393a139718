"""Environment variables that only Heroku or one of its buildpacks sets, and which of them.

They are no config vars, so that no API lists them, and code that reads them finds nothing elsewhere. Sources:
the Dev Center (dynos, dyno metadata 2024-05, review apps, Heroku CI), and what each buildpack writes to
.profile.d (python bin/compile, ruby helpers/default_env_vars.rb, nodejs profile/, jvm-common opt/, php
bin/heroku-php-*, clojure and go bin/compile, all 2026). Names that a buildpack set in earlier years are in
here, too: apps still read them.
"""

import re
from collections.abc import Mapping
from typing import Final

SET_BY: Final[Mapping[str, str]] = {
    # The platform.
    "PORT": "Heroku, the port that a web dyno must listen on",
    "DYNO": "Heroku, the name of the dyno (web.1)",
    "PS": "Heroku long ago, the name of the dyno",
    "STACK": "Heroku in builds, the stack (heroku-24)",
    "SOURCE_VERSION": "Heroku in builds, the commit",
    "BUILD_DIR": "Heroku in builds, the folder of the code",
    "DYNO_RAM": "Heroku's buildpacks of earlier years, the memory of the dyno in MB",
    "MEMORY_AVAILABLE": "the Node.js buildpack, the memory of the dyno in MB",
    "WEB_CONCURRENCY": "the Python, Node.js, Ruby and PHP buildpacks, by the size of the dyno",
    "WEB_CONCURRENCY_SET_BY": "the buildpack that chose WEB_CONCURRENCY",
    "DATABASE_CONNECTION_POOL_URL": "Heroku Postgres, where its connection pooling is on",
    "REDIS_TLS_URL": "Heroku Key-Value Store, beside REDIS_URL on plans of earlier years",
    "REDIS_TEMPORARY_URL": "Heroku Key-Value Store long ago",
    # Ruby.
    "RAILS_SERVE_STATIC_FILES": "the Ruby buildpack, for Rails 4.2 and later",
    "RAILS_LOG_TO_STDOUT": "the Ruby buildpack, for Rails 5 and later",
    "RAILS_ENV": "the Ruby buildpack, production unless it is a config var",
    "RACK_ENV": "the Ruby buildpack, production unless it is a config var",
    "SECRET_KEY_BASE": "the Ruby buildpack, a made-up one unless it is a config var",
    "PUMA_PERSISTENT_TIMEOUT": "the Ruby buildpack, 95 seconds for Heroku's router",
    "MALLOC_ARENA_MAX": "the Ruby buildpack, 2",
    "DISABLE_SPRING": "the Ruby buildpack",
    "JRUBY_OPTS": "the Ruby buildpack, for JRuby",
    "BUNDLE_WITHOUT": "the Ruby buildpack, development and test",
    # Node.js.
    "NODE_ENV": "the Node.js buildpack, production unless it is a config var",
    "NODE_HOME": "the Node.js buildpack",
    "WEB_MEMORY": "the Node.js buildpack, memory of one process in MB",
    # Python.
    "PYTHONUNBUFFERED": "the Python buildpack",
    "PYTHONHOME": "the Python buildpack",
    "PYTHONPATH": "the Python buildpack, the folder of the code",
    "FORWARDED_ALLOW_IPS": "the Python buildpack, * for Heroku's router",
    "GUNICORN_CMD_ARGS": "the Python buildpack, an access log on stdout",
    "LANG": "the Python and Ruby buildpacks, en_US.UTF-8",
    # The JVM.
    "JAVA_OPTS": "the Java buildpacks, by the size of the dyno",
    "JAVA_TOOL_OPTIONS": "the Java buildpacks, by the size of the dyno",
    "JDBC_DATABASE_URL": "the Java buildpacks, from DATABASE_URL",
    "JDBC_DATABASE_USERNAME": "the Java buildpacks, from DATABASE_URL",
    "JDBC_DATABASE_PASSWORD": "the Java buildpacks, from DATABASE_URL",
    "DATABASE_CONNECTION_POOL_JDBC_URL": "the Java buildpacks, from DATABASE_CONNECTION_POOL_URL",
    "SPRING_DATASOURCE_URL": "the Java buildpacks, from DATABASE_URL",
    "SPRING_DATASOURCE_USERNAME": "the Java buildpacks, from DATABASE_URL",
    "SPRING_DATASOURCE_PASSWORD": "the Java buildpacks, from DATABASE_URL",
    "SPRING_REDIS_URL": "the Java buildpacks, from REDIS_URL",
    "SPRING_DATA_REDIS_URL": "the Java buildpacks, from REDIS_URL",
    "SBT_OPTS": "the Scala buildpack",
    "LEIN_NO_DEV": "the Clojure buildpack",
    "RING_ENV": "the Clojure buildpack, production unless it is a config var",
    # PHP, Go.
    "DOCUMENT_ROOT": "the PHP buildpack's start commands",
    "COMPOSER_HOME": "the PHP buildpack in builds",
    "GOROOT": "the Go buildpack, where it is asked for",
    # Heroku CI.
    "CI_NODE_INDEX": "Heroku CI",
    "CI_NODE_TOTAL": "Heroku CI",
}

_METADATA: Final[Mapping[str, str]] = {
    "HEROKU_APP_NAME": "Heroku's dyno metadata (a labs feature), or review apps",
    "HEROKU_APP_ID": "Heroku's dyno metadata (a labs feature)",
    "HEROKU_APP_DEFAULT_DOMAIN_NAME": "Heroku's dyno metadata (a labs feature)",
    "HEROKU_DYNO_ID": "Heroku's dyno metadata (a labs feature)",
    "HEROKU_RELEASE_CREATED_AT": "Heroku's dyno metadata (a labs feature)",
    "HEROKU_RELEASE_VERSION": "Heroku's dyno metadata (a labs feature)",
    "HEROKU_SLUG_COMMIT": "Heroku's dyno metadata (a labs feature)",
    "HEROKU_SLUG_DESCRIPTION": "Heroku's dyno metadata (a labs feature)",
    "HEROKU_BUILD_COMMIT": "Heroku's build metadata (a labs feature)",
    "HEROKU_BUILD_DESCRIPTION": "Heroku's build metadata (a labs feature)",
    "HEROKU_BRANCH": "Heroku's review apps",
    "HEROKU_PR_NUMBER": "Heroku's review apps",
    "HEROKU_PARENT_APP_NAME": "Heroku's review apps",
}

METADATA: Final = frozenset(_METADATA)
"""What Heroku tells an app about itself. Most other names that begin with HEROKU_ are a person's:
HEROKU_API_KEY is a token that the code needs."""

_HEROKU: Final[Mapping[str, str]] = {
    **_METADATA,
    "HEROKU_METRICS_URL": "Heroku's language metrics",
    "HEROKU_APP_DIR": "the PHP buildpack's start commands",
    "HEROKU_API_KEY": "a person: a token for Heroku's API",
    "HEROKU_API_TOKEN": "a person: a token for Heroku's API",
    "HEROKU_OAUTH_ID": "a person: a client of Heroku's OAuth",
    "HEROKU_OAUTH_SECRET": "a person: a client of Heroku's OAuth",
}

_STEMS: Final = (
    ("HEROKU_POSTGRESQL_", "a Heroku Postgres add-on"),
    ("HEROKU_REDIS_", "a Heroku Key-Value Store add-on"),
    ("HEROKU_KAFKA_", "a Heroku Kafka add-on"),
    ("HEROKU_TEST_RUN_", "Heroku CI"),
    ("HEROKU_PHP_", "the PHP buildpack's start commands"),
    ("HEROKU_EXEC_", "Heroku Exec"),
)

NOISY: Final = frozenset({"NODE_ENV", "RAILS_ENV", "RACK_ENV", "PYTHONPATH", "LANG", "SECRET_KEY_BASE", "PS"})
"""Names that code reads everywhere, for reasons that have nothing to do with Heroku: only a few lines of each
are kept. What counts is that something must set them elsewhere."""

PATTERN: Final = rf"HEROKU_[A-Z]|{'|'.join(sorted(SET_BY))}"
"""An extended regular expression that finds them all, and more."""

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")


def set_by(name: str) -> str:
    """Who sets the variable on Heroku, in words; "" for every other name."""
    known = SET_BY.get(name) or _HEROKU.get(name)
    if known or not name.startswith("HEROKU_") or not _NAME.fullmatch(name):
        return known or ""
    return next((by for stem, by in _STEMS if name.startswith(stem)), "Heroku, or a person in its name")
