"""The engine that builds, with the stand-ins that were made for one test for the others, too."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.dockerfiles.engine import Engine

pytest.register_assert_rewrite("tests.conformance.dockerfiles.building")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The stand-ins, and what is built on them."""
    kept = os.environ.get("STAND_IN_IMAGES")
    folder = Path(kept or tempfile.mkdtemp(prefix="stand-ins-"))
    folder.mkdir(exist_ok=True)
    # apt gives up its rights, and must still get there.
    folder.chmod(0o755)
    made = Engine(folder)
    made.base()
    yield made
    if not kept:
        made.buildah("rmi", "--all", "--force")
        shutil.rmtree(folder, ignore_errors=True)
