"""The version of a language, in the form that builders of capsules read."""

import json

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


def pinned(engines: object, kind: str = "backend", **files: str) -> tuple[str | None, set[str]]:
    one = app("heroku/nodejs")
    told = node(engines=engines) if engines is not None else node()
    found = propose(one, code({**told, **files}), wanted(one, process(capsule=kind)))
    new = texts(found).get("package.json")
    return (json.loads(new)["engines"]["node"] if new else None), codes(found)


@pytest.mark.parametrize(
    ("told", "new", "code_"),
    [
        (None, "24.x.x", "runtime-not-pinned"),
        ({"node": "24.x"}, None, ""),
        ({"node": "^22.1.0"}, None, ""),
        ({"node": "24"}, None, ""),
        ({"node": ">=18"}, "24.x.x", ""),
        ({"node": "18.x"}, "22.x.x", "runtime-raised"),
        ({"node": "20 || 22"}, "22.x.x", ""),
        ({"node": "26.x"}, None, "runtime-not-offered"),
    ],
)
def test_node_on_a_backend(told: object, new: str | None, code_: str) -> None:
    got, problems = pinned(told)
    assert got == new
    assert {one for one in problems if one.startswith("runtime")} == ({code_} if code_ else set())


@pytest.mark.parametrize(
    ("told", "new"),
    [
        (None, "v24.18.0"),
        ({"node": "24.x"}, "v24.18.0"),
        ({"node": "22"}, "v22.23.1"),
        ({"node": "24.11.1"}, "v24.11.1"),
        ({"node": "v24.11.1"}, None),
        ({"node": "18.x"}, "v22.23.1"),
    ],
)
def test_a_frontend_takes_an_exact_version_alone(told: object, new: str | None) -> None:
    assert pinned(told, "frontend")[0] == new


def test_the_file_of_another_tool_becomes_engines_and_typescript_is_named() -> None:
    one = app("heroku/nodejs", commands={"web": "node --env-file=.env server.ts"})
    found = propose(one, code({**node(), ".nvmrc": "v22.19.0\n"}))
    (change,) = found.changes
    assert '"node": "22.x.x"' in (change.new or "") and "22.18" in change.why


def test_nothing_is_pinned_for_an_image() -> None:
    assert pinned({"node": "18.x"}, "docker")[0] is None


def test_a_package_json_that_is_not_edited_stops_the_branch() -> None:
    one = app("heroku/nodejs")
    found = propose(one, code({"package.json": '{"name": "a", "name": "b"}'}))
    assert "node-pin" in blocking(found) and "package.json" not in texts(found)


@pytest.mark.parametrize(
    ("files", "new", "code_"),
    [
        ({"runtime.txt": "python-3.13.2\n"}, {".python-version": "3.13.2\n", "runtime.txt": None}, ""),
        (
            {"runtime.txt": "python-3.11.14\n"},
            {".python-version": "3.13\n", "runtime.txt": None},
            "runtime-raised",
        ),
        ({".python-version": "3.14\n"}, {}, ""),
        ({".python-version": "3.9\n"}, {".python-version": "3.13\n"}, "runtime-raised"),
        ({}, {".python-version": "3.14\n"}, "runtime-not-pinned"),
        ({".python-version": "3.15\n"}, {}, "runtime-not-offered"),
    ],
)
def test_python(files: dict[str, str], new: dict[str, str | None], code_: str) -> None:
    found = propose(app("heroku/python"), code({"requirements.txt": "", **files}))
    got = {path: text for path, text in texts(found).items() if path != "Procfile"}
    assert got == new
    assert {one for one in codes(found) if one.startswith("runtime")} == ({code_} if code_ else set())
    assert ("runtime-not-offered" in blocking(found)) is (code_ == "runtime-not-offered")


def test_a_python_that_the_code_refuses_is_not_written() -> None:
    files = {
        "pyproject.toml": '[project]\nrequires-python = ">=3.9,<3.12"\n',
        "runtime.txt": "python-3.11.2\n",
    }
    found = propose(app("heroku/python"), code(files))
    assert "runtime-by-hand" in blocking(found) and ".python-version" not in texts(found)


@pytest.mark.parametrize(
    ("buildpack", "files", "variables", "code_"),
    [
        ("go", {"go.mod": "module x\n\ngo 1.22\n"}, {"GOOGLE_GO_VERSION": "1.22.x"}, "runtime-variable"),
        ("go", {"go.mod": "module x\n\ngo 1.24.3\n"}, {"GOOGLE_GO_VERSION": "1.24.3"}, "runtime-variable"),
        (
            "java",
            {"pom.xml": "<project/>", "system.properties": "java.runtime.version=21\n"},
            {"GOOGLE_RUNTIME_VERSION": "21"},
            "runtime-variable",
        ),
        (
            "java",
            {"pom.xml": "<project/>", "system.properties": "java.runtime.version=1.8\n"},
            {"GOOGLE_RUNTIME_VERSION": "17"},
            "runtime-raised",
        ),
        ("ruby", {"Gemfile": "", "Gemfile.lock": "RUBY VERSION\n   ruby 3.3.6p108\n"}, {}, ""),
        (
            "ruby",
            {"Gemfile": "", "Gemfile.lock": "GEM\n", ".ruby-version": "3.4.1\n"},
            {"GOOGLE_RUNTIME_VERSION": "3.4.1"},
            "runtime-variable",
        ),
        ("ruby", {"Gemfile": "", "Gemfile.lock": "RUBY VERSION\n   ruby 3.1.4\n"}, {}, "runtime-by-hand"),
    ],
)
def test_config_vars_and_what_only_the_language_can_raise(
    buildpack: str, files: dict[str, str], variables: dict[str, str], code_: str
) -> None:
    found = propose(app(f"heroku/{buildpack}"), code(files))
    assert found.variables == variables
    assert code_ in codes(found) or not code_
    assert ("runtime-by-hand" in blocking(found)) is (code_ == "runtime-by-hand")


@pytest.mark.parametrize(
    ("told", "new", "code_"),
    [
        ("^8.2", "8.5.*", "composer-lock"),
        (">=8.2 <8.4", "8.3.*", "composer-lock"),
        ("8.4.*", None, ""),
        ("^7.4", None, "runtime-by-hand"),
    ],
)
def test_php(told: str, new: str | None, code_: str) -> None:
    text = '{\n    "require": {\n        "php": "%s"\n    }\n}\n'
    found = propose(app("heroku/php"), code({"composer.json": text % told, "composer.lock": "{}"}))
    assert texts(found).get("composer.json") == (text % new if new else None)
    assert code_ in codes(found) or not code_


def test_dotnet() -> None:
    project = "<Project><PropertyGroup><TargetFramework>{}</TargetFramework></PropertyGroup></Project>"
    found = propose(app("heroku/dotnet"), code({"Shop.csproj": project.format("net8.0")}))
    assert json.loads(texts(found)["global.json"] or "")["sdk"]["version"] == "8.0.100"
    nine = propose(app("heroku/dotnet"), code({"Shop.csproj": project.format("net9.0")}))
    assert "runtime-by-hand" in blocking(nine) and "global.json" not in texts(nine)
