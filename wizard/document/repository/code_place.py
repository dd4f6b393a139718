"""Which part of a repository Heroku builds as an app: by buildpacks that make a folder of it the root, or
that copy another file as the Procfile.

Each takes its path from a config var, at build time (sources of 2026): lstoll/heroku-buildpack-monorepo puts
the folder APP_BASE in the place of all else, timanovsky/subdir-heroku-buildpack the folder PROJECT_PATH, and
heroku-community/multi-procfile copies the file PROCFILE to the root, with the app.json beside it. They run in
the order in which they are set, so a path is meant from the folder that the ones before it left.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from wizard.model.secret import Secret
from wizard.model.system import App
from wizard.model.text import clean

LONGEST: Final = 300
"""Characters of a path; what is longer, or leads out of the repository, is none that a build can take."""

_FOLDERS: Final = (
    (re.compile(r"\bheroku-buildpack-monorepo\b"), "APP_BASE"),
    (re.compile(r"\bsubdir-heroku-buildpack\b"), "PROJECT_PATH"),
)
_PROCFILE: Final = re.compile(r"\bmulti-procfile\b")


class CodePlace(NamedTuple):
    """`folder` of the repository, "" for all of it; `procfile` is the path in there of the file that is taken
    as the Procfile, "" for the one in the root."""

    folder: str = ""
    procfile: str = ""


WHOLE: Final = CodePlace()
"""All of the repository, with the Procfile in its root, as it is for most apps."""


def place_of(buildpacks: Sequence[str], config: Mapping[str, Secret]) -> CodePlace:
    """Where the code of an app is, by its buildpacks and the values of its config vars."""
    folder = procfile = ""
    for buildpack in buildpacks:
        name = buildpack.lower()
        for pattern, variable in _FOLDERS:
            if pattern.search(name) and (path := _path(config.get(variable))):
                # What was copied to the root before is gone with the rest of it.
                folder, procfile = posixpath.join(folder, path), ""
        if _PROCFILE.search(name) and (path := _path(config.get("PROCFILE"))):
            procfile = "" if path == "Procfile" else path
    return CodePlace(folder, procfile)


def place_in(app: App) -> CodePlace:
    """Where the code of an app is, as it was read."""
    return CodePlace(app.folder, app.procfile)


def _path(value: Secret | None) -> str:
    """A path below the root as git names it; "" for the root itself, and for what is no such path."""
    told = value.reveal().strip() if value is not None else ""
    if not told or len(told) > LONGEST or clean(told) != told:
        return ""
    path = posixpath.normpath(told.lstrip("/") or ".")
    return "" if path == "." or path.split("/")[0] == ".." else path
