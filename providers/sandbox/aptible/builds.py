"""Builds of the sandbox's Aptible: a pushed commit becomes a release folder.

The Dockerfile is read, not executed: FROM, WORKDIR, ENV, EXPOSE, CMD and ENTRYPOINT are obeyed, COPY is
checked for its sources, and RUN is named in the log as not run. The code runs with the sandbox's Python.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Say = Callable[[str], None]


class BuildFailed(Exception):
    """The image cannot be built; says why in the words of an operation log."""


@dataclass
class Built:
    """`sha` is empty for what was pulled. `processes` are lines by type, as the Procfile has them; `run_line`
    says what runs for one."""

    sha: str
    entrypoint: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    exposed_ports: list[int] = field(default_factory=list)
    processes: dict[str, str] = field(default_factory=dict)
    before_deploy: list[str] = field(default_factory=list)
    workdir: str = "/"


def build(repository: Path, ref: str, folder: Path, say: Say) -> Built:
    """Unpack `ref` of the bare `repository` into the new `folder` and read what it says. Blocks.

    Raises:
        BuildFailed: no such ref, no Dockerfile, no process.
    """
    sha = (git_says(repository, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") or "").strip()
    if not sha:
        raise BuildFailed(f"git ref {ref} was not found in the app's repository")
    say(f"Fetching app source code at {ref} ({sha[:12]})")
    unpack_commit(repository, sha, folder)
    dockerfile = folder / "Dockerfile"
    if not dockerfile.is_file():
        raise BuildFailed("No Dockerfile found in the root of the repository. Aborting!")
    built = read_dockerfile(dockerfile, sha, say)
    _take_processes(built, folder / "Procfile", folder / ".aptible.yml", say)
    return built


def unpack_commit(repository: Path, sha: str, folder: Path) -> None:
    """Write the files of a commit of the bare `repository` into the new `folder`. Blocks.

    Raises:
        BuildFailed: git or tar fails.
    """
    folder.mkdir(parents=True)
    archive = subprocess.run(
        ["git", f"--git-dir={repository}", "archive", "--format=tar", sha], capture_output=True, check=False
    )
    unpacked = subprocess.run(
        ["tar", "-x", "-C", str(folder)], input=archive.stdout, capture_output=True, check=False
    )
    if archive.returncode != 0 or unpacked.returncode != 0:
        raise BuildFailed("the source code could not be unpacked")


def unpack_image(source: Path, folder: Path, say: Say) -> Built:
    """Make the new `folder` out of the image at `source`: code, what a Dockerfile in it says of the image (it
    stands for the image's own description), and `/.aptible/Procfile` and `/.aptible/.aptible.yml`. Blocks.

    Raises:
        BuildFailed: nothing to run.
    """
    shutil.copytree(source, folder, symlinks=True)
    dockerfile = folder / "Dockerfile"
    built = read_dockerfile(dockerfile, "", lambda line: None) if dockerfile.is_file() else Built("")
    _take_processes(built, folder / ".aptible" / "Procfile", folder / ".aptible" / ".aptible.yml", say)
    return built


def _take_processes(built: Built, procfile: Path, hooks: Path, say: Say) -> None:
    if procfile.is_file():
        built.processes = read_procfile(procfile.read_text())
        say(f"Procfile declares {', '.join(built.processes)}")
    if not built.processes:
        raise BuildFailed("The image has no CMD and there is no Procfile: nothing to run. Aborting!")
    if hooks.is_file():
        built.before_deploy = read_before_deploy(hooks.read_text())


def run_line(entrypoint: list[str], line: str) -> str:
    """What a shell is given to run a process: without an ENTRYPOINT its line, as it stands; with one the line
    is split into words, which are its arguments, and no shell sees the variables in them."""
    return shlex.join([*entrypoint, *shlex.split(line)]) if entrypoint else line


def read_procfile(text: str) -> dict[str, str]:
    """Process types with their commands, in order."""
    lines = (re.match(r"^([A-Za-z0-9_-]+):\s*(.+)$", line) for line in text.splitlines())
    return {line[1]: line[2].strip() for line in lines if line}


def read_before_deploy(text: str) -> list[str]:
    """The commands under `before_deploy` (or its old name `before_release`) of an .aptible.yml."""
    commands: list[str] = []
    inside = False
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if re.match(r"^(before_deploy|before_release):\s*$", line):
            inside = True
        elif inside and (item := re.match(r"^\s*-\s+(.+)$", line)):
            commands.append(_unquoted(item[1].strip()))
        else:
            inside = False
    return commands


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return str(json.loads(text))
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def read_dockerfile(path: Path, sha: str, say: Say) -> Built:
    """What the Dockerfile at `path` says of its image; `sha` is only told in the log.

    Raises:
        BuildFailed: it has no stage, or copies what is not there.
    """
    built = Built(sha)
    joined = re.sub(r"\\\s*\n", " ", path.read_text())
    steps = [
        line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    if not steps or not any(step.upper().startswith("FROM ") for step in steps):
        raise BuildFailed("Dockerfile: no build stage in current context")
    command: str | None = None
    for number, step in enumerate(steps, start=1):
        say(f"Step {number}/{len(steps)} : {step}")
        word, _, rest = step.partition(" ")
        match word.upper():
            case "FROM":
                # Each stage begins anew; what the last one says is what counts.
                command = None
                built.entrypoint = []
                built.environment.clear()
                built.exposed_ports.clear()
                built.workdir = "/"
            case "WORKDIR":
                built.workdir = rest.strip()
            case "ENV":
                built.environment.update(_expanded(_pairs(rest), built.environment))
            case "EXPOSE":
                built.exposed_ports += [int(port) for port in re.findall(r"\d+", rest)]
            case "CMD":
                command = rest
            case "ENTRYPOINT":
                built.entrypoint = _words(rest)
            case "COPY" | "ADD":
                _check_copy(path.parent, rest)
            case "RUN":
                say(" ---> not run: the sandbox uses the Python and the packages it has")
    if command is not None or built.entrypoint:
        built.processes = {"cmd": _cmd_line(built.entrypoint, command)}
    say(f"Successfully built {sha[:12]}")
    return built


def _pairs(text: str) -> dict[str, str]:
    words = shlex.split(text)
    if words and "=" not in words[0]:
        return {words[0]: text.partition(" ")[2].strip()}
    return dict(word.split("=", 1) for word in words if "=" in word)


def _expanded(pairs: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    """Values with the variables of earlier lines in them, as Docker has them; those of one line do not see
    each other. PATH is this machine's until the image has one."""
    there = {"PATH": os.environ.get("PATH", os.defpath), **known}
    return {
        name: re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: there.get(found[1] or found[2], ""), value)
        for name, value in pairs.items()
    }


