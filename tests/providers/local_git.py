"""Repositories on this machine, made and pushed by git itself."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def make_repository(folder: Path, files: Mapping[str, str]) -> str:
    """Write `files` into a git work tree and commit them; returns the commit."""
    if not (folder / ".git").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet")
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "a change")
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run git there; raises with what it said."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"git {arguments}: {done.stderr}")
    return done.stdout.strip()
