"""Languages of a checkout: the buildpack that takes it, the version it is built with, its package manager.

What each buildpack reads is from its source (2026): heroku-buildpack-python lib/python_version.sh and
lib/package_manager.sh, -nodejs bin/compile, -ruby lib/language_pack/helpers/gemfile_lock.rb, -go
lib/common.sh, -jvm-common bin/java, -php, buildpacks-dotnet. Files that other tools take a version from are
listed, too, and marked as unread: what a team believes to run is often not what Heroku builds with.
"""

import re
from collections.abc import Callable, Mapping

from wizard.document.repository.buildpack_detection import detect
from wizard.document.repository.code_nouns import Pin, Runtime
from wizard.document.repository.runtime_dotnet import dotnet_pins
from wizard.document.repository.runtime_node import node_pins
from wizard.document.repository.runtime_pins import (
    Found,
    at_match,
    first_line,
    json_object,
    line_of,
    property_pin,
)
from wizard.model.text import clean

RUNTIME_FILES = (
    ".go-version",
    ".java-version",
    ".node-version",
    ".nvmrc",
    ".php-version",
    ".python-version",
    ".ruby-version",
    ".sdkmanrc",
    ".tool-versions",
    "Gemfile",
    "Gemfile.lock",
    "Pipfile",
    "Pipfile.lock",
    "build.gradle",
    "build.gradle.kts",
    "build.sbt",
    "composer.json",
    "global.json",
    "go.mod",
    "gradle/wrapper/gradle-wrapper.properties",
    "mise.toml",
    "package.json",
    "pom.xml",
    "project.clj",
    "project/build.properties",
    "pyproject.toml",
    "requirements.txt",
    "runtime.txt",
    "system.properties",
)
"""Files whose text is read for this; .NET's project files come on top."""

_MANAGERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "heroku/ruby": (("Gemfile.lock", "bundler"),),
    "heroku/nodejs": (
        ("package-lock.json", "npm"),
        ("npm-shrinkwrap.json", "npm"),
        ("yarn.lock", "yarn"),
        ("pnpm-lock.yaml", "pnpm"),
        ("bun.lock", "bun"),
        ("bun.lockb", "bun"),
    ),
    "heroku/python": (
        ("Pipfile.lock", "pipenv"),
        ("requirements.txt", "pip"),
        ("poetry.lock", "poetry"),
        ("uv.lock", "uv"),
        ("pdm.lock", "pdm"),
    ),
    "heroku/php": (("composer.lock", "composer"),),
    "heroku/go": (("go.sum", "go modules"),),
    "heroku/java": (("pom.xml", "maven"),),
    "heroku/gradle": (("build.gradle", "gradle"), ("build.gradle.kts", "gradle")),
    "heroku/scala": (("build.sbt", "sbt"),),
    "heroku/clojure": (("project.clj", "leiningen"),),
    "heroku/dotnet": (("packages.lock.json", "nuget"),),
}
"""By buildpack, the files that say which package manager is in use."""

_UNSUPPORTED = {"pdm": "heroku/python", "bun": "heroku/nodejs"}


def runtimes(paths: list[str], texts: Mapping[str, str]) -> tuple[Runtime, ...]:
    """All languages, in the order in which Heroku would try their buildpacks."""
    return tuple(_runtime(one.buildpack, one.because, paths, texts) for one in detect(paths))


def _runtime(buildpack: str, because: str, paths: list[str], texts: Mapping[str, str]) -> Runtime:
    pins, notes = _READERS[buildpack](texts)
    known = set(paths)
    found = [(file, manager) for file, manager in _MANAGERS.get(buildpack, ()) if file in known]
    managers = tuple(dict.fromkeys(manager for _, manager in found))
    notes += [f"Heroku's buildpack does not know {one}." for one in managers if one in _UNSUPPORTED]
    if len(managers) > 1 and buildpack in ("heroku/python", "heroku/nodejs"):
        files = ", ".join(file for file, _ in found)
        notes.append(f"Files of several package managers stand side by side: {files}.")
    if buildpack == "heroku/ruby" and "Gemfile.lock" not in known:
        notes.append("There is no Gemfile.lock; the Ruby buildpack does not build without.")
    if buildpack == "heroku/python" and not managers:
        notes.append(
            "There is no file of a package manager; today's Python buildpack does not build without."
        )
    chosen = next((pin for pin in pins if pin.read and pin.main), None)
    return Runtime(
        buildpack=buildpack,
        because=because,
        version=chosen.version if chosen else "",
        pinned_in=f"{chosen.file}:{chosen.line}" if chosen else "",
        pins=tuple(pins),
        managers=managers,
        locks=tuple(file for file, _ in found if "lock" in file or file in ("go.sum", "npm-shrinkwrap.json")),
        notes=tuple(notes),
    )


def _python(texts: Mapping[str, str]) -> Found:
    pins: list[Pin] = []
    notes: list[str] = []
    if "runtime.txt" in texts:
        pins += first_line(texts, "runtime.txt", "python", prefix="python-")
        notes.append("runtime.txt is deprecated; it wins over .python-version as long as it is there.")
    pins += first_line(texts, ".python-version", "python")
    for key in ("python_full_version", "python_version"):
        pins += at_match(texts, "Pipfile.lock", rf'"{key}"\s*:\s*"([^"]+)"', "python")
    if "Pipfile.lock" not in texts:
        pins += at_match(texts, "Pipfile", r'^python_(?:full_)?version\s*=\s*"([^"]+)"', "python", read=False)
    for pattern in (r'^requires-python\s*=\s*["\']([^"\']+)', r'^python\s*=\s*["\']([^"\']+)'):
        pins += at_match(texts, "pyproject.toml", pattern, "python", read=False)
    pins += _tools(texts, "python")
    if not any(pin.read for pin in pins):
        notes.append("Nothing that Heroku reads names a Python version; it keeps to that of the first build.")
    return pins, notes


