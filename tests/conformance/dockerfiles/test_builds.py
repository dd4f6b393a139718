"""Proposed Dockerfiles, really built, started and asked over HTTP, one small app a language.

Slow, and its own command: `python -m pytest -m slow tests/conformance/dockerfiles` as root, with Debian's
buildah and mmdebstrap. STAND_IN_IMAGES names a folder that keeps the stand-ins for official images between
runs; without it they are made anew, which takes some eight minutes.
"""

from pathlib import Path

import pytest

from tests.conformance.dockerfiles.apps import SMALL_APPS
from tests.conformance.dockerfiles.building import SLOW, built, check_answers
from tests.conformance.dockerfiles.engine import Engine
from tests.conformance.dockerfiles.stand_ins import STAND_INS

pytestmark = SLOW


@pytest.mark.parametrize("name", SMALL_APPS)
def test_it_builds_and_answers(name: str, engine: Engine, tmp_path: Path) -> None:
    small = SMALL_APPS[name]
    for need in small.needs:
        STAND_INS[need](engine)
    code, image = built(small, name, engine, tmp_path)
    check_answers(engine, image, code, small.says)
    engine.buildah("rmi", "--force", image)
