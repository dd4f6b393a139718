"""Where Offramp keeps its files. Folders are 0700, files 0600."""

import os
import tempfile
from pathlib import Path

import platformdirs

from wizard.model.trouble import Trouble


def data_folder() -> Path:
    """The folder of sessions; `OFFRAMP_HOME` overrides the platform's own place."""
    home = os.environ.get("OFFRAMP_HOME")
    return private_folder(Path(home) if home else platformdirs.user_data_path("offramp"))


def sessions_folder() -> Path:
    """One folder a session below it."""
    return private_folder(data_folder() / "sessions")


def run_folder() -> Path:
    """Short-lived sockets and key files. Short, since the path of a unix socket ends at 104 bytes.

    Raises:
        Trouble: the folder is somebody else's, or there is no room for any.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and len(runtime) < 50 and Path(runtime).is_dir() and os.access(runtime, os.W_OK):
        return private_folder(Path(runtime) / "offramp")
    try:
        return private_folder(Path(tempfile.gettempdir()) / f"offramp-{os.getuid()}")
    except FileNotFoundError as error:
        raise no_temporary_folder() from error


def no_temporary_folder() -> Trouble:
    """What it means that Python's `tempfile` knows no folder: it wrote a few bytes into each to try it."""
    return Trouble(
        "No folder for temporary files takes one: TMPDIR, /tmp and /var/tmp are full or closed.",
        untouched="Nothing was changed.",
        remedy="Make room in one of them, or name a folder with room in TMPDIR and start Offramp again.",
        code="folder-unusable",
    )


def private_folder(folder: Path) -> Path:
    """Make `folder` (and its parents) if needed, 0700, and return it.

    Raises:
        Trouble: it cannot be made, or belongs to another user, or is a link.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # lstat: a link in a shared /tmp could point anywhere.
        status = folder.lstat()
        if status.st_uid == os.getuid() and not folder.is_symlink() and status.st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise Trouble(
            f"The folder {folder} cannot be used: {error.strerror}.",
            remedy="Make room or give the rights, or name another folder with OFFRAMP_HOME.",
            code="folder-unusable",
        ) from error
    if status.st_uid != os.getuid():
        raise Trouble(
            f"The folder {folder} belongs to another user.",
            remedy="Name a folder of your own with OFFRAMP_HOME or XDG_RUNTIME_DIR.",
            code="folder-foreign",
        )
    return folder
