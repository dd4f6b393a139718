"""Several buildpacks in one app, what a dyno does before each process, and any app twice."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wizard.prepare.described_apps import APPS, checkout, stages
from tests.wizard.prepare.proposals import app, base, codes, files, propose
from wizard.document.procfile import parse_procfile
from wizard.document.repository.code_nouns import Hook
from wizard.model.system import Job
from wizard.prepare.file_change import diff
from wizard.prepare.language import buildpack_language, buildpack_name
from wizard.prepare.start_script import start_script, started


@pytest.mark.parametrize(
    ("buildpack", "name", "language"),
    [
        ("heroku/nodejs", "nodejs", "nodejs"),
        ("https://github.com/heroku/heroku-buildpack-nodejs.git#v1", "nodejs", "nodejs"),
        ("urn:buildpack:heroku/ruby", "ruby", "ruby"),
        ("https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku/jvm.tgz", "jvm", ""),
        ("https://github.com/jontewks/puppeteer-heroku-buildpack", "puppeteer", ""),
        ("heroku-community/static", "static", "static"),
        ("https://github.com/jincod/dotnetcore-buildpack", "dotnetcore", "dotnet"),
        ("heroku-community/apt", "apt", ""),
    ],
)
def test_what_a_buildpack_is_called(buildpack: str, name: str, language: str) -> None:
    assert (buildpack_name(buildpack), buildpack_language(buildpack)) == (name, language)


NODE = {"package.json": json.dumps({"engines": {"node": "20.x"}, "scripts": {"build": "x"}}), "yarn.lock": ""}


@pytest.mark.parametrize(
    ("buildpacks", "language", "host"),
    [
        (("heroku/nodejs", "heroku/ruby"), "ruby", "ruby:3.3.6-slim-bookworm"),
        (("heroku/ruby", "heroku/nodejs"), "ruby", "ruby:3.3.6-slim-bookworm"),
        (("heroku/nodejs", "heroku/python"), "python", "python:3.12-slim-bookworm"),
        (("heroku/nodejs", "heroku/php"), "php", "base"),
        (("heroku/nodejs", "heroku/java"), "java", "eclipse-temurin:21-jre"),
        (("heroku/nodejs", "heroku-community/static"), "static", "nginx:stable-bookworm"),
        (("heroku/nodejs", "heroku/go"), "go", "debian:bookworm-slim"),
    ],
)
def test_node_is_a_guest_of_the_other_language(buildpacks: tuple[str, ...], language: str, host: str) -> None:
    found = propose(app(*buildpacks), checkout({**APPS[language], **NODE}))
    text = files(found)["Dockerfile"]
    assert base(found) == host and not found.blocked
    assert "FROM node:20-bookworm-slim AS node\n" in text and "RUN yarn run build\n" in text
    assert "NODE_ENV=production" in text.split("FROM ")[-1]
    assert "buildpacks" not in codes(found)


def test_the_ruby_buildpack_brings_node_where_there_is_a_package_json() -> None:
    ruby = propose(app("heroku/ruby"), checkout({**APPS["ruby"], **NODE}))
    assert "AS node\n" in files(ruby)["Dockerfile"]
    alone = propose(app("heroku/ruby"), checkout(APPS["ruby"]))
    assert "AS node\n" not in files(alone)["Dockerfile"]


def test_a_second_language_and_unknown_buildpacks_are_named() -> None:
    found = propose(
        app("heroku/python", "https://github.com/x/secret-sauce", "heroku/ruby"), checkout(APPS["ruby"])
    )
    told = [problem.text for problem in found.problems if problem.code == "buildpacks"]
    assert len(told) == 2 and "Python beside Ruby" in told[0] and "x/secret-sauce" in told[1]
    assert not found.blocked


def test_buildpacks_that_are_known_are_done() -> None:
    buildpacks = ("heroku-community/apt", "https://github.com/jonathanong/heroku-buildpack-ffmpeg-latest",
                  "heroku/google-chrome", "heroku/jvm", "heroku/metrics", "heroku/python")  # fmt: skip
    aptfile = "# ours\nlibvips42t64 jq\n:repo:deb http://x.example/ y main\nhttps://x.example/a.deb\n"
    found = propose(app(*buildpacks), checkout({**APPS["python"], "Aptfile": aptfile}))
    final = files(found)["Dockerfile"].split("FROM ")[-1]
    for package in ("chromium", "ffmpeg", "jq", "libvips42", "poppler-utils"):
        assert f" {package} " in final
    assert "GOOGLE_CHROME_BIN=/usr/bin/chromium" in final and "JAVA_HOME=/opt/java/openjdk" in final
    assert {"aptfile", "aptfile-odd", "buildpack-needs"} <= codes(found) and "buildpacks" not in codes(found)
    without = propose(app("heroku/python"), checkout({**APPS["python"], "Aptfile": aptfile}))
    assert "libvips42" not in files(without)["Dockerfile"] and "aptfile" not in codes(without)


def test_programs_of_buildpacks_come_along() -> None:
    one = app(
        "heroku/nginx",
        "heroku/pgbouncer",
        "heroku/python",
        commands={"web": "bin/start-nginx bin/start-pgbouncer run"},
    )
    found = propose(
        one, checkout({name: text for name, text in APPS["python"].items() if name != "Procfile"})
    )
    new = files(found)
    assert {"start-nginx.sh", "start-pgbouncer.sh"} <= set(new)
    final = new["Dockerfile"].split("FROM ")[-1]
    assert (
        "COPY start-nginx.sh /app/bin/start-nginx\n" in final
        and " nginx-light " in final
        and " pgbouncer " in final
    )
    assert new["Procfile"] == "web: bin/start-nginx bin/start-pgbouncer run\n"


@pytest.mark.parametrize("language", ["java", "gradle", "scala", "clojure"])
def test_the_jvm_starts_by_the_script(language: str) -> None:
    job = Job(id="j", command="java -jar job.jar", every=60)
    one = app(f"heroku/{language}", commands={"release": "java -jar migrate.jar"}, jobs=(job,))
    code = checkout(APPS[language])
    found = propose(one, code)
    new = files(found)
    line = code.procfile.commands["web"] if code.procfile else ""
    assert parse_procfile(new["Procfile"]).commands["web"] == started(line)
    assert new[".elsewhere.yml"] == "first:\n  - \"bash heroku-start.sh 'java -jar migrate.jar'\"\n"
    assert "0 * * * * exec bash heroku-start.sh 'java -jar job.jar'\n" in new["crontab"]
    assert stages(new["Dockerfile"])[-1][-1] == ("CMD", f"bash heroku-start.sh {line}")
    assert "JDBC_DATABASE_URL" in new["heroku-start.sh"]
    # Once it is on the branch nothing is wrapped again.
    again = propose(one, checkout({**APPS[language], **new}))
    assert again.changes == () and not again.blocked


def test_a_job_that_names_a_process_keeps_its_words_when_the_branch_is_prepared_again() -> None:
    one = app("heroku/python", jobs=(Job(id="j", command="worker --once 'a b'", every=60),))
    code = {**APPS["python"], ".profile": "export A=1\n"}
    new = files(propose(one, checkout(code)))
    job = started("python manage.py work --once 'a b'")
    assert f"0 * * * * {job}\n" in new["crontab"]
    again = propose(one, checkout({**code, **new}))
    assert again.changes == () and not again.blocked


def test_a_profile_is_run_before_each_process() -> None:
    code = checkout({**APPS["python"], ".profile": "export A=1\n"})
    found = propose(app("heroku/python"), code)
    assert (
        files(found)["Procfile"].splitlines()[1]
        == "worker: exec bash heroku-start.sh 'python manage.py work'"
    )
    assert "JDBC" not in files(found)["heroku-start.sh"] and "profile" in codes(found)
    own = propose(
        app("heroku/python"), checkout({**APPS["python"], ".profile": "", "Dockerfile": "FROM x\nUSER a\n"})
    )
    assert "heroku-start.sh" not in files(own) and "profile" in codes(own)


def run(folder: Path, *words: str, **variables: str) -> str:
    place = {"PATH": "/usr/bin:/bin", **variables}
    done = subprocess.run(
        ["bash", "heroku-start.sh", *words], cwd=folder, env=place, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_script_does_what_a_dyno_does(tmp_path: Path) -> None:
    (tmp_path / "heroku-start.sh").write_text(start_script(jvm=True))
    (tmp_path / ".profile.d").mkdir()
    (tmp_path / ".profile.d" / "one.sh").write_text("export ONE=1\n")
    (tmp_path / ".profile").write_text("export TWO=2$ONE\n")
    assert run(tmp_path, "echo $TWO") == "21"
    assert run(tmp_path, "cd / && echo $PWD; true") == "/"
    assert run(tmp_path, "A=b env | grep ^A=") == "A=b"
    assert "shop" in run(tmp_path, "ps -o args= -p $$ | cat; echo shop")
    url = "postgres://me:p%40ss@db.example:5433/shop"
    told = run(tmp_path, "echo $JDBC_DATABASE_URL $SPRING_DATASOURCE_USERNAME", DATABASE_URL=url)
    assert told == "jdbc:postgresql://db.example:5433/shop?sslmode=require&user=me&password=p%40ss me"
    told = run(tmp_path, "echo $JDBC_DATABASE_URL", DATABASE_URL="postgresql://me:x@h:1/db?sslmode=verify-ca")
    assert told == "jdbc:postgresql://h:1/db?sslmode=verify-ca&user=me&password=x"
    assert run(tmp_path, "echo $JAVA_OPTS", JAVA_OPTS="-Xmx1g").endswith("-Xmx1g")
    assert run(tmp_path, "echo $HEROKU_POSTGRESQL_RED_JDBC_URL", HEROKU_POSTGRESQL_RED_URL=url).startswith(
        "jdbc:"
    )
    assert run(tmp_path, "echo ${JDBC_DATABASE_URL-none}", DATABASE_URL="redis://x") == "none"


def test_one_command_takes_the_place_of_the_shell(tmp_path: Path) -> None:
    (tmp_path / "heroku-start.sh").write_text(start_script(jvm=False))
    assert run(tmp_path, "ps -o args= -p $$ ").startswith("ps ")


def test_packages_that_need_a_key_are_said_where_the_build_sees_none() -> None:
    one = app("heroku/nodejs", config=("NPM_TOKEN", "SECRET_TOKEN", "BUNDLE_GEMS__EXAMPLE__COM"))
    found = propose(one, checkout(APPS["nodejs"]), way="image")
    (problem,) = (problem for problem in found.problems if problem.code == "private-packages")
    assert "NPM_TOKEN, BUNDLE_GEMS__EXAMPLE__COM," in problem.text
    assert "private-packages" not in codes(propose(one, checkout(APPS["nodejs"])))


def test_a_file_of_buildpacks_is_read() -> None:
    listed = tuple(
        Hook(kind="buildpacks", file=".buildpacks", line=line, text=text)
        for line, text in enumerate(
            ("https://github.com/heroku/heroku-buildpack-nodejs", "heroku/python"), start=1
        )
    )
    one = app("https://github.com/heroku/heroku-buildpack-multi")
    found = propose(one, checkout({**APPS["python"], **NODE}, hooks=listed))
    assert base(found) == "python:3.12-slim-bookworm" and "AS node\n" in files(found)["Dockerfile"]
    assert "buildpacks" not in codes(found)


@pytest.mark.parametrize("language", sorted(set(APPS) - {"static"}))
def test_files_say_the_language_where_no_buildpack_is_set(language: str) -> None:
    set_, unset = (
        propose(app(f"heroku/{language}"), checkout(APPS[language])),
        propose(app(), checkout(APPS[language])),
    )
    assert files(set_)["Dockerfile"] == files(unset)["Dockerfile"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    buildpacks=st.lists(
        st.sampled_from(
            [
                *(f"heroku/{language}" for language in APPS),
                "heroku-community/apt",
                "heroku/nginx",
                "heroku/jvm",
                "x/odd",
            ]
        ),
        max_size=4,
    ),
    languages=st.sets(st.sampled_from(sorted(APPS)), min_size=1, max_size=3),
    more=st.sets(st.sampled_from([".profile", "Aptfile", "app.json", "nltk.txt", "bin/"]), max_size=3),
    way=st.sampled_from(["git", "image"]),
    keep=st.booleans(),
    jobs=st.booleans(),
)
def test_any_app_is_proposed_the_same_twice_and_nothing_once_it_is_accepted(
    buildpacks: list[str], languages: set[str], more: set[str], way: str, keep: bool, jobs: bool
) -> None:
    start = {path: text for language in sorted(languages) for path, text in APPS[language].items()}
    start |= {name: "CANARY-4711\n" for name in more if not name.endswith("/")}
    told = (Job(id="j", command="run job", every=60),) if jobs else ()
    one = app(*buildpacks, commands={"web": "run web $PORT", "release": "x && y"}, jobs=told)
    found = propose(one, checkout(start), way=way, keep_slug=keep)
    assert propose(one, checkout(start), way=way, keep_slug=keep) == found
    new = files(found)
    if "Dockerfile" in new:
        assert ("EXPOSE", "3000") in stages(new["Dockerfile"])[-1]
        again = propose(one, checkout({**start, **new}), way=way, keep_slug=keep)
        assert again.changes == () and {problem.code for problem in again.problems if problem.blocks} == set()
    assert "CANARY-4711" not in diff(found.changes)
