"""Commands in scripts and CI files that deploy to Heroku, or act on an app there.

Forms: git push to a Heroku remote or URL, the CLI (container:push, container:release, pipelines:promote,
builds:create, deploy:jar, run and others), docker push to registry.heroku.com, curl to the Platform API,
dpl (Travis, GitLab). Tokens in them are taken out.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wizard.document.repository.code_nouns import DeployHow
from wizard.document.repository.code_text import safe_line
from wizard.model.secret import DOTS

LONGEST_LINE = 2_000
"""Characters; a longer one was written by a program."""

APP = r"[a-z][a-z0-9-]{1,40}"
_EXPRESSION = r"\$\{\{[^}]*\}\}|\$\{?\w+\}?|\$\(\w+\)"
_NAME = rf"(?P<app>{APP}|{_EXPRESSION})"
_OPTION = re.compile(rf"""(?:^|\s)(?:-a|--app)[ =]["']?(?:{_NAME})["']?(?=\s|$|["';&|)])""")
_URL = re.compile(
    rf"""(?:https://[^\s"'@]*@?git\.heroku\.com/|https://[^\s"'@]*@?heroku\.com/|git@heroku\.com:){_NAME}\.git"""
)
_REGISTRY = re.compile(rf"registry\.heroku\.com/{_NAME}/")
_API = re.compile(rf"api\.heroku\.com/apps/[\"']?{_NAME}")
_PUSH = re.compile(r"\bgit\s+(?:subtree\s+)?push\b(?P<rest>[^;&|\n]*)")
_PREFIX = re.compile(
    r"""\bgit\s+subtree\s+(?:push|split)\b[^;&|\n]*?\s(?:--prefix[ =]|-P\s*)["']?([\w./-]+)"""
)
_HEROKU_REMOTE = re.compile(r"(?:^|\s)(?P<remote>heroku[\w-]*|[\w-]+-heroku)(?=\s|$)|heroku\.com")
_ADDS_REMOTE = re.compile(r"\bgit\s+remote\s+(?:add|set-url)\b|\bgit:remote\b")
_REMOTES = (
    re.compile(r"\bgit\s+remote\s+(?:add|set-url)\s+(?:-\S+\s+)*([\w.-]+)"),
    re.compile(r"\bheroku\b.*\s(?:--remote[ =]|-r[ =]?)[\"']?([\w.-]+)"),
    re.compile(r"\bgit\s+(?:subtree\s+)?push\s+(?:(?:--prefix|-P)\s+\S+\s+|-\S+\s+)*([\w.-]+)"),
)
_SET = re.compile(r"\bconfig:(?:set|add)\b.*")
_PAIR = re.compile(r"""(?P<name>\b\w+=)(?P<value>"[^"]*"?|'[^']*'?|[^\s"']+)""", re.ASCII)
_CLI = re.compile(r"""(?:^|[\s;&|("'`])heroku\s+(?P<command>[a-z][a-z-]*(?::[a-z-]+)*)""")
_DPL = re.compile(r"\bdpl\b.*(?:--provider[= ]heroku|\bheroku\b)")

_BY_COMMAND: Mapping[str, DeployHow] = {
    "container:push": "container",
    "container:release": "container",
    "pipelines:promote": "promotion",
    "builds:create": "api",
    "deploy:jar": "api",
    "deploy:war": "api",
    "run": "run",
    "run:detached": "run",
}
_TOPICS = re.compile(
    r"(access|addons|apps|buildpacks|builds|certs|ci|config|container|create|data|deploy|destroy|domains|drains"
    r"|dyno|features|fork|kafka|labs|maintenance|members|pg|pipelines|ps|rake|redis|releases|restart|reviewapps"
    r"|rollback|run|scale|spaces|stack|teams|webhooks)(:|$)"
)
"""Of the CLI, what reads or changes an app; the rest ("heroku login", or the word in a sentence) is left."""


