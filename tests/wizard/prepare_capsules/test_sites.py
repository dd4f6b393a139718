"""Sites of files: the settings that a dyno wrote when it started, written when the site is built."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

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
)
from wizard.model.system import App, ConfigVar, Origin
from wizard.prepare.capsules.start_line import resolved, steps

PERSON = Origin(kind="person")


def site(command: str = "npm start", *buildpacks: str, names: tuple[str, ...] = ("BACKEND_URL",)) -> App:
    one = app(*(buildpacks or ("heroku/nodejs",)), commands={"web": command})
    config = tuple(ConfigVar(name=name, origin=PERSON, refers_to_apps=("b",)) for name in names)
    return msgspec.structs.replace(one, config=config)


def scripts(found: object) -> dict[str, str]:
    told: dict[str, str] = json.loads(texts(found)["package.json"] or "")["scripts"]  # type: ignore[arg-type]
    return told


WRITES = "echo \"const backendUrl = '${BACKEND_URL}';\" > config.js"


def test_the_site_of_the_guide() -> None:
    one = site()
    files = code(node(scripts={"start": f"{WRITES} && npx http-server -p $PORT"}, engines={"node": "24.x"}))
    found = propose(one, files, wanted(one, process(capsule="frontend")))
    assert scripts(found)["build"] == WRITES
    (capsule,) = found.capsules
    assert (capsule.kind, capsule.command, capsule.build) == ("frontend", "", "npm run build")
    assert "static-settings" in codes(found) and not found.blocked
    built = code({"package.json": texts(found)["package.json"] or ""})
    assert not propose(one, built, wanted(one, process(capsule="frontend"))).changes


@pytest.mark.parametrize(
    ("told", "build", "hook", "text"),
    [
        ({"build": "vite build"}, "", "postbuild", WRITES),
        ({"build": "vite build", "postbuild": "cp a b"}, "", "postbuild", f"cp a b && {WRITES}"),
        ({"heroku-postbuild": "webpack"}, "npm run heroku-postbuild", "postheroku-postbuild", WRITES),
    ],
)
def test_a_build_that_is_there_goes_on_with_it(
    told: dict[str, str], build: str, hook: str, text: str
) -> None:
    one = site()
    files = code(node(scripts={**told, "start": f"npm run build && {WRITES} && serve -s dist"}))
    found = propose(one, files, wanted(one, process(capsule="frontend", build=build, output="dist")))
    assert scripts(found)[hook] == text
    assert found.capsules[0].build == (build or "npm run build") and found.capsules[0].output == "dist"
    assert "static-fallback" in codes(found)


def test_a_command_of_its_own_gets_the_step_behind_it() -> None:
    one = site(f"{WRITES} && http-server")
    found = propose(one, code(node()), wanted(one, process(capsule="frontend", build="make site")))
    assert found.capsules[0].build == f"make site && {WRITES}"


def test_the_settings_of_a_page_are_written_by_a_script(
    tmp_path: Path, needs_program: Callable[..., str]
) -> None:
    one = site("bin/boot", "heroku-community/static", names=("API_URL", "VITE_X"))
    told = '{"root": "dist", "routes": {"/**": "index.html"}, "https_only": true}'
    found = propose(one, code({"static.json": told}), wanted(one, process(capsule="frontend", output="dist")))
    assert {"static-fallback", "static-json-lost", "static-settings"} <= codes(found)
    for path, text in texts(found).items():
        (tmp_path / path).write_text(text or "")
    assert scripts(found) == {"build": "node heroku-settings.mjs"}
    value = "https://x/?a='\"</script>\\"
    subprocess.run(
        [needs_program("node"), "heroku-settings.mjs"],
        cwd=tmp_path,
        env={"API_URL": value},
        check=True,
        timeout=20,
    )
    written = (tmp_path / "dist" / "env.js").read_text()
    assert "</script>" not in written and "VITE_X" not in written
    assert json.loads(written.removeprefix("window.ENV = ").rstrip(";\n")) == {"API_URL": value}


def test_a_build_that_reads_the_settings_is_left_as_it_is() -> None:
    one = site()
    told = {"heroku-postbuild": WRITES, "start": "http-server . -p $PORT"}
    files = code(node(scripts=told, engines={"node": "v24.11.1"}))
    found = propose(one, files, wanted(one, process(capsule="frontend", build="npm run heroku-postbuild")))
    assert not found.changes and found.capsules[0].build == "npm run heroku-postbuild"
    assert "static-settings" in codes(found)


def test_a_site_without_settings_needs_nothing() -> None:
    one = site("bin/boot", "heroku-community/static", names=())
    found = propose(
        one, code({"index.html": "", "static.json": "{}"}), wanted(one, process(capsule="frontend"))
    )
    assert not found.changes and not found.capsules[0].build


def test_a_lock_file_that_a_frontend_does_not_read_is_said() -> None:
    one = site("serve dist", names=())
    found = propose(one, code({**node(), "yarn.lock": ""}), wanted(one, process(capsule="frontend")))
    assert "static-npm" in codes(found) and not blocking(found)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("a && b -c 'x && y' && d", ["a", "b -c 'x && y'", "d"]),
        ('echo "a \\" && b" > x && y', ['echo "a \\" && b" > x', "y"]),
        ("a; b && c", ["a; b && c"]),
        ("a || b && c", ["a || b && c"]),
        ("a | b && c", ["a | b && c"]),
        ("a \\&& b", ["a \\&& b"]),
        ("a", ["a"]),
    ],
)
def test_the_steps_of_a_line(line: str, parts: list[str]) -> None:
    assert steps(line) == parts


def test_scripts_are_looked_up_by_name() -> None:
    told = {"start": "npm run serve", "serve": "serve dist", "loop": "npm run loop"}
    assert resolved("npm start", told) == "serve dist" == resolved("yarn start", told)
    assert resolved("npm run loop", told) == "npm run loop" and resolved("npm run x", told) == "npm run x"
