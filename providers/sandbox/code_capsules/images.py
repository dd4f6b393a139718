"""Docker capsules: a Dockerfile is read, not executed; see `providers.sandbox.aptible.builds`."""

from collections.abc import Callable
from pathlib import Path

from providers.sandbox.aptible.builds import BuildFailed, read_dockerfile, run_line
from providers.sandbox.code_capsules.release import Release


def image_release(folder: Path, commit: str, say: Callable[[str], None]) -> Release:
    """What the Dockerfile in `folder` would run. Blocks.

    Raises:
        BuildFailed: there is none, it cannot be built, or it says nothing to run.
    """
    dockerfile = folder / "Dockerfile"
    if not dockerfile.is_file():
        raise BuildFailed("ERROR: failed to read dockerfile: open Dockerfile: no such file or directory")
    built = read_dockerfile(dockerfile, commit, say)
    line = built.processes.get("cmd")
    if line is None:
        raise BuildFailed("ERROR: no command specified: the Dockerfile has neither CMD nor ENTRYPOINT")
    return Release(folder, run_line(built.entrypoint, line), dict(built.environment), built.workdir)