def _cmd_line(entrypoint: list[str], command: str | None) -> str:
    """The line of the service that an image without a Procfile has."""
    if command is None:
        return ""
    as_words = entrypoint or command.lstrip().startswith("[")
    return shlex.join(_words(command)) if as_words else command.strip()


def _words(text: str) -> list[str]:
    """The words of a CMD or ENTRYPOINT: a list as it is, anything else by a shell, as Docker runs it."""
    if not text.lstrip().startswith("["):
        return ["/bin/sh", "-c", text.strip()]
    try:
        return [str(word) for word in json.loads(text)]
    except json.JSONDecodeError as error:
        raise BuildFailed(f"Dockerfile: {text.strip()} is not a list of words") from error


def _check_copy(root: Path, text: str) -> None:
    words = [word for word in shlex.split(text) if not word.startswith("--")]
    if "--from" in text or len(words) < 2:
        return
    for source in words[:-1]:
        plain = not re.search(r"[*?\[]|://", source)
        if plain and not (root / source.lstrip("/")).exists():
            raise BuildFailed(f"COPY failed: file not found in build context: {source}")


def git_says(repository: Path, *arguments: str) -> str | None:
    """What git prints about the bare `repository`, None when it fails. Blocks."""
    done = subprocess.run(
        ["git", f"--git-dir={repository}", *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode == 0 else None
