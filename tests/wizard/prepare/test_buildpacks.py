"""Several buildpacks in one app, .profile, Dockerfiles of Heroku's container stack, app.json, warnings."""

import json
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wizard.prepare.described_apps import APPS, checkout, stages
from wizard.document.checkout import Checkout
from wizard.document.procfile import parse_procfile
from wizard.document.repository.app_json import parse_app_json
from wizard.document.repository.code_nouns import CodeLine, Hook
from wizard.document.repository.heroku_yml import parse_heroku_yml
from wizard.model.mapping import AppChoice, JobChoice, Mapping, ProcessChoice
from wizard.model.system import App, ConfigVar, Job, Origin, Process
from wizard.ports import Capabilities, ImageRules, Prices, Profile, ReleaseHook
from wizard.prepare.changes import propose_changes
from wizard.prepare.file_change import Proposal, diff
from wizard.prepare.language import buildpack_language, buildpack_name
from wizard.prepare.start_script import start_script, started

TARGET = Profile(
    name="elsewhere",
    title="Elsewhere",
    capabilities=Capabilities(
        works=True,
        release_hook=ReleaseHook(file=".elsewhere.yml", key="first"),
        needs_dockerfile=True,
        images=ImageRules(
            folder="/.elsewhere", build_env_file=".elsewhere.env", health_host="checks", udp=False
        ),
    ),
    prices=Prices(source="none", date="2026-11-01"),
)


def app(
    *buildpacks: str, commands: dict[str, str] | None = None, config: tuple[str, ...] = (), **more: object
) -> App:
    told = {"web": "run web"} if commands is None else commands
    processes = tuple(
        Process(type=name, command=line, quantity=1, size="Standard-1X", memory_mb=512)
        for name, line in told.items()
    )
    variables = tuple(ConfigVar(name=name, origin=Origin(kind="person")) for name in config)
    given = {"stack": "heroku-24", **more}
    return App(id="a", name="shop", region="eu", web_url="", buildpacks=buildpacks, processes=processes,
               config=variables, **given)  # fmt: skip


def propose(one: App, code: Checkout, **choice: object) -> Proposal:
    types = {process.type for process in one.processes} | set(code.procfile.commands if code.procfile else ())
    actions = {"release": "release-hook"}
    mapping = Mapping(
        port=3000,
        apps=(AppChoice(app_id="a", **choice),),
        processes=tuple(
            ProcessChoice(app_id="a", type=type_, service=type_, action=actions.get(type_, "service"))
            for type_ in sorted(types - {"cron"})
        ),
        jobs=tuple(JobChoice(app_id="a", job_id=job.id) for job in one.jobs or ()),
    )  # fmt: skip
    return propose_changes(one, mapping, TARGET, code)


def files(found: Proposal) -> dict[str, str]:
    return {change.path: change.new or "" for change in found.changes}


def codes(found: Proposal) -> set[str]:
    return {problem.code for problem in found.problems}


def base(found: Proposal) -> str:
    return stages(files(found)["Dockerfile"])[-1][0][1]


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


YML = """build:
  docker:
    web: Dockerfile.web
    worker: Dockerfile.web
  config:
    RAILS_ENV: production
run:
  worker: bundle exec sidekiq
release:
  image: web
  command:
    - rails db:migrate
setup:
  addons:
    - plan: heroku-postgresql
"""
DOCKERFILE = 'FROM ruby:3.3\nARG RAILS_ENV\nUSER me\nEXPOSE 3000\nCMD ["puma", "-C", "config/puma.rb"]\n'


def container(yml: str, **texts: str) -> Checkout:
    return msgspec.structs.replace(checkout({"heroku.yml": yml, **texts}), heroku_yml=parse_heroku_yml(yml))


def test_heroku_yml_is_mapped() -> None:
    one = app(stack="container", commands={"web": "", "worker": "", "release": ""})
    found = propose(one, container(YML, **{"Dockerfile.web": DOCKERFILE}))
    new = files(found)
    assert new["Dockerfile"] == DOCKERFILE
    assert parse_procfile(new["Procfile"]).commands == {
        "web": "puma -C config/puma.rb",
        "worker": "bundle exec sidekiq",
    }
    assert new[".elsewhere.yml"] == 'first:\n  - "rails db:migrate"\n'
    assert {"build-arg", "heroku-yml-setup"} <= codes(found) and not found.blocked


@pytest.mark.parametrize(
    ("yml", "texts", "code"),
    [
        (YML.replace("worker: Dockerfile.web", "worker: Dockerfile.worker"), {"Dockerfile.web": DOCKERFILE,
                                                                             "Dockerfile.worker": DOCKERFILE},
         "container-images"),
        (YML.replace("Dockerfile.web", "docker/Dockerfile"), {"docker/Dockerfile": DOCKERFILE},
         "container-folder"),
        (YML, {}, "container"),
        ("run:\n  web: x\n", {}, "container"),
    ],
)  # fmt: skip
def test_what_one_image_cannot_be_blocks(yml: str, texts: dict[str, str], code: str) -> None:
    one = app(stack="container", commands={"web": "x", "worker": "y"})
    found = propose(one, container(yml, **texts))
    assert [problem.code for problem in found.problems if problem.blocks] == [code]
    assert "Dockerfile" not in files(found)


