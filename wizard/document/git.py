"""Asking git about a work tree, without leaving a trace in it."""

import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple

from wizard.model.trouble import Trouble

TIME_LIMIT = 60
"""Seconds that one git command may take; a larger repository than that is not asked twice."""

# Repositories can name programs that git then runs: hooks, a file system monitor. None of them is wanted.
_QUIET = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "gc.auto=0",
)

# Variables such as GIT_DIR point at another repository, as they do inside a hook; these say only where a
# person's settings are.
_KEPT_VARIABLES = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")


OFFLINE: Mapping[str, str] = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
"""Environment in which git fetches nothing: a partial clone would get what it lacks an object at a time, and
ssh would ask for a password where the interface stands."""


class GitFailed(Trouble):
    """A git command failed. `status` is its exit code."""

    def __init__(self, cause: str, *, remedy: str, code: str, status: int) -> None:
        super().__init__(cause, remedy=remedy, code=code)
        self.status = status


def git(
    folder: Path,
    *arguments: str,
    feed: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Run git in `folder` and return what it printed.

    Args:
        feed: given to it on standard input.
        environment: added to its environment.

    Raises:
        GitFailed: it ended with an error; the message is git's own.
        Trouble: git is not installed, or it takes too long.
    """
    try:
        done = subprocess.run(
            ["git", *_QUIET, *arguments],
            cwd=folder,
            env=_environment(environment),
            input=feed,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except OSError as error:
        raise _not_started(folder, error) from error
    except subprocess.TimeoutExpired as error:
        raise Trouble(
            f"git {arguments[0]} takes longer than {TIME_LIMIT} s in {folder}.",
            remedy="Look whether another git works there, and try again.",
            code="git-slow",
            retry=True,
        ) from error
    if done.returncode:
        raise _failed(folder, arguments[0], done.returncode, done.stderr)
    return done.stdout


class Bounded(NamedTuple):
    """What git printed, and whether that is all of it: it was ended at the limit of bytes or seconds else."""

    output: bytes
    whole: bool


def git_bounded(folder: Path, *arguments: str, most: int, seconds: float) -> Bounded:
    """Run git in `folder`, offline, and return what it printed, up to `most` bytes and within `seconds`.

    An exit code of 1 is no error: `git grep` ends so when it finds nothing.

    Raises:
        GitFailed: it ended with another error; the message is git's own.
        Trouble: git is not installed.
    """
    try:
        process = subprocess.Popen(
            ["git", *_QUIET, *arguments],
            cwd=folder,
            env=_environment(OFFLINE),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise _not_started(folder, error) from error
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    # What it says on stderr is a line for each file that is not there, which may fill the pipe.
    complaints: list[bytes] = []
    listener = threading.Thread(target=lambda: complaints.append(_first(process.stderr, 4096)))
    timer = threading.Timer(seconds, end)
    with process:
        listener.start()
        timer.start()
        assert process.stdout is not None
        output = process.stdout.read(most + 1)
        if len(output) > most:
            process.kill()
        status = process.wait()
        timer.cancel()
        listener.join()
    if late.is_set() or len(output) > most:
        return Bounded(output[:most], whole=False)
    if status not in (0, 1):
        raise _failed(folder, arguments[0], status, b"".join(complaints))
    return Bounded(output, whole=True)


def _first(stream: IO[bytes] | None, most: int) -> bytes:
    """The first bytes of a stream that is read to its end."""
    if stream is None:
        return b""
    kept = stream.read(most)
    while stream.read(65_536):
        pass
    return kept


def git_line(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """The first line of what git printed, as text."""
    return git(folder, *arguments, environment=environment).decode(errors="replace").split("\n", 1)[0]


def uncommitted(folder: Path) -> tuple[str, ...]:
    """Paths with uncommitted work: changed, staged, or untracked and not ignored. Names as git has them."""
    told = git(folder, "status", "--porcelain=v1", "-z", "--untracked-files=normal")
    paths = []
    entries = iter(told.decode(errors="replace").split("\0"))
    for entry in entries:
        if not entry:
            continue
        paths.append(entry[3:])
        if entry[0] in "RC":
            next(entries, None)
    return tuple(paths)


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT_VARIABLES
    }
    kept |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    return kept | dict(more or {})


def _failed(folder: Path, command: str, status: int, stderr: bytes) -> GitFailed:
    said = stderr.decode(errors="replace").strip() or f"exit code {status}"
    return GitFailed(
        f"git {command} fails in {folder}: {said}",
        remedy="Run git there yourself to see what is wrong, and try again.",
        code="git-failed",
        status=status,
    )


def _not_started(folder: Path, error: OSError) -> Trouble:
    if isinstance(error, NotADirectoryError) or not folder.is_dir():
        return _no_folder(folder)
    if isinstance(error, FileNotFoundError):
        return Trouble(
            "The program git is not on this machine.", remedy="Install git and try again.", code="no-git"
        )
    return Trouble(
        f"git cannot work in {folder}: {error.strerror or error}.",
        remedy="Give the right to read that folder, and try again.",
        code="git-not-started",
    )


def _no_folder(folder: Path) -> Trouble:
    return Trouble(
        f"There is no folder {folder}.",
        remedy="Name the folder that holds the code of the app.",
        code="no-checkout",
    )