def _ruby(texts: Mapping[str, str]) -> Found:
    lock = "Gemfile.lock"
    pins = at_match(
        texts, lock, r"^RUBY VERSION\r?\n {2,3}ruby (\d+\.\d+\.\d+\S*(?: \(.+\))?)", "ruby", skip=1
    )
    pins += at_match(texts, lock, r"^BUNDLED WITH\r?\n {2,3}(\d[\w.]*)", "bundler", main=False, skip=1)
    # The buildpack asks bundler's lock file; the Gemfile counts only by way of it.
    pins += at_match(texts, "Gemfile", r'^[ \t]*ruby[ \t]*\(?[ \t]*["\']([^"\']+)', "ruby", read=False)
    pins += first_line(texts, ".ruby-version", "ruby", prefix="ruby-", read=False)
    pins += _tools(texts, "ruby")
    notes = []
    if not any(pin.read and pin.main for pin in pins):
        notes.append("Gemfile.lock names no Ruby version; Heroku keeps to that of the first build.")
    return pins, notes


def _go(texts: Mapping[str, str]) -> Found:
    pins = at_match(texts, "go.mod", r"^// \+heroku goVersion (\S+)", "go")
    pins += at_match(texts, "go.mod", r"^go (\S+)", "go")
    pins += at_match(texts, "go.mod", r"^toolchain (\S+)", "go", read=False)
    pins += first_line(texts, ".go-version", "go", read=False)
    pins += _tools(texts, "go", "golang")
    notes = []
    install = re.search(r"^// \+heroku install (.+)$", texts.get("go.mod", ""), re.M)
    if install:
        notes.append(f"go.mod tells Heroku which packages to install: {clean(install[1].strip())}.")
    return pins, notes


def _jvm(texts: Mapping[str, str]) -> Found:
    pins = property_pin(texts, "system.properties", "java.runtime.version", "java")
    pins += property_pin(texts, "system.properties", "maven.version", "maven", main=False)
    pins += first_line(texts, ".java-version", "java", read=False)
    pins += at_match(texts, ".sdkmanrc", r"^java=(\S+)", "java", read=False)
    pins += _tools(texts, "java")
    for pattern in (r"<java\.version>([^<]+)<", r"<maven\.compiler\.release>([^<]+)<"):
        pins += at_match(texts, "pom.xml", pattern, "java", read=False)
    wrapper = "gradle/wrapper/gradle-wrapper.properties"
    pins += at_match(texts, wrapper, r"distributionUrl=.*gradle-([\d.]+)-", "gradle", main=False)
    pins += property_pin(texts, "project/build.properties", "sbt.version", "sbt", main=False)
    pins += at_match(texts, "build.sbt", r'scalaVersion\s*:=\s*"([^"]+)"', "scala", main=False)
    pins += at_match(texts, "project.clj", r'org\.clojure/clojure\s+"([^"]+)"', "clojure", main=False)
    pins += at_match(texts, "project.clj", r':min-lein-version\s+"([^"]+)"', "leiningen", main=False)
    notes = []
    if not any(pin.read and pin.main for pin in pins):
        notes.append("No java.runtime.version in system.properties: Heroku chooses, and changes its choice.")
    return pins, notes


def _php(texts: Mapping[str, str]) -> Found:
    file = "composer.json"
    told = json_object(texts, file) or {}
    require = told.get("require")
    wanted = require if isinstance(require, dict) else {}
    pins: list[Pin] = []
    notes: list[str] = []
    version = wanted.get("php")
    if isinstance(version, str):
        line = line_of(texts[file], "php", version)
        pins.append(Pin(what="php", version=clean(version, limit=100), file=file, line=line))
    extensions = [name.removeprefix("ext-") for name in wanted if name.startswith("ext-")]
    if extensions:
        notes.append(f"composer.json wants PHP's extensions {clean(', '.join(extensions), limit=400)}.")
    pins += first_line(texts, ".php-version", "php", read=False)
    pins += _tools(texts, "php")
    return pins, notes


def _tools(texts: Mapping[str, str], *names: str) -> list[Pin]:
    """What asdf and mise are told; Heroku reads neither."""
    pins: list[Pin] = []
    for name in names:
        pins += at_match(texts, ".tool-versions", rf"^{name}[ \t]+(\S+)", names[0], read=False)
        pins += at_match(texts, "mise.toml", rf'^{name}\s*=\s*"([^"]+)"', names[0], read=False)
    return pins


def _node(texts: Mapping[str, str]) -> Found:
    pins, notes = node_pins(texts)
    return [*pins, *_tools(texts, "node", "nodejs")], notes


_READERS: Mapping[str, Callable[[Mapping[str, str]], Found]] = {
    "heroku/ruby": _ruby,
    "heroku/nodejs": _node,
    "heroku/clojure": _jvm,
    "heroku/python": _python,
    "heroku/java": _jvm,
    "heroku/gradle": _jvm,
    "heroku/scala": _jvm,
    "heroku/php": _php,
    "heroku/go": _go,
    "heroku/dotnet": dotnet_pins,
}