def test_an_image_that_is_built_elsewhere_holds_the_procfile() -> None:
    found = propose(app("heroku/python", commands={"release": "x"}), checkout(APPS["python"]), way="image")
    text = files(found)["Dockerfile"]
    final = text.split("FROM ")[-1]
    assert "COPY Procfile /.elsewhere/Procfile\n" in final
    assert "COPY .elsewhere.yml /.elsewhere/.elsewhere.yml\n" in final
    assert ".elsewhere.env" not in text and "collectstatic" in codes(found)
    by_workflow = propose(
        app("heroku/python"), checkout(APPS["python"]), way="workflow", image="ghcr.io/a/b:1"
    )
    assert "COPY Procfile /.elsewhere/Procfile\n" in files(by_workflow)["Dockerfile"]
    by_push = propose(app("heroku/python"), checkout(APPS["python"]), way="workflow")
    assert "BASH_ENV=" in files(by_push)["Dockerfile"]
    pushed = propose(app("heroku/python"), checkout(APPS["python"]))
    assert "/.elsewhere/" not in files(pushed)["Dockerfile"] and "BASH_ENV=" in files(pushed)["Dockerfile"]
    own = checkout({**APPS["python"], "Dockerfile": "FROM x\nUSER a\nEXPOSE 3000\n"})
    told = propose(app("heroku/python"), own, way="image")
    assert [problem.code for problem in told.problems if problem.blocks] == ["dockerfile-folder"]


def test_a_slug_is_kept_when_a_person_says_so() -> None:
    strange = app("https://example.org/strange")
    code = checkout({"Procfile": "web: bin/run\n"})
    assert propose(strange, code).may_keep_slug
    found = propose(strange, code, keep_slug=True, way="image")
    assert "FROM heroku/heroku:24\n" in files(found)["Dockerfile"] and not found.blocked
    assert files(found)["Procfile"] == "web: exec bash heroku-start.sh bin/run\n"
    assert "slug-stop-gap" in codes(found)
    assert not propose(app("heroku/python"), checkout(APPS["python"])).may_keep_slug


def with_app_json(told: object) -> Checkout:
    text = json.dumps(told)
    return msgspec.structs.replace(
        checkout({**APPS["python"], "app.json": text}), app_json=parse_app_json(text)
    )


def test_app_json_says_what_has_no_counterpart() -> None:
    told = {
        "env": {
            "SECRET": {"generator": "secret", "value": "CANARY"},
            "GONE": {"required": True},
            "OPT": {"required": False},
        },
        "scripts": {"postdeploy": "rake seed", "pr-predestroy": "x", "test": "y"},
        "formation": {"web": {"quantity": 3}},
        "addons": ["heroku-postgresql"],
    }
    found = propose(app("heroku/python", config=("SECRET",)), with_app_json(told))
    texts = {problem.code: problem.text for problem in found.problems if problem.code.startswith("app-json")}
    assert set(texts) == {"app-json-generated", "app-json-missing", "app-json-script", "app-json-formation"}
    assert "SECRET" in texts["app-json-generated"] and "never made anew" in texts["app-json-generated"]
    assert "GONE" in texts["app-json-missing"] and "OPT" not in texts["app-json-missing"]
    assert not found.blocked and "CANARY" not in str(found)


def test_what_no_file_solves_is_said() -> None:
    lines = tuple(
        CodeLine(kind="disk", name="writes", file=f"{name}.py", line=3, text="x") for name in "abcd"
    )
    lines += (CodeLine(kind="platform", name="DYNO", file="a.py", line=1, text="x"),
              CodeLine(kind="platform", name="WEB_CONCURRENCY", file="a.py", line=2, text="x"))  # fmt: skip
    code = checkout(
        {**APPS["python"], "Procfile": "web: serve --bind 127.0.0.1:8000\nwork: exec python w.py\n"},
        lines=lines,
    )
    one = app("heroku/python", config=("QUOTAGUARDSTATIC_URL",), commands={})
    found = propose(one, code)
    texts = {problem.code: problem for problem in found.problems}
    assert {
        "local-disk",
        "binds-loopback",
        "fixed-port",
        "health-host",
        "fixed-addresses",
        "stop-time",
    } <= set(texts)
    assert "a.py:3, b.py:3, c.py:3 and 1 more" in texts["local-disk"].text
    assert texts["platform-variables"].text.endswith(": DYNO") and "checks" in texts["health-host"].text
    assert not found.blocked and all(problem.remedy for problem in texts.values())


def test_the_difference_of_schedulers_is_said() -> None:
    one = app("heroku/python", jobs=(Job(id="j", command="x", every=10),))
    (problem,) = [
        problem for problem in propose(one, checkout(APPS["python"])).problems if problem.code == "scheduler"
    ]
    assert "skip a run" in problem.text and "UTC" in problem.text and "repeated" in problem.remedy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM x\nUSER a\nEXPOSE 3000 53/udp\n", {"dockerfile-udp"}),
        ("FROM x\nARG TOKEN\nARG TARGETARCH\nARG A=1\nUSER a\nEXPOSE 3000\n", {"dockerfile-arg"}),
        ("FROM x\nENV PORT=3000\nUSER a\nEXPOSE $PORT\n", set()),
    ],
)
def test_more_of_an_own_dockerfile(text: str, expected: set[str]) -> None:
    found = propose(app("heroku/python"), checkout({"Procfile": "web: x\n", "Dockerfile": text}))
    assert {code for code in codes(found) if code.startswith("dockerfile")} == expected


def test_every_sentence_says_what_to_do() -> None:
    for language in APPS:
        for way in ("git", "image"):
            for problem in propose(app(f"heroku/{language}"), checkout(APPS[language]), way=way).problems:
                assert problem.text and problem.remedy and problem.component == "shop"


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
