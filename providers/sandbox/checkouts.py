"""The example apps' code as git repositories, as a person has it on disk."""

import importlib.resources
import os
import shutil
import subprocess
from pathlib import Path

from wizard.model.trouble import Trouble

APPS = ("migrate-frontend", "migrate-backend", "migrate-emailer")
GUIDE = "migrate"
"""The repository of Code Capsules' guide, with an app in each folder."""

_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Example",
    "GIT_AUTHOR_EMAIL": "ada@acme.example",
    "GIT_COMMITTER_NAME": "Ada Example",
    "GIT_COMMITTER_EMAIL": "ada@acme.example",
    # A fixed date gives every sandbox the same commit.
    "GIT_AUTHOR_DATE": "2025-06-01T09:00:00+0000",
    "GIT_COMMITTER_DATE": "2025-06-01T09:00:00+0000",
}


def make_checkouts(folder: Path) -> dict[str, Path]:
    """Put each example app below `folder` as a repository with one commit on `main`.

    A repository that is there already is left as it is: somebody may have worked in it.

    Returns:
        The path of each app's checkout, by app name.

    Raises:
        Trouble: git is not there or fails.
    """
    if shutil.which("git") is None:
        raise Trouble(
            "The program git is not on this machine.",
            remedy="Install git and start again.",
            code="no-git",
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {app: _make(app, folder / app) for app in APPS}


def make_guide_checkout(folder: Path, bare: Path) -> dict[str, Path]:
    """Put the guide's repository below `folder`, with one commit on `main` that its origin has too: the bare
    repository `bare`, which stands for the one at a Git host.

    Returns:
        The path of each app's checkout, by app name: they are one.

    Raises:
        Trouble: git is not there or fails.
    """
    if shutil.which("git") is None:
        raise Trouble(
            "The program git is not on this machine.",
            remedy="Install git and start again.",
            code="no-git",
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    checkout = folder / GUIDE
    if not (checkout / ".git").exists():
        _make("guide", checkout)
        bare.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _git(checkout, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
        _git(checkout, "remote", "add", "origin", str(bare))
        _git(checkout, "push", "--quiet", "origin", "main")
    return dict.fromkeys(APPS, checkout)


def commit_of(checkout: Path) -> str:
    """The full hash of the checkout's first commit on `main`: what runs on the sandbox's Heroku."""
    return _git(checkout, "rev-list", "--max-parents=0", "main").strip()


def _make(app: str, checkout: Path) -> Path:
    if (checkout / ".git").exists():
        return checkout
    source = importlib.resources.files("assets") / "demo" / app
    with importlib.resources.as_file(source) as files:
        shutil.copytree(files, checkout, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _git(checkout, "init", "--quiet", "--initial-branch=main")
    _git(checkout, "add", "--all")
    _git(
        checkout, "commit", "--quiet", "--message", f"The {app.removeprefix('migrate-')} as it runs on Heroku"
    )
    return checkout


def _git(checkout: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "commit.gpgsign=false", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        env={**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath), "HOME": str(checkout)},
    )
    if done.returncode != 0:
        raise Trouble(
            f"git cannot make the example's repositories: {done.stderr.strip()[-300:]}",
            remedy="Remove the sandbox folder and start again.",
            code="sandbox-git",
        )
    return done.stdout
