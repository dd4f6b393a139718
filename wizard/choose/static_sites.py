"""Apps whose web process only serves files: what Heroku needs a dyno for is a static site elsewhere.

Buildpacks: heroku-community/static and its forks, mars/create-react-app-buildpack, heroku-community/nginx
with `start-nginx-solo`; programs: http-server, serve, vite preview and others of npm (their READMEs, 2026).
"""

import json
import re
import shlex

from wizard.document.checkout import Checkout
from wizard.document.repository.runtime_pins import json_object
from wizard.model.noun import Noun
from wizard.model.system import App, Process

_STATIC_BUILDPACK = re.compile(r"(^|[/-])static(\.git|\.tgz)?([#@].*)?$|static-buildpack|static-web-server")
_REACT_BUILDPACK = re.compile(r"create-react-app")
_SHELL_ENDS = re.compile(r"[;&|]")

_PROGRAMS = {
    "http-server": "",
    "serve": "",
    "live-server": "",
    "lite-server": "",
    "local-web-server": "",
    "static-server": "",
    "superstatic": "",
    "spa-http-server": "",
    "angular-http-server": "",
    "pushstate-server": "build",
    "serve-spa": "",
    "sirv": "",
    "start-nginx-solo": "",
}
"""Programs that serve a folder and nothing else, with the folder that they take where none is named."""

_PREVIEWS = {
    ("vite", "preview"): "dist",
    ("vue-cli-service", "serve"): "dist",
    ("ng", "serve"): "dist",
    ("react-scripts", "start"): "build",
    ("gatsby", "serve"): "public",
    ("astro", "preview"): "dist",
    ("parcel", "serve"): "dist",
}
"""Programs of single-page apps whose server is for looking at what was built."""

_FORWARDING = frozenset(("-P", "--proxy"))
"""Options by which some of these programs hand requests on: then something has to run."""

_RUNNERS = ("npx", "exec", "yarn", "pnpm", "dlx", "run", "node_modules/.bin", "bunx")
_WITH_VALUE = frozenset(
    ("-p", "--port", "-l", "--listen", "-a", "--host", "-d", "-c", "--config", "-P", "--proxy")
)
"""Options that take the next word."""


class StaticSite(Noun, frozen=True, kw_only=True):
    """What serves the files, in words; the folder with them once they are built (empty: the root), and the
    command that builds them (empty: they lie there as they are)."""

    because: str
    output: str = ""
    build: str = ""


def static_site(app: App, process: Process, checkout: Checkout | None) -> StaticSite | None:
    """What an app's web process is where it only serves files, None where it runs code."""
    if process.type != "web":
        return None
    build = build_command(checkout)
    last = app.buildpacks[-1].lower() if app.buildpacks else ""
    if _REACT_BUILDPACK.search(" ".join(app.buildpacks).lower()):
        return StaticSite(
            because="its buildpack builds a React app and serves the files", output="build", build=build
        )
    if _STATIC_BUILDPACK.search(last) or "bin/boot" in process.command.split():
        return StaticSite(
            because="the static buildpack serves its files", output=_root(checkout), build=build
        )
    *before, serving = process.command.split("&&")
    words = _command(serving, checkout)
    if before and not all(_builds(one) for one in before):
        return None
    build = " && ".join(dict.fromkeys(one for one in (build, *(step.strip() for step in before)) if one))
    name = words[0].rpartition("/")[2] if words else ""
    if name in _PROGRAMS and not _FORWARDING.intersection(words):
        output = _folder(words) or _PROGRAMS[name]
        # Where nothing is built, the files lie where the target looks by itself.
        output = "" if output == "." and not build else output
        return StaticSite(because=f"{name} serves its files", output=output, build=build)
    for start, output in _PREVIEWS.items():
        if (name, *words[1:])[: len(start)] == start:
            because = f"`{' '.join(start)}` serves a built single-page app"
            return StaticSite(because=because, output=output, build=build)
    return None


def build_command(checkout: Checkout | None) -> str:
    """The command that builds the files of a package.json, as Heroku's Node.js buildpack runs it; "" where
    there is no such script."""
    scripts = _scripts(checkout)
    script = next((name for name in ("heroku-postbuild", "build") if name in scripts), "")
    if not script or checkout is None:
        return ""
    manager = "yarn" if checkout.has("yarn.lock") else "pnpm" if checkout.has("pnpm-lock.yaml") else "npm"
    return f"{manager} run {script}"


def _scripts(checkout: Checkout | None) -> dict[str, str]:
    told = json_object(checkout.files, "package.json") if checkout else None
    scripts = told.get("scripts") if told else None
    return {k: v for k, v in scripts.items() if isinstance(v, str)} if isinstance(scripts, dict) else {}


def _builds(command: str) -> bool:
    """Whether a command before the one that serves is about the files: scripts of npm, and of node."""
    return not _SHELL_ENDS.search(command) and command.split()[:1] in (["npm"], ["yarn"], ["pnpm"], ["node"])


def _command(command: str, checkout: Checkout | None) -> list[str]:
    """The words of a command, from its program on; those of the script that it runs by npm. Empty where it is
    more than one command."""
    if _SHELL_ENDS.search(command):
        return []
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    for _ in range(3):
        while words and (re.fullmatch(r"\w+=\S*", words[0]) or words[0] in _RUNNERS):
            words = words[1:]
        # A script of package.json by its name: `npm start`, `npm run serve`, `yarn start`.
        script = ""
        if words[:1] == ["npm"] and len(words) > 1:
            script = words[2] if words[1] in ("run", "run-script") and len(words) > 2 else words[1]
        elif words and words[0] in _scripts(checkout) and words[0] not in _PROGRAMS:
            script = words[0]
        told = _scripts(checkout).get(script, "")
        if not script:
            return words
        if not told or _SHELL_ENDS.search(told):
            return []
        try:
            words = shlex.split(told)
        except ValueError:
            return []
    return words


def _folder(words: list[str]) -> str:
    """The first word that is no option, nor what belongs to one; "." for the root."""
    rest = iter(words[1:])
    for word in rest:
        if word in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            path = word.strip("/").removeprefix("./")
            return "" if not path or "$" in path else path
    return ""


def _root(checkout: Checkout | None) -> str:
    """The folder that static.json names; the buildpack's own where it names none, "" without the code."""
    if checkout is None:
        return ""
    text = checkout.files.get("static.json", "")
    try:
        told = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        told = {}
    root = told.get("root") if isinstance(told, dict) else None
    return root.strip("/") if isinstance(root, str) else "public_html"
