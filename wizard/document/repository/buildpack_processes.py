"""Process types that a buildpack adds by itself: nobody wrote them, and most of them never run.

The commands are those of each buildpack's bin/release (2026): heroku-buildpack-ruby lib/language_pack,
-nodejs, -php, -java, -gradle, -scala, -clojure, and buildpacks-dotnet launch_process.rs. The ones of Ruby,
Node.js and PHP stand beside a Procfile that does not name the type, the others only where there is none. Of
several buildpacks the last one's count (Dev Center, 2023-05).
"""

import re
from collections.abc import Sequence
from typing import Final

from wizard.document.checkout import Checkout
from wizard.model.system import App, Process

_JAVA: Final = re.compile(
    r"java -D(server|swarm\.http|micronaut\.server|quarkus\.http)\.port=\$PORT \$JAVA_OPTS -jar \S+\.jar"
)
_ADDED: Final = (
    (
        "heroku/ruby",
        "console",
        re.compile(r"bundle exec (irb|rails console|script/console)|bin/rails console"),
    ),
    ("heroku/ruby", "rake", re.compile(r"bundle exec rake")),
    (
        "heroku/ruby",
        "web",
        re.compile(
            r"bundle exec (rackup config\.ru|rails server|ruby script/server) -p \$\{PORT:-5000\}"
            r"|bundle exec thin start( -R config\.ru)? -e \$(RACK|RAILS)_ENV -p \$\{PORT:-5000\}"
            r"|bin/rails server -p \$\{PORT:-5000\} -e \$RAILS_ENV"
        ),
    ),
    ("heroku/nodejs", "web", re.compile(r"npm start")),
    ("heroku/php", "web", re.compile(r"heroku-php-apache2")),
    ("heroku/java", "web", _JAVA),
    ("heroku/gradle", "web", _JAVA),
    ("heroku/scala", "web", re.compile(r"\S*target/\S+ -Dhttp\.port=\$PORT( \$JAVA_OPTS)?")),
    ("heroku/clojure", "web", re.compile(r"lein with-profile production trampoline run")),
    ("heroku/dotnet", "", re.compile(r"cd \S*bin/publish; \./\S+( --urls http://\*:\$PORT)?")),
)
"""By buildpack and type ("": any that its projects are called)."""


def added_by(type_: str, command: str, buildpacks: Sequence[str]) -> str:
    """The buildpack ("heroku/ruby") that adds this process type with this very command to an app, "" where
    somebody wrote it, as far as the command tells. A Procfile that names the type says more.

    Args:
        buildpacks: those that the app has set, in order; none when Heroku chooses.
    """
    last = buildpacks[-1].lower() if buildpacks else ""
    for buildpack, named, pattern in _ADDED:
        of_language = not last or buildpack.removeprefix("heroku/").removesuffix("js") in last
        if of_language and named in ("", type_) and pattern.fullmatch(command.strip()):
            return buildpack
    return ""


def nobody_wrote(process: Process, app: App, checkout: Checkout | None) -> bool:
    """Whether a process type stands in an app only since its buildpack adds it, beside others that run: then
    nobody misses it. Where nothing runs at all it may be all that there is to an app that sleeps."""
    if checkout is not None and checkout.procfile is not None and process.type in checkout.procfile.commands:
        return False
    added = added_by(process.type, process.command, app.buildpacks)
    return bool(added) and any(one.quantity for one in app.processes)
