"""Asking git about a work tree, without leaving a trace in it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

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
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT_VARIABLES
    }
    kept |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    kept |= environment or {}
    try:
        done = subprocess.run(
            ["git", *_QUIET, *arguments],
            cwd=folder,
            env=kept,
            input=feed,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except FileNotFoundError as error:
        if not folder.is_dir():
            raise _no_folder(folder) from error
        raise Trouble(
            "The program git is not on this machine.", remedy="Install git and try again.", code="no-git"
        ) from error
    except NotADirectoryError as error:
        raise _no_folder(folder) from error
    except OSError as error:
        raise Trouble(
            f"git cannot work in {folder}: {error.strerror or error}.",
            remedy="Give the right to read that folder, and try again.",
            code="git-not-started",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise Trouble(
            f"git {arguments[0]} takes longer than {TIME_LIMIT} s in {folder}.",
            remedy="Look whether another git works there, and try again.",
            code="git-slow",
            retry=True,
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise GitFailed(
            f"git {arguments[0]} fails in {folder}: {said}",
            remedy="Run git there yourself to see what is wrong, and try again.",
            code="git-failed",
            status=done.returncode,
        )
    return done.stdout


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


def _no_folder(folder: Path) -> Trouble:
    return Trouble(
        f"There is no folder {folder}.",
        remedy="Name the folder that holds the code of the app.",
        code="no-checkout",
    )
