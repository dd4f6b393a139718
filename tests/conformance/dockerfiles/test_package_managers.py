"""Proposed Dockerfiles of apps whose packages come from a registry, by each package manager."""

from pathlib import Path

import pytest

from tests.conformance.dockerfiles.building import SLOW, built, check_answers
from tests.conformance.dockerfiles.engine import Engine
from tests.conformance.dockerfiles.package_managers import INDEX, MANAGED
from tests.conformance.dockerfiles.stand_ins import LIBRARY, STAND_INS, python_index

pytestmark = SLOW


@pytest.mark.parametrize("name", MANAGED)
def test_it_installs_and_answers(name: str, engine: Engine, tmp_path: Path) -> None:
    managed = MANAGED[name]
    for need in managed.small.needs:
        STAND_INS[need](engine)
    files = {
        path: text.replace(INDEX, python_index()) if INDEX in text else text
        for path, text in managed.small.files.items()
    }
    folder = tmp_path / "lock"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    engine.run_in(folder, LIBRARY + managed.image, managed.line)
    small = managed.small._replace(files={**files, managed.lock: (folder / managed.lock).read_text()})
    code, image = built(small, name, engine, tmp_path)
    check_answers(engine, image, code, small.says)
    engine.buildah("rmi", "--force", image)