class Command(NamedTuple):
    """One such command: the line in the text (from 0), how it reaches Heroku, which app ("" when that is not
    said), the command itself, made safe, and the folder that it pushes alone, "" for all of the code."""

    line: int
    how: DeployHow
    app: str
    text: str
    folder: str = ""


def heroku_commands(text: str, variables: Mapping[str, str]) -> Iterator[Command]:
    """All such commands of a script. `variables` are what CI settings say beside it, to fill app names in."""
    remotes: dict[str, str] = {}
    known = dict(variables)
    for number, line in enumerate(text.split("\n")):
        told = line.strip()
        if not told or told.startswith(("#", "//")) or len(told) > LONGEST_LINE:
            continue
        named = _named(told, known)
        remote = _remote(told)
        if named and _ADDS_REMOTE.search(told):
            remotes[remote] = named
        how = _how(told)
        if how is None:
            continue
        app = named or remotes.get(remote, "") or _default(known)
        part = _PREFIX.search(told)
        folder = folder_named(part[1]) if part else ""
        yield Command(number, how, app, safe_line(_SET.sub(_without_value, told)), folder)


def folder_named(told: str) -> str:
    """A folder of the repository as git names it; "" for the root, and for an expression."""
    path = posixpath.normpath(told.strip("/") or ".")
    return path if re.fullmatch(r"[\w.][\w./-]*", path, re.ASCII) and path[:2] not in (".", "..") else ""


def _remote(line: str) -> str:
    """The git remote that a line names; Heroku's own name for it where it names none."""
    return next((match[1] for pattern in _REMOTES if (match := pattern.search(line))), "heroku")


def _without_value(match: re.Match[str]) -> str:
    """The part of a command that sets config vars, without what they are set to."""
    return _PAIR.sub(
        lambda pair: pair[0] if pair["value"][:2].strip("\"'")[:1] == "$" else pair["name"] + DOTS, match[0]
    )


def _how(line: str) -> DeployHow | None:
    push = _PUSH.search(line)
    if push and _HEROKU_REMOTE.search(push["rest"]):
        return "git"
    if "docker push" in line and "registry.heroku.com" in line:
        return "container"
    if _DPL.search(line):
        return "api"
    if "api.heroku.com/apps/" in line and re.search(r"\bcurl\b|\bwget\b|\bhttp\b", line):
        return "api" if re.search(r"/(builds|releases|slugs|sources|formation)\b", line) else "other"
    cli = _CLI.search(line)
    if cli is None:
        return None
    command = cli["command"]
    if command == "container:login" or not _TOPICS.match(command):
        return None
    return _BY_COMMAND.get(command, "other")


def _named(line: str, known: Mapping[str, str]) -> str:
    for pattern in (_URL, _REGISTRY, _API, _OPTION):
        match = pattern.search(line)
        if match and match["app"]:
            return resolve(match["app"], known)
    match = re.search(rf"--app[= ][\"']?{_NAME}", line)
    return resolve(match["app"], known) if match else ""


def _default(known: Mapping[str, str]) -> str:
    """Heroku's CLI takes HEROKU_APP from the environment; other names are a habit."""
    for name in ("HEROKU_APP", "HEROKU_APP_NAME"):
        if known.get(name):
            return resolve(known[name], known)
    return ""


def resolve(told: str, known: Mapping[str, str]) -> str:
    """An app's name, or the expression that stands for it ("secrets.HEROKU_APP_NAME", "$APP")."""
    here = told.strip().strip("\"'")
    for _ in range(4):
        inner = re.fullmatch(r"\$\{\{\s*([\w.-]+)\s*\}\}|\$\{?(\w+)\}?|\$\((\w+)\)", here)
        if inner is None:
            break
        path = next(group for group in inner.groups() if group)
        name = path.rsplit(".", 1)[-1]
        if path.startswith(("secrets.", "vars.", "matrix.", "inputs.", "needs.")) or name not in known:
            # With its sign, so that nobody takes the variable's name for the app's.
            return safe_line(path if inner[1] else f"${path}")
        here = known[name].strip().strip("\"'")
    return safe_line(here)
