"""What the builders of the sandbox's Code Capsules make of a folder of code: how it is built, what is run.

Nothing is downloaded. Dependencies are those in the repository (`node_modules`) and on the shelf, a folder of
packages that the sandbox may be given; Python code runs with the packages that this interpreter has.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from providers.sandbox.aptible.builds import BuildFailed, read_procfile

Say = Callable[[str], None]
_OUTPUTS = ("dist", "build", "out", "public", "_site")


@dataclass(frozen=True)
class Recipe:
    """`build` are the commands that are run, `command` is what runs a backend; empty where nothing does."""

    build: tuple[str, ...] = ()
    command: str = ""


def recipe_of(folder: Path, language: str, build_command: str, env: Mapping[str, str]) -> Recipe:
    """How code of that language is built and run. The commands of a capsule go before the builder's own."""
    command = env.get("GOOGLE_ENTRYPOINT") or _web_line(folder) or _default_command(folder, language)
    if build_command:
        return Recipe((build_command,), command)
    scripts = package_of(folder).get("scripts", {})
    if language == "nodejs" and isinstance(scripts, dict):
        for name in ("gcp-build", "build"):
            if name in scripts:
                return Recipe((f"npm run {name}",), command)
    return Recipe((), command)


def output_of(folder: Path, named: str) -> Path:
    """The folder of a frontend's built files.

    Raises:
        BuildFailed: there is none.
    """
    if named:
        path = (folder / named.strip("/")).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_dir():
            raise BuildFailed(f"ERROR: failed to build: output directory {named} does not exist")
        return path
    for name in _OUTPUTS:
        if (folder / name / "index.html").is_file():
            return folder / name
    if (folder / "index.html").is_file():
        return folder
    raise BuildFailed("ERROR: failed to build: no index.html was found in an output directory")


def place_packages(folder: Path, shelf: Path | None, say: Say) -> None:
    """Link the packages that package.json wants from the shelf into node_modules, and name those that are
    nowhere."""
    wanted: dict[str, Any] = {}
    for kind in ("dependencies", "devDependencies"):
        said = package_of(folder).get(kind, {})
        wanted |= said if isinstance(said, dict) else {}
    modules = folder / "node_modules"
    missing = []
    for name in wanted:
        if (modules / name).exists():
            continue
        source = shelf / name if shelf is not None else None
        if source is None or not source.is_dir():
            missing.append(name)
            continue
        (modules / name).parent.mkdir(parents=True, exist_ok=True)
        (modules / name).symlink_to(source)
        _link_programs(modules, source)
    say(f"added {len(wanted) - len(missing)} packages")
    if missing:
        say(f"not installed, since the sandbox downloads nothing: {', '.join(sorted(missing))}")


def package_of(folder: Path) -> dict[str, Any]:
    """The package.json there, empty where there is none that can be read."""
    try:
        value = json.loads((folder / "package.json").read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _link_programs(modules: Path, package: Path) -> None:
    said = package_of(package).get("bin", {})
    programs = {package.name: said} if isinstance(said, str) else said if isinstance(said, dict) else {}
    (modules / ".bin").mkdir(exist_ok=True)
    for name, path in programs.items():
        launcher = modules / ".bin" / name
        if not launcher.exists():
            launcher.write_text(f'#!/bin/sh\nexec node "{os.path.normpath(package / path)}" "$@"\n')
            launcher.chmod(0o755)


def _web_line(folder: Path) -> str:
    procfile = folder / "Procfile"
    return read_procfile(procfile.read_text()).get("web", "") if procfile.is_file() else ""


def _default_command(folder: Path, language: str) -> str:
    """What the builder itself would run, empty where it finds nothing."""
    if language == "nodejs":
        package = package_of(folder)
        scripts = package.get("scripts", {})
        if isinstance(scripts, dict) and "start" in scripts:
            return "npm start"
        main = package.get("main")
        for name in (main, "server.js", "index.js"):
            if isinstance(name, str) and (folder / name).is_file():
                return f"node {name}"
    if language == "python":
        for name in ("main.py", "app.py"):
            if (folder / name).is_file():
                return f"python {name}"
    return ""
