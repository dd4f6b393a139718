"""Node for what the sandboxes run: packages in place of npm's, and types taken out where Node is too old."""

import functools
import importlib.resources
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from wizard.model.trouble import Trouble

STRIPS_TYPES = (22, 18)
"""From this version on Node reads TypeScript by itself; 22.6 does when it is asked to."""

_TAKES_HOOKS = (20, 6)
"""From this version on it lets hooks be registered before the program starts."""


def shelf() -> Path:
    """The folder with the packages that play those of npm."""
    with importlib.resources.as_file(importlib.resources.files("assets") / "demo" / "shelf") as path:
        return path


@functools.cache
def version() -> tuple[int, int] | None:
    """Major and minor version of this machine's Node, None where there is none that answers."""
    program = shutil.which("node")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else None


def needed() -> None:
    """Raises Trouble where this machine has no Node that runs the example of Code Capsules' guide."""
    have = version()
    if have is None or have < _TAKES_HOOKS or shutil.which("npm") is None:
        said = f"Node {have[0]}.{have[1]} is too old" if have else "there is no Node on this machine"
        raise Trouble(
            f"The example that moves to Code Capsules is written for Node, and {said}.",
            untouched="Nothing was started.",
            remedy="Install Node 20.6 or later with npm, or try the example without --target.",
            code="no-node",
        )


def options() -> str:
    """NODE_OPTIONS with which this machine's Node runs TypeScript as Node 24 does; empty where it needs
    none, or cannot."""
    have = version()
    if have is None or have >= STRIPS_TYPES or have < _TAKES_HOOKS:
        return ""
    # A blank would end the option there.
    return f"--import={(shelf() / 'strip-types' / 'register.mjs').as_uri()}"


def place_packages(folder: Path, names: Iterable[str]) -> None:
    """Link packages of the shelf into the node_modules of `folder`, with their programs."""
    modules = folder / "node_modules"
    (modules / ".bin").mkdir(parents=True, exist_ok=True)
    for name in names:
        source = shelf() / name
        if source.is_dir() and not (modules / name).exists():
            (modules / name).symlink_to(source)
            if name == "http-server":
                program = modules / ".bin" / name
                program.write_text(f'#!/bin/sh\nexec node "{source / "index.js"}" "$@"\n')
                program.chmod(0o755)
