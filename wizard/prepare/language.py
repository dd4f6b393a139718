"""Which language an app is written in: its buildpacks say so, files only where there are none."""

import re

from wizard.document.checkout import Checkout
from wizard.document.repository.buildpack_detection import detect
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

_OWNER = re.compile(r"^.*[/:]")
_PREFIX = re.compile(r"^(?:heroku-?|cnb-)?(?:buildpacks?-)?|-?(?:heroku-)?buildpack$")
_NAMES = {
    "clojure": "clojure",
    "dotnet": "dotnet",
    "dotnetcore": "dotnet",
    "go": "go",
    "golang": "go",
    "gradle": "gradle",
    "java": "java",
    "maven": "java",
    "node": "nodejs",
    "node-js": "nodejs",
    "nodejs": "nodejs",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "scala": "scala",
    "static": "static",
}


class Language(Noun, frozen=True, kw_only=True):
    """What an app is written in. `name` is "" when nothing tells."""

    name: str

    @property
    def title(self) -> str:
        """The name as people write it."""
        return TITLES.get(self.name, self.name or "an unknown language")


def language_of(app: App, checkout: Checkout) -> Language:
    """The language of an app. Of several buildpacks the last decides what runs, as on Heroku."""
    if app.buildpacks:
        named = [buildpack_language(buildpack) for buildpack in buildpacks_of(app, checkout)]
        return Language(name=next((name for name in reversed(named) if name), ""))
    found = checkout.runtimes or detect(checkout.names)
    if found:
        return Language(name=buildpack_language(found[0].buildpack))
    return Language(name="static" if checkout.has("static.json") else "")


def buildpacks_of(app: App, checkout: Checkout) -> tuple[str, ...]:
    """The buildpacks of an app; those of the file .buildpacks where heroku-buildpack-multi reads it."""
    listed = tuple(
        hook.text for hook in checkout.hooks if hook.kind == "buildpacks" and hook.file == ".buildpacks"
    )
    told: list[str] = []
    for one in app.buildpacks:
        told += listed if listed and buildpack_name(one) in ("multi", "compose") else (one,)
    return tuple(told)


def buildpack_name(buildpack: str) -> str:
    """What a buildpack is called, without owner, prefix, version and ending: "heroku/nodejs" and
    "https://github.com/heroku/heroku-buildpack-nodejs.git#v1" are both "nodejs"."""
    text = re.sub(r"[#@?].*$", "", buildpack.lower().rstrip("/"))
    text = re.sub(r"\.(git|tgz|tar\.gz)$", "", text)
    return _PREFIX.sub("", _OWNER.sub("", text))


def buildpack_language(buildpack: str) -> str:
    """The language of a buildpack, "" for one that is none."""
    return _NAMES.get(buildpack_name(buildpack), "")
