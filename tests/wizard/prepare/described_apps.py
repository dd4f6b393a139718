"""Small apps of every language that Heroku builds, as files; and what checks a Dockerfile."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import dockerfile

from wizard.document.checkout import Checkout
from wizard.document.procfile import parse_procfile

RAILS = """GEM
  specs:
    pg (1.5.9)
    rack (3.1.8)
    railties (7.2.2)
    sprockets (4.2.1)

PLATFORMS
  x86_64-linux

RUBY VERSION
   ruby 3.3.6p108

BUNDLED WITH
   2.5.22
"""
RACK = "GEM\n  specs:\n    rack (2.2.8)\n\nPLATFORMS\n  ruby\n\nRUBY VERSION\n   ruby 3.2.4p170\n"

APPS: dict[str, dict[str, str]] = {
    "clojure": {
        "project.clj": '(defproject shop "1" :min-lein-version "2.0.0" :uberjar-name "shop.jar")\n',
        "system.properties": "java.runtime.version=21\n",
        "Procfile": "web: java $JVM_OPTS -cp target/shop.jar clojure.main -m shop.web\n",
    },
    "dotnet": {
        "Shop.csproj": "<Project>\n<TargetFramework>net8.0</TargetFramework>\n</Project>\n",
        "Procfile": "web: cd bin/publish; ./Shop --urls http://*:$PORT\n",
    },
    "go": {"go.mod": "module example.org/shop\n\ngo 1.22\n", "main.go": "", "Procfile": "web: bin/shop\n"},
    "gradle": {
        "build.gradle": "plugins { id 'org.springframework.boot' version '3.3.0' }\n",
        "gradlew": "#!/bin/sh\n",
        "system.properties": "java.runtime.version=17\n",
        "Procfile": "web: java $JAVA_OPTS -Dserver.port=$PORT -jar build/libs/shop.jar\n",
    },
    "java": {
        "pom.xml": "<project/>\n",
        "system.properties": "java.runtime.version=21\n",
        "Procfile": "web: java $JAVA_OPTS -jar target/shop.jar\n",
    },
    "nodejs": {
        "package.json": json.dumps({"engines": {"node": "22.x"}, "scripts": {"start": "node server.js"}}),
        "package-lock.json": "{}",
    },
    "php": {
        "composer.json": json.dumps({"require": {"php": "^8.2", "ext-gd": "*"}}),
        "composer.lock": "{}",
        "Procfile": "web: heroku-php-nginx -C nginx_app.conf public/\n",
    },
    "python": {
        "requirements.txt": "Django==5.1\npsycopg2==2.9\ngunicorn\n",
        ".python-version": "3.12\n",
        "manage.py": "",
        "Procfile": "web: gunicorn shop.wsgi --bind 0.0.0.0:$PORT\nworker: python manage.py work\n",
    },
    "ruby": {
        "Gemfile": "",
        "Gemfile.lock": RAILS,
        "Procfile": "web: bundle exec puma -p $PORT\nrelease: bundle exec rails db:migrate\n",
    },
    "scala": {
        "build.sbt": "",
        "project/build.properties": "sbt.version=1.10.7\n",
        "system.properties": "java.runtime.version=17\n",
        "Procfile": "web: target/universal/stage/bin/shop -Dhttp.port=$PORT\n",
    },
    "static": {
        "static.json": json.dumps(
            {"root": "dist", "clean_urls": True, "https_only": True, "routes": {"/**": "index.html"}}
        ),
        "Procfile": "web: bin/boot\n",
    },
}
"""An app of each language, by the name of Heroku's buildpack."""


def checkout(files: dict[str, str], *names: str, **more: object) -> Checkout:
    """A checkout with these files; `names` are entries of the root without a text."""
    roots = {path.partition("/")[0] + ("/" if "/" in path else "") for path in files}
    procfile = parse_procfile(files["Procfile"]) if "Procfile" in files else None
    return Checkout(
        path="/code",
        is_git=True,
        files=files,
        names=tuple(sorted(roots | set(names))),
        procfile=procfile,
        **more,
    )


IGNORED = ("DL3008", "DL3062")
"""What hadolint advises and does not hold here: versions of Debian's packages vanish from its mirrors, and a
Go program that is built is the app's own."""


def instructions(text: str) -> list[tuple[str, str]]:
    """Names and words by BuildKit's own parser. Raises dockerfile.GoParseError."""
    return [(step.cmd.upper(), " ".join(step.value)) for step in dockerfile.parse_string(text)]


def stages(text: str) -> list[list[tuple[str, str]]]:
    """The instructions, stage by stage."""
    found: list[list[tuple[str, str]]] = []
    for step in instructions(text):
        if step[0] == "FROM":
            found.append([])
        found[-1].append(step)
    return found


def lint(files: Iterable[Path]) -> list[str]:
    """What hadolint has to say of Dockerfiles, warnings and worse."""
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or "hadolint"
    words = [program, "--no-color", "--failure-threshold", "warning", "--format", "json"]
    for rule in IGNORED:
        words += ["--ignore", rule]
    done = subprocess.run([*words, *map(str, files)], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    told = json.loads(done.stdout or "[]")
    return [
        f"{one['file']}:{one['line']} {one['code']} {one['message']}"
        for one in told
        if one["level"] in ("error", "warning")
    ]
