"""What no file settles: what only Heroku's builds do, addresses, certificates, files, commands."""

import json

import msgspec

from tests.wizard.prepare_capsules.moves import (
    app,
    blocking,
    code,
    codes,
    node,
    process,
    propose,
    texts,
    wanted,
    with_database,
)
from wizard.document.repository.code_nouns import CodeLine, Hook
from wizard.model.mapping import StorageChoice
from wizard.model.system import ConfigVar, Origin


def line(kind: str, name: str) -> CodeLine:
    return CodeLine(kind=kind, name=name, file="app.py", line=7, text="x")  # type: ignore[arg-type]


def test_an_address_of_heroku_and_one_of_the_target() -> None:
    one = msgspec.structs.replace(
        app("heroku/python"), config=(ConfigVar(name="APP_URL", origin=Origin(kind="person")),)
    )
    files = code({"requirements.txt": ""}, lines=(line("platform", "HEROKU_APP_DEFAULT_DOMAIN_NAME"),))
    found = propose(one, files)
    told = {problem.code: problem for problem in found.problems}
    assert "app.py:7" in told["app-address"].text and "https://" in told["app-address"].remedy
    assert "app-url" in told and not found.blocked


def test_certificates_that_are_not_checked_may_stay_so() -> None:
    one = msgspec.structs.replace(app("heroku/python"), config=with_database("DATABASE_URL"))
    files = code({"requirements.txt": ""}, lines=(line("certificate", "CERT_NONE"),))
    assert "database-tls" in codes(propose(one, files))
    assert "database-tls" not in codes(propose(app("heroku/python"), files))


def test_files_go_where_the_target_says() -> None:
    one = app("heroku/python")
    files = code({"requirements.txt": ""}, lines=(line("disk", "writes a file"),))
    mapping = wanted(one, storages=(StorageChoice(app_id="a", action="mount"),))
    problem = next(one for one in propose(one, files, mapping).problems if one.code == "storage")
    assert "PERSISTENT_STORAGE_DIR" in problem.text and "app.py:7" in problem.text
    assert "local-disk" not in codes(propose(one, files, mapping))
    assert "local-disk" in codes(propose(one, files)) and "storage" not in codes(propose(one, files))


def test_a_backend_needs_a_command_and_a_site_or_an_image_does_not() -> None:
    one = app("heroku/go", commands={"web": ""})
    files = code({"go.mod": "module x\n\ngo 1.22\n"})
    assert "no-command" in blocking(propose(one, files))
    assert "no-command" not in codes(propose(one, files, wanted(one, process(command="bin/x"))))
    assert "no-command" not in codes(propose(one, files, wanted(one, process(capsule="docker"))))
    start = propose(app("heroku/nodejs", commands={"web": ""}), code(node(scripts={"start": "node x"})))
    assert start.capsules[0].command == "npm start" and not start.blocked


def test_what_only_heroku_builds_by_name() -> None:
    one = app("heroku/nodejs", commands={"web": "node x"})
    found = propose(one, code(node(scripts={"heroku-postbuild": "tsc"}, engines={"node": "24.x"})))
    scripts = json.loads(texts(found)["package.json"] or "")["scripts"]
    assert scripts == {"heroku-postbuild": "tsc", "build": "npm run heroku-postbuild"}
    other = propose(
        one, code(node(scripts={"heroku-postbuild": "tsc", "build": "x"}, engines={"node": "24.x"}))
    )
    assert "heroku-postbuild" in codes(other) and not other.changes


def test_what_an_image_would_do_and_a_backend_does_not() -> None:
    hook = Hook(kind="build", file="bin/post_compile", line=1, text="runs")
    one = app("heroku-community/apt", "heroku/nodejs", "heroku/python")
    files = {
        "requirements.txt": "Django==5.1\n",
        "manage.py": "",
        "Aptfile": "ffmpeg\n",
        "package.json": "{}",
    }
    found = propose(one, code(files, ".profile", hooks=(hook,)))
    told = {problem.code: problem for problem in found.problems}
    assert {"static-files", "builder-beside", "builder-hooks"} <= set(told)
    assert "ffmpeg" in told["builder-beside"].text and "Node.js" in told["builder-beside"].text
    assert "bin/post_compile" in told["builder-hooks"].text and ".profile" in told["builder-hooks"].text
    image = propose(one, code(files, hooks=(hook,)), wanted(one, process(capsule="docker")))
    assert not {"static-files", "builder-beside", "builder-hooks"} & codes(image)
    assert "ffmpeg" in (texts(image)["Dockerfile"] or "")
