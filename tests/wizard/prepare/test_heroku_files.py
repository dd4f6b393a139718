"""Dockerfiles of Heroku's container stack, images built elsewhere, app.json, and what no file solves."""

import json

import msgspec
import pytest

from tests.wizard.prepare.described_apps import APPS, checkout
from tests.wizard.prepare.proposals import app, codes, files, propose
from wizard.document.checkout import Checkout
from wizard.document.procfile import parse_procfile
from wizard.document.repository.app_json import parse_app_json
from wizard.document.repository.code_nouns import CodeLine
from wizard.document.repository.heroku_yml import parse_heroku_yml
from wizard.model.system import Job

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
