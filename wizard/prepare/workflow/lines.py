"""The commands of a script in a workflow, sorted by what they have to do with Heroku."""

import re
from typing import Literal, NamedTuple

from wizard.document.repository.heroku_commands import heroku_commands

CommandKind = Literal["nothing", "setup", "history", "deploy", "build", "promotion", "run", "heroku", "other"]
"""`nothing`: comments, `set`, `echo`; `setup`: installs or signs in to Heroku's tools; `history`: fetches the
rest of a shallow clone; `build`: makes or pushes an image of Heroku's registry; `run`: a one-off dyno;
`heroku`: acts on an app otherwise; `other`: has nothing to do with Heroku."""


class ScriptCommand(NamedTuple):
    """One command. `text` of a `run` is what the one-off dyno runs."""

    kind: CommandKind
    text: str


_NOTHING = re.compile(r"#|set [-+]|(echo|printf) [^|>`]*$|true$|sleep \d")
_SETUP = re.compile(
    r"(curl|wget)\b.*(cli-assets|toolbelt)\.heroku\.com|\bnpm (i|install)\b.*\bheroku\b"
    r"|\b(snap|apt|apt-get|brew|yarn)\b.*\b(install|add)\b.*\bheroku\b"
    r"|\bheroku (login|auth|container:login|git:remote|plugins|version|update|--version)"
    r"|\bdocker login\b.*registry\.heroku\.com|\bgit remote (add|set-url)\b.*heroku|\bgit config\b"
    r"|netrc"
)
_HISTORY = re.compile(r"^git fetch\b.*--unshallow\b")
_BUILD = re.compile(r"\bcontainer:push\b|\bdocker\b.*\b(build|push|tag)\b.*registry\.heroku\.com/")
_RUN = re.compile(r"\bheroku\s+run(?::detached)?\s+(?P<rest>.+)")
_RUN_OPTION = re.compile(
    r"(^|(?<=\s))(--?(app|remote|size|type|a|r|s|e|env)[ =]\S+|-x|--exit-code|--no-tty|--)(\s+|$)"
)
_FOLDER = re.compile(r"\s--?(?:prefix|context-path)[ =]([^\s;&|]+)")
_DOCKER_BUILD = re.compile(r"\bdocker (?:buildx |image )?build((?:\$\{\{[^}]*\}\}|[^;&|>])*)")
_BUILD_SWITCHES = ("--pull", "--push", "--load", "--no-cache", "-q", "--quiet", "--rm", "--force-rm")
"""Options of `docker build` that no value follows."""
_HEREDOC = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?")
_CHAIN = re.compile(r"\s*(?:&&|;(?!;))\s*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def script_commands(script: str) -> list[ScriptCommand]:
    """All commands of a script, in order."""
    found = []
    lines = iter(script.replace("\r\n", "\n").split("\n"))
    for line in lines:
        whole = line.strip()
        while whole.endswith("\\"):
            whole = f"{whole[:-1].rstrip()} {next(lines, '').strip()}"
        if heredoc := _HEREDOC.search(whole):
            for inner in lines:
                if inner.strip() == heredoc[1]:
                    break
                whole += f"\n{inner.strip()}"
            about_heroku = "netrc" in whole and "heroku.com" in whole
            found.append(ScriptCommand("setup" if about_heroku else "other", whole))
            continue
        found += [_command(part) for part in _parts(whole)]
    return found


def folder_of(command: ScriptCommand) -> str:
    """The folder that a command deploys alone; empty where it deploys all."""
    match = _FOLDER.search(command.text) if command.kind in ("deploy", "build") else None
    return match[1].strip("\"'") if match else _docker_build(command)[0]


def dockerfile_of(command: ScriptCommand) -> str:
    """The file that a command builds an image from, as it names it; empty where it names none."""
    return _docker_build(command)[1]


def _docker_build(command: ScriptCommand) -> tuple[str, str]:
    """The folder and the file of a `docker build`, each empty where it is not named."""
    match = _DOCKER_BUILD.search(command.text) if command.kind == "build" else None
    words = [word.strip("\"'") for word in match[1].split()] if match else []
    folder = file = ""
    at = 0
    while at < len(words):
        name, is_set, value = words[at].partition("=")
        if not name.startswith("-"):
            folder = folder or words[at]
        elif not is_set and name not in _BUILD_SWITCHES:
            at += 1
            value = words[at] if at < len(words) else ""
        if name in ("-f", "--file"):
            file = value
        at += 1
    return folder, file


def _parts(line: str) -> list[str]:
    """The commands of a line that `&&` or `;` join; those signs in quotes join nothing."""
    if not line:
        return []
    if line.startswith("#"):
        return [line]
    hidden = _QUOTED.sub(lambda match: "\0" * len(match[0]), line)
    parts, at = [], 0
    for match in _CHAIN.finditer(hidden):
        parts.append(line[at : match.start()])
        at = match.end()
    return [part for part in (*parts, line[at:]) if part]


def _command(text: str) -> ScriptCommand:
    if _HISTORY.search(text):
        return ScriptCommand("history", text)
    if match := _RUN.search(text):
        return ScriptCommand("run", _inner(match["rest"]))
    if re.search(r"\bgit subtree (push|split)\b.*heroku", text):
        return ScriptCommand("deploy", text)
    if _BUILD.search(text):
        return ScriptCommand("build", text)
    if _SETUP.search(text):
        return ScriptCommand("setup", text)
    told = next(heroku_commands(text, {}), None)
    if told is not None:
        if told.how in ("git", "container", "api"):
            return ScriptCommand("deploy", text)
        return ScriptCommand("promotion" if told.how == "promotion" else "heroku", text)
    if _NOTHING.match(text):
        return ScriptCommand("nothing", text)
    return ScriptCommand("heroku" if re.search(r"\bheroku\b", text) else "other", text)


def _inner(rest: str) -> str:
    """What a one-off dyno runs: the words behind Heroku's own options, and without quotes around them all."""
    command = _RUN_OPTION.sub("", rest).strip()
    whole = re.fullmatch(r"'([^']*)'|\"([^\"]*)\"", command)
    return next((part for part in whole.groups() if part is not None), command) if whole else command
