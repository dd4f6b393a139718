"""Which language an app is written in: its buildpacks say so, files only where there are none."""

import re

from wizard.document.checkout import Checkout
from wizard.model.noun import Noun
from wizard.model.system import App

TITLES = {
    "clojure": "Clojure",
    "dotnet": ".NET",
    "go": "Go",
    "gradle": "Gradle",
    "java": "Java",
    "nodejs": "Node.js",
    "php": "PHP",
    "python": "Python",
    "ruby": "Ruby",
    "scala": "Scala",
    "static": "static files",
}

# Names in the root that Heroku's buildpacks look for, in the order in which Heroku asks them.
_FILES = (
    ("ruby", ("Gemfile",)),
    ("nodejs", ("package.json",)),
    ("clojure", ("project.clj",)),
    (
        "python",
        (
            "requirements.txt",
            "Pipfile",
            "Pipfile.lock",
            "poetry.lock",
            "uv.lock",
            "pyproject.toml",
            "setup.py",
            "runtime.txt",
            ".python-version",
            "manage.py",
            "app.py",
            "main.py",
            "server.py",
        ),
    ),
    ("java", ("pom.xml",)),
    ("gradle", ("gradlew", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")),
    ("scala", ("build.sbt",)),
    ("php", ("composer.json", "index.php")),
    ("go", ("go.mod",)),
    ("static", ("static.json",)),
)
_BUILDPACK = re.compile(
    r"(?:^|/)(?:heroku-buildpack-|buildpack-|heroku/)?([a-z]+?)(?:js)?(?:\.git|\.tgz)?(?:#.*)?$"
)
_NAMES = {
    "clojure": "clojure",
    "dotnet": "dotnet",
    "go": "go",
    "gradle": "gradle",
    "java": "java",
    "node": "nodejs",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "scala": "scala",
    "static": "static",
}


class Language(Noun, frozen=True, kw_only=True):
    """What an app is written in. `name` is "" when nothing tells; `others` are buildpacks besides it."""

    name: str
    others: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name as people write it."""
        return TITLES.get(self.name, self.name or "an unknown language")


def language_of(app: App, checkout: Checkout) -> Language:
    """The language of an app. Of several buildpacks the last decides what runs, as on Heroku."""
    if app.buildpacks:
        named = [(_buildpack_language(buildpack), buildpack) for buildpack in app.buildpacks]
        known = [name for name, _ in named if name]
        main = known[-1] if known else ""
        kept = next((text for name, text in reversed(named) if name == main and main), None)
        return Language(name=main, others=tuple(text for _, text in named if text != kept))
    for name, marks in _FILES:
        if checkout.has(*marks):
            return Language(name=name)
    if any(entry.endswith((".sln", ".slnx", ".csproj", ".fsproj")) for entry in checkout.names):
        return Language(name="dotnet")
    return Language(name="")


def _buildpack_language(buildpack: str) -> str:
    match = _BUILDPACK.search(buildpack.lower().rstrip("/"))
    return _NAMES.get(match[1], "") if match else ""
