"""Process types that no Procfile names: whose they are, and what is proposed for them."""

from dataclasses import dataclass

import msgspec
import pytest

from wizard.document.checkout import Checkout
from wizard.document.procfile import parse_procfile
from wizard.document.repository.buildpack_processes import added_by
from wizard.mapping.rules import propose
from wizard.model.system import App, Process, System
from wizard.ports import Profile


@pytest.mark.parametrize(
    ("type_", "command", "buildpacks", "by"),
    [
        ("console", "bin/rails console", ("heroku/ruby",), "ruby"),
        ("console", "bundle exec irb", (), "ruby"),
        ("rake", "bundle exec rake", ("https://github.com/heroku/heroku-buildpack-ruby",), "ruby"),
        ("rake", "bundle exec rake nightly", ("heroku/ruby",), ""),
        ("web", "bin/rails server -p ${PORT:-5000} -e $RAILS_ENV", ("heroku/ruby",), "ruby"),
        ("web", "bundle exec rackup config.ru -p ${PORT:-5000}", ("heroku/nodejs", "heroku/ruby"), "ruby"),
        ("web", "bundle exec thin start -R config.ru -e $RACK_ENV -p ${PORT:-5000}", (), "ruby"),
        ("web", "bundle exec puma -C config/puma.rb", ("heroku/ruby",), ""),
        ("worker", "bundle exec rake jobs:work", ("heroku/ruby",), ""),
        # Of several buildpacks the last one's process types count.
        ("console", "bin/rails console", ("heroku/ruby", "heroku/python"), ""),
        ("web", "npm start", ("heroku/nodejs",), "nodejs"),
        ("web", "npm start", ("heroku/python",), ""),
        ("web", "heroku-php-apache2", ("heroku/php",), "php"),
        ("web", "heroku-php-apache2 public/", ("heroku/php",), ""),
        ("web", "java -Dserver.port=$PORT $JAVA_OPTS -jar target/shop-1.0.jar", ("heroku/java",), "java"),
        ("web", "java -Dserver.port=$PORT $JAVA_OPTS -jar ./build/libs/a.jar", ("heroku/gradle",), "gradle"),
        ("web", "target/universal/stage/bin/shop -Dhttp.port=$PORT", ("heroku/scala",), "scala"),
        ("web", "lein with-profile production trampoline run", ("heroku/clojure",), "clojure"),
        ("web", "cd Shop/bin/publish; ./Shop --urls http://*:$PORT", ("heroku/dotnet",), "dotnet"),
        ("migrator", "cd Migrator/bin/publish; ./Migrator", (), "dotnet"),
        ("web", "", (), ""),
    ],
)  # fmt: skip
def test_which_buildpack_adds_it(type_: str, command: str, buildpacks: tuple[str, ...], by: str) -> None:
    assert added_by(type_, command, buildpacks).removeprefix("heroku/") == by


@dataclass
class Case:
    """An app of Ruby: how many dynos of a type, and what its Procfile says (None: no code is known)."""

    quantities: dict[str, int]
    procfile: str | None = None


COMMANDS = {
    "web": "bin/rails server -p ${PORT:-5000} -e $RAILS_ENV",
    "worker": "bundle exec sidekiq",
    "console": "bin/rails console",
    "rake": "bundle exec rake",
}


@pytest.mark.parametrize(
    ("case", "services"),
    [
        # A worker alone: web stands there since Rails is among its gems.
        (Case({"web": 0, "worker": 2, "console": 0, "rake": 0}), ["worker"]),
        (Case({"web": 0, "worker": 2}, "worker: bundle exec sidekiq\n"), ["worker"]),
        # Somebody wrote it, and scaled it to zero.
        (Case({"web": 0, "worker": 2}, f"web: {COMMANDS['web']}\n"), ["web", "worker"]),
        (Case({"web": 1, "worker": 0, "console": 0, "rake": 0}), ["web", "worker"]),
        # An app that sleeps is no less its app.
        (Case({"web": 0, "console": 0, "rake": 0}), ["web"]),
        # Somebody lets rake run.
        (Case({"web": 1, "rake": 1}), ["rake", "web"]),
    ],
)
def test_what_a_buildpack_adds_becomes_no_service(
    system: System, target: Profile, case: Case, services: list[str]
) -> None:
    app = _ruby(system.app("b"), case)
    apps = (app, *(one for one in system.apps if one.id != app.id))
    code = Checkout(path="/code", procfile=parse_procfile(case.procfile)) if case.procfile else None
    mapping = propose(msgspec.structs.replace(system, apps=apps), target, {app.id: code} if code else {})
    chosen = [one for one in mapping.processes if one.app_id == app.id]
    assert sorted(one.type for one in chosen if one.action == "service") == services
    assert {one.action for one in chosen if one.type not in services} <= {"leave"}


def _ruby(app: App, case: Case) -> App:
    processes = tuple(
        Process(type=name, command=COMMANDS[name], quantity=count, size="Basic", memory_mb=512)
        for name, count in case.quantities.items()
    )
    return msgspec.structs.replace(app, buildpacks=("heroku/ruby",), processes=processes)
