"""Which buildpack Heroku would choose for the code, when none is set.

The files are those of each buildpack's bin/detect (2026). The order is the Dev Center's as others quote it,
from before there was .NET: that is put behind PHP and Go, where Heroku's builder of cloud native buildpacks
has it (heroku/cnb-builder-images, builder-24, 2026). Buildpacks that an app has set count more than all this.
"""

import bisect
import fnmatch
from collections.abc import Iterable, Iterator

from wizard.model.noun import Noun

_PYTHON = (
    ".python-version",
    "__init__.py",
    "app.py",
    "main.py",
    "manage.py",
    "pdm.lock",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "pyproject.toml",
    "requirements.txt",
    "runtime.txt",
    "server.py",
    "setup.cfg",
    "setup.py",
    "uv.lock",
    # As people misspell them.
    "requeriments.txt",
    "requirement.txt",
    "requirements",
    "requirements.text",
    "Requirements.txt",
    "requirements.txt.txt",
    "requirments.txt",
    "__pycache__/*",
    ".venv/*",
    "venv/*",
)

ORDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("heroku/ruby", ("Gemfile",)),
    ("heroku/nodejs", ("package.json",)),
    ("heroku/clojure", ("project.clj",)),
    ("heroku/python", _PYTHON),
    (
        "heroku/java",
        tuple(f"pom.{end}" for end in ("xml", "atom", "clj", "groovy", "rb", "scala", "yaml", "yml")),
    ),
    (
        "heroku/gradle",
        ("gradlew", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"),
    ),
    (
        "heroku/scala",
        ("*.sbt", ".sbtrc", "project/build.properties", "project/*.scala", ".sbt/*.scala"),
    ),
    ("heroku/php", ("composer.json", "index.php")),
    (
        "heroku/go",
        ("go.mod", "Gopkg.lock", "Godeps/Godeps.json", "vendor/vendor.json", "glide.yaml", "src/*/**.go"),
    ),
    ("heroku/dotnet", ("*.sln", "*.slnx", "*.csproj", "*.fsproj", "*.vbproj", "*.cs")),
)
"""Buildpacks with the files that each looks for. One star stands for a name, two for a path."""


class Detected(Noun, frozen=True, kw_only=True):
    """A buildpack that would take the code, and the file that says so."""

    buildpack: str
    because: str


def detect(paths: Iterable[str]) -> tuple[Detected, ...]:
    """Every buildpack that would take code with these paths. Heroku chooses the first of them."""
    return tuple(_detected(sorted(paths)))


def _detected(paths: list[str]) -> Iterator[Detected]:
    known = set(paths)
    root = [path for path in paths if "/" not in path]
    for buildpack, patterns in ORDER:
        for pattern in patterns:
            found = _first(pattern, paths, known, root)
            if found:
                yield Detected(buildpack=buildpack, because=found)
                break


def _first(pattern: str, paths: list[str], known: set[str], root: list[str]) -> str:
    before, star, _ = pattern.partition("*")
    if not star:
        return pattern if pattern in known else ""
    if not before:
        return next((path for path in root if fnmatch.fnmatchcase(path, pattern)), "")
    deep = "**" in pattern or pattern.endswith("/*")
    depth = pattern.count("/")
    # The paths are sorted: those that begin so stand together.
    some = paths[bisect.bisect_left(paths, before) : bisect.bisect_left(paths, f"{before}\U0010ffff")]
    return next(
        (path for path in some if fnmatch.fnmatchcase(path, pattern) and (deep or path.count("/") == depth)),
        "",
    )
