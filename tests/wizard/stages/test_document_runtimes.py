"""Which buildpack takes the code, what it is built with, and what runs around it."""

import pytest

from wizard.document.repository.buildpack_detection import detect
from wizard.document.repository.code_nouns import Runtime
from wizard.document.repository.hooks import hooks
from wizard.document.repository.runtimes import runtimes


def only(texts: dict[str, str], *more: str) -> Runtime:
    (found,) = runtimes([*texts, *more], texts)
    return found


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["Gemfile", "package.json", "requirements.txt"], ["ruby", "nodejs", "python"]),
        (["server.py"], ["python"]),
        (["requirments.txt"], ["python"]),
        (["venv/bin/python"], ["python"]),
        (["src/app.py", "docs/requirements.txt", "api/package.json"], []),
        (["pom.yml", "gradlew"], ["java", "gradle"]),
        (["build.sbt"], ["scala"]),
        (["project/Build.scala"], ["scala"]),
        (["sub/build.sbt"], []),
        (["index.php"], ["php"]),
        (["go.mod"], ["go"]),
        (["src/shop/cmd/main.go"], ["go"]),
        (["src/main.go"], []),
        (["Shop.slnx"], ["dotnet"]),
        (["Shop/Shop.csproj"], []),
        (["project.clj", "index.php", "main.cs"], ["clojure", "php", "dotnet"]),
        (["README.md"], []),
    ],
)
def test_buildpacks_in_the_order_in_which_heroku_asks_them(paths: list[str], found: list[str]) -> None:
    assert [one.buildpack.removeprefix("heroku/") for one in detect(paths)] == found


LOCK = "GEM\n\nRUBY VERSION\n   ruby 3.3.5p100\n\nBUNDLED WITH\n   2.5.11\n"
PIPENV = '{"_meta": {"requires":\n{"python_full_version": "3.12.4", "python_version": "3.12"}}}'
JAVA = "java.runtime.version = 17\n"
CSHARP = "<Project>\n<TargetFramework>net8.0</TargetFramework>"


@pytest.mark.parametrize(
    ("texts", "version", "where"),
    [
        ({"runtime.txt": "python-3.11.9\n", ".python-version": "3.12\n"}, "3.11.9", "runtime.txt:1"),
        ({".python-version": "# ours\n3.13\n", "Pipfile.lock": ""}, "3.13", ".python-version:2"),
        ({"Pipfile.lock": PIPENV}, "3.12.4", "Pipfile.lock:2"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.10"\n', "uv.lock": ""}, "", ""),
        ({"package.json": '{\n "engines": {"node": "20.x"}}', ".nvmrc": "v18"}, "20.x", "package.json:2"),
        ({"package.json": '{"volta": {"node": "18.1.0"}}'}, "", ""),
        ({"Gemfile": 'ruby "3"', "Gemfile.lock": LOCK, ".ruby-version": ""}, "3.3.5p100", "Gemfile.lock:4"),
        ({"Gemfile": 'ruby "3.2.0"\n'}, "", ""),
        ({"go.mod": "module x\n// +heroku goVersion go1.22\ngo 1.23\n"}, "go1.22", "go.mod:2"),
        ({"go.mod": "module x\n\ngo 1.23\ntoolchain go1.24.1\n"}, "1.23", "go.mod:3"),
        ({"pom.xml": "<java.version>21<", "system.properties": JAVA}, "17", "system.properties:1"),
        ({"pom.xml": "<java.version>21<"}, "", ""),
        ({"build.sbt": 'scalaVersion := "2.13"', "system.properties": JAVA}, "17", "system.properties:1"),
        ({"project.clj": '(defproject x :min-lein-version "2.0.0")'}, "", ""),
        ({"composer.json": '{"php": 1,\n"require": {"php": "^8.2", "ext-a": 1}}'}, "^8.2", "composer.json:2"),
        ({"App.csproj": CSHARP, "global.json": '{"sdk":{"version":"8.0.1"}}'}, "8.0.1", "global.json:1"),
        ({"App.csproj": CSHARP}, "net8.0", "App.csproj:2"),
    ],
)  # fmt: skip
def test_the_version_that_heroku_builds_with(texts: dict[str, str], version: str, where: str) -> None:
    found = only(texts)
    assert (found.version, found.pinned_in) == (version, where)


def test_what_heroku_does_not_read_is_named_so() -> None:
    package = '{"engines": {"node": "20.x"}, "packageManager": "yarn@4.1.0+sha512.ab"}'
    found = only({"package.json": package, ".nvmrc": "v18\n"}, "yarn.lock", "package-lock.json")
    assert [(pin.what, pin.version, pin.read) for pin in found.pins] == [
        ("node", "20.x", True),
        ("yarn", "4.1.0", True),
        ("node", "18", False),
    ]
    assert found.managers == ("npm", "yarn")
    assert found.locks == ("package-lock.json", "yarn.lock")
    assert ".nvmrc says 18; Heroku does not read it." in found.notes
    assert any("side by side" in note for note in found.notes)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"engines": [], "scripts": 3}', '{"engines": {"node": 20}}']
)
def test_a_broken_package_json(text: str) -> None:
    found = only({"package.json": text})
    assert found.version == "" and found.notes
    assert hooks(["package.json"], {"package.json": text}) == ()


def test_what_runs_in_a_build_and_at_the_start() -> None:
    texts = {
        ".profile": "export A=1\nB=2\n",
        ".profile.d/x.sh": "export C=hunter2\n",
        ".profile.d/notes.txt": "",
        ".slugignore": "*.psd\n# no\ndocs/\n",
        ".buildpacks": "https://github.com/heroku/heroku-buildpack-apt\n",
        "Aptfile": "# libs\nlibvips42\n:repo:deb http://x.example y\n",
        "project.toml": '[[io.buildpacks.group]]\nid = "heroku/ruby"\nversion = "5"\n',
        "package.json": '{"scripts": {"heroku-postbuild": "webpack", "test": "jest",\n"start": "node ."}}',
        "composer.json": '{"scripts": {"compile": ["php x"]}}',
        "compose.yaml": "services:\n  db: {image: postgres}\n  web: {}\n",
    }
    paths = [*texts, "bin/pre_compile", "bin/post_compile", "Dockerfile", "web.Dockerfile", "static.json"]
    found = [(hook.kind, f"{hook.file}:{hook.line}", hook.text) for hook in hooks(paths, texts)]
    assert [(kind, where) for kind, where, _ in found] == [
        ("buildpacks", ".buildpacks:1"),
        ("buildpacks", "project.toml:2"),
        ("packages", "Aptfile:2"),
        ("packages", "Aptfile:3"),
        ("build", "bin/pre_compile:1"),
        ("build", "bin/post_compile:1"),
        ("build", "package.json:1"),
        ("build", "package.json:2"),
        ("build", "composer.json:1"),
        ("slug", ".slugignore:1"),
        ("start", ".profile:1"),
        ("start", ".profile.d/x.sh:1"),
        ("web-server", "static.json:1"),
        ("container", "compose.yaml:1"),
        ("container", "Dockerfile:1"),
        ("container", "web.Dockerfile:1"),
    ]
    said = {where: text for _, where, text in found}
    assert said[".profile:1"].endswith("sets A, B") and said[".profile.d/x.sh:1"].endswith("sets C")
    assert said["project.toml:2"] == "heroku/ruby 5"
    assert said["compose.yaml:1"] == "compose file with db, web"
    assert "hunter2" not in str(found)
