"""What runs in a build or at the start of a dyno beside the Procfile, and what shapes the slug.

Sources: the Dev Center on dynos (.profile, .profile.d) and slug size (.slugignore), the buildpacks' own code
for their hooks (2026), heroku-buildpack-apt, -multi, -nginx, -static.
"""

import re
from collections.abc import Iterator, Mapping

from wizard.document.repository.code_nouns import Hook
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.runtime_node import node_scripts
from wizard.document.repository.runtime_pins import json_object
from wizard.document.repository.text_lines import line_at, told_lines
from wizard.document.repository.toml_text import read_toml, table
from wizard.document.repository.yaml_text import read_yaml
from wizard.model.text import clean

ROOT_FILES = (
    ".buildpacks",
    ".profile",
    ".slugignore",
    "Aptfile",
    "apt.yml",
    "composer.json",
    "project.toml",
    "static.json",
)

_BUILD_HOOKS = {
    "bin/pre_compile": "runs before the Python buildpack installs packages",
    "bin/post_compile": "runs at the end of the Python buildpack's build",
    "bin/go-pre-compile": "runs before the Go buildpack compiles",
    "bin/go-post-compile": "runs after the Go buildpack has compiled",
    "bin/build": "runs in place of Leiningen in the Clojure buildpack",
    "bin/compile": "makes the repository a buildpack of its own, with bin/detect and bin/release",
    "bin/detect": "makes the repository a buildpack of its own, with bin/compile and bin/release",
    "bin/test": "runs in Heroku CI, where a buildpack finds it",
    "bin/test-compile": "builds for Heroku CI, where a buildpack finds it",
}

_WEB_SERVER = {
    "config/nginx.conf.erb": "settings of the nginx buildpack, filled in when a dyno starts",
    "config/nginx.conf": "settings of the nginx buildpack",
    "nginx_app.conf": "settings of nginx in the PHP buildpack, where the Procfile names it",
    "apache_app.conf": "settings of Apache in the PHP buildpack, where the Procfile names it",
    "static.json": "settings of the static buildpack, which nobody maintains since 2022",
    ".user.ini": "settings of PHP, read in the document root",
}

_SCRIPT_WHEN = {
    "heroku-prebuild": "before packages are installed",
    "heroku-postbuild": "after packages are installed, in place of `build`",
    "build": "after packages are installed",
    "heroku-cleanup": "after development packages are removed",
    "start": "as `web` where the Procfile has none",
    "postinstall": "as packages are installed",
}

_DOCKERFILE = re.compile(r"(^|/)(Dockerfile(\.[\w.-]+)?|[\w.-]+\.[Dd]ockerfile|Containerfile)$")
_COMPOSE = re.compile(r"(^|/)(docker-)?compose([.-][\w-]+)*\.ya?ml$")
_EXPORT = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=", re.MULTILINE)


def wanted_files(paths: list[str]) -> list[str]:
    """The files whose text `hooks` looks at."""
    few = [path for path in paths if path.startswith(".profile.d/") or _COMPOSE.search(path)]
    return [*ROOT_FILES, "package.json", *few[:50]]


def hooks(paths: list[str], texts: Mapping[str, str]) -> tuple[Hook, ...]:
    """Everything of the kind, in the order of a build."""
    known = set(paths)
    found = [
        *_chosen_buildpacks(texts),
        *_packages(texts),
        *(
            Hook(kind="build", file=file, line=1, text=does)
            for file, does in _BUILD_HOOKS.items()
            if file in known
        ),
        *_scripts(texts),
        *_slugignore(texts),
        *_starts(paths, texts),
        *(
            Hook(kind="web-server", file=file, line=1, text=does)
            for file, does in _WEB_SERVER.items()
            if file in known
        ),
        *_containers(paths, texts),
    ]
    return tuple(found)


def _starts(paths: list[str], texts: Mapping[str, str]) -> Iterator[Hook]:
    for path in paths:
        if path == ".profile" or (path.startswith(".profile.d/") and path.endswith(".sh")):
            names = list(dict.fromkeys(_EXPORT.findall(texts.get(path, ""))))
            sets = f"; sets {clean(', '.join(names), limit=300)}" if names else ""
            yield Hook(kind="start", file=clean(path), line=1, text=f"runs when any dyno starts{sets}")


def _scripts(texts: Mapping[str, str]) -> Iterator[Hook]:
    for script in node_scripts(texts):
        text = f"{script.name}, {_SCRIPT_WHEN[script.name]}: {script.command}"
        yield Hook(kind="build", file="package.json", line=script.line, text=safe_line(text, 400))
    scripts = (json_object(texts, "composer.json") or {}).get("scripts")
    if isinstance(scripts, dict) and "compile" in scripts:
        line = _line_with(texts["composer.json"], '"compile"')
        yield Hook(
            kind="build",
            file="composer.json",
            line=line,
            text="script `compile`, run at the end of the build",
        )


def _packages(texts: Mapping[str, str]) -> Iterator[Hook]:
    for number, told in told_lines(texts.get("Aptfile", "")):
        yield Hook(kind="packages", file="Aptfile", line=number, text=safe_line(told, 300))
    top = read_yaml(texts.get("apt.yml", ""))
    packages = top.get("packages") if top else None
    for item in packages.items() if packages else ():
        if item.text:
            yield Hook(kind="packages", file="apt.yml", line=item.line, text=safe_line(item.text, 300))


def _slugignore(texts: Mapping[str, str]) -> Iterator[Hook]:
    told = [line for _, line in told_lines(texts.get(".slugignore", ""))]
    if told:
        text = f"left out of the slug: {', '.join(told)}"
        yield Hook(kind="slug", file=".slugignore", line=1, text=safe_line(text, 300))


def _chosen_buildpacks(texts: Mapping[str, str]) -> Iterator[Hook]:
    for number, told in told_lines(texts.get(".buildpacks", "")):
        yield Hook(kind="buildpacks", file=".buildpacks", line=number, text=safe_line(told, 300))
    text = texts.get("project.toml")
    if text is None:
        return
    for name, version in _project_toml(text):
        said = f"{name} {version}".strip()
        yield Hook(
            kind="buildpacks",
            file="project.toml",
            line=_line_with(text, name),
            text=safe_line(said, 300),
        )


def _project_toml(text: str) -> Iterator[tuple[str, str]]:
    """Buildpacks of both shapes of project.toml: `[[io.buildpacks.group]]`, and `[[build.buildpacks]]`."""
    told = read_toml(text)
    for here, key in ((table(told, "io", "buildpacks"), "group"), (table(told, "build"), "buildpacks")):
        group = here.get(key)
        for one in group if isinstance(group, list) else ():
            if isinstance(one, dict):
                name = one.get("id") or one.get("uri")
                if isinstance(name, str):
                    yield name, str(one.get("version") or "")


def _containers(paths: list[str], texts: Mapping[str, str]) -> Iterator[Hook]:
    for path in paths:
        if _DOCKERFILE.search(path) and path.count("/") < 4:
            yield Hook(kind="container", file=clean(path), line=1, text="a Dockerfile")
        elif _COMPOSE.search(path) and path.count("/") < 4:
            top = read_yaml(texts.get(path, ""))
            services = top.get("services") if top else None
            names = ", ".join(name for name, _ in services.pairs()) if services else ""
            yield Hook(
                kind="container",
                file=clean(path),
                line=services.named_at if services else 1,
                text=clean(f"compose file with {names}" if names else "compose file", limit=300),
            )


def _line_with(text: str, words: str) -> int:
    at = text.find(words)
    return line_at(text, max(at, 0))
