"""Docker capsules of versions that the target's own builders no longer build, of several processes in one, of
images that are built elsewhere, and of a person's own Dockerfile: built, asked, and ended."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.dockerfiles.apps import LOCK, SmallApp
from tests.conformance.dockerfiles.building import SLOW, VARIABLES
from tests.conformance.dockerfiles.capsules import Made, made
from tests.conformance.dockerfiles.engine import PORT, Engine
from tests.conformance.dockerfiles.stand_ins import LIBRARY, STAND_INS
from wizard.mapping import edit, edit_capsules
from wizard.model.mapping import Mapping

pytestmark = SLOW

NODE_WEB = """const http = require("http");
const server = http.createServer((_, answer) => answer.end(`hello ${process.version}`));
server.listen(process.env.PORT, "0.0.0.0");
process.once("SIGTERM", () => { console.log("web told to end"); server.close(() => process.exit(0)); });
"""
NODE_WORKER = """console.log("worker of", process.env.GREETING, process.argv[2]);
const beat = setInterval(() => {}, 1000);
const end = () => { console.log("worker at its end"); clearInterval(beat); };
process.once("SIGTERM", () => setTimeout(end, 500));
"""
NODE = SmallApp(
    ("heroku/nodejs",),
    {
        "package.json": json.dumps({"name": "shop", "engines": {"node": "20.x"}}),
        "package-lock.json": json.dumps(LOCK),
        "server.js": NODE_WEB,
        "worker.js": NODE_WORKER,
        "Procfile": "web: node server.js\nworker: node worker.js $GREETING\n",
    },
    ("node-20",),
    "hello v20.",
)
PYTHON_WEB = """import pathlib
def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [pathlib.Path("/tmp/migrated").read_bytes()]
"""
PYTHON = SmallApp(
    ("heroku/python",),
    {
        "requirements.txt": "gunicorn\n",
        ".python-version": "3.12\n",
        "web.py": PYTHON_WEB,
        "migrate.py": "import os\nopen('/tmp/migrated', 'w').write('hello ' + os.environ['GREETING'])\n",
        "work.py": "import time\nprint('works', flush=True)\ntime.sleep(600)\n",
        "Procfile": "release: python migrate.py\nweb: gunicorn web:app\nworker: python work.py\n",
    },
    ("python-3.12",),
    "hello x",
)


@pytest.fixture(scope="module")
def apart(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Node 20 in a folder of a repository, each process in a capsule of its own."""
    yield from _made(engine, NODE, "node", tmp_path_factory.mktemp("apart"), folder="apps/shop")


def _made(engine: Engine, small: SmallApp, name: str, place: Path, **more: object) -> Iterator[Made]:
    for need in small.needs:
        STAND_INS[need](engine)
    found = made(small, name, engine, place, **more)  # type: ignore[arg-type]
    yield found
    for image in found.images.values():
        engine.buildah("rmi", "--force", image)


def test_an_old_node_in_a_folder_of_a_repository(engine: Engine, apart: Made) -> None:
    assert {name: one.dockerfile for name, one in apart.capsules.items()} == {
        "web": "apps/shop/Dockerfile",
        "worker": "apps/shop/Dockerfile.worker",
    }
    with engine.running(apart.images["web"], **VARIABLES) as process:
        status, text = process.get()
        assert (status, text[: len(NODE.says)]) == (200, NODE.says)
        os.kill(process.main(), signal.SIGTERM)
        process.told("web told to end")
        assert process.status() == 0
    with engine.running(apart.images["worker"], **VARIABLES) as process:
        process.told("worker of x x")
        os.kill(process.main(), signal.SIGTERM)
        process.told("worker at its end")
        assert process.status() == 0


def test_an_old_python_with_what_runs_before_its_start(engine: Engine, tmp_path: Path) -> None:
    for found in _made(engine, PYTHON, "python", tmp_path):
        with engine.running(found.images["web"], **VARIABLES) as process:
            assert process.get() == (200, PYTHON.says)
            os.kill(process.main(), signal.SIGTERM)
            assert process.status() == 0 and "Shutting down: Master" in process.output()
        # What fails before the start is no start.
        given = {name: value for name, value in VARIABLES.items() if name != "GREETING"}
        with engine.running(found.images["web"], **given) as process:
            assert process.status() not in (0, None) and "KeyError: 'GREETING'" in process.output()


@pytest.fixture(scope="module")
def joined(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Both processes in the capsule of the worker: a script of another name than that of `web`."""

    def decide(mapping: Mapping) -> Mapping:
        return edit_capsules.join(mapping, "a", "web", "worker")

    yield from _made(engine, NODE, "joined", tmp_path_factory.mktemp("joined"), decide=decide)


def test_two_processes_of_one_capsule_end_together(engine: Engine, joined: Made) -> None:
    (image,) = joined.images.values()
    with engine.running(image, **VARIABLES) as process:
        assert process.get()[1].startswith(NODE.says)
        process.told("worker of x x")
        os.kill(process.main(), signal.SIGTERM)
        assert process.status() == 0
        output = process.output()
        assert "web told to end" in output and "worker at its end" in output


@pytest.mark.parametrize(
    ("dies", "other"), [("worker.js", "web told to end"), ("server.js", "worker at its")]
)
def test_when_one_dies_the_other_is_ended(engine: Engine, joined: Made, dies: str, other: str) -> None:
    (image,) = joined.images.values()
    with engine.running(image, **VARIABLES) as process:
        assert process.get()[1].startswith(NODE.says)
        process.told("worker of x x")
        os.kill(process.below(f"node {dies}"), signal.SIGKILL)
        assert process.status() not in (0, None)
        output = process.output()
        assert "one of the processes has ended with 137" in output and other in output


OWN = """FROM python:3.12-alpine
WORKDIR /srv
COPY . .
ENV PORT=8000
CMD exec python -m http.server $PORT
"""


def test_a_dockerfile_of_ones_own_without_bash(engine: Engine, tmp_path: Path) -> None:
    """The images of Alpine have no bash; Heroku runs commands of images by sh, too."""
    STAND_INS["python-3.12"](engine)
    lines = "RUN rm /bin/bash /usr/bin/bash 2>/dev/null || ! command -v bash\n"
    engine.made(f"{LIBRARY}python:3.12-slim-bookworm", f"{LIBRARY}python:3.12-alpine", lines)
    files = {
        "Dockerfile": OWN,
        "index.html": "hello own",
        "heroku.yml": "build:\n  docker:\n    web: Dockerfile\n    worker: Dockerfile\n"
        "run:\n  worker: python work.py $GREETING\n",
        "work.py": "import sys, time\nprint('works', *sys.argv[1:], flush=True)\ntime.sleep(600)\n",
        "Procfile": "web: exec python -m http.server $PORT\nworker: python work.py $GREETING\n",
    }
    small = SmallApp((), files, (), "hello own", stack="container")
    for found in _made(engine, small, "own", tmp_path):
        assert found.capsules["web"].dockerfile == "Dockerfile"
        with engine.running(found.images["web"], **VARIABLES) as process:
            assert process.get() == (200, "hello own")
        with engine.running(found.images["worker"], **VARIABLES) as process:
            process.told("works x")
            os.kill(process.main(), signal.SIGTERM)
            assert process.status() != 0


PREBUILT = """FROM python:3.12-slim-bookworm
WORKDIR /srv
RUN echo 'hello from elsewhere' > index.html
ENTRYPOINT ["/usr/bin/env", "FROM_ENTRYPOINT=1"]
CMD ["sh", "-c", "exec python -m http.server ${PORT:-80}"]
"""


def test_an_image_that_is_built_elsewhere(engine: Engine, tmp_path: Path) -> None:
    STAND_INS["python-3.12"](engine)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "Dockerfile").write_text(PREBUILT)
    engine.build(tmp_path / "elsewhere", "ghcr.io/acme/shop:v42")

    def decide(mapping: Mapping) -> Mapping:
        mapping = edit.set_way(mapping, "a", "linked", "ghcr.io/acme/shop:v42")
        return edit_capsules.set_kind(mapping, "a", "worker", "docker")

    files = {"Procfile": "web: exec python -m http.server $PORT\nworker: env\n"}
    small = SmallApp((), files, (), "hello from elsewhere", stack="container")
    for found in _made(engine, small, "elsewhere", tmp_path / "here", decide=decide):
        with engine.running(found.images["web"], **VARIABLES) as process:
            assert process.get() == (200, "hello from elsewhere\n")
        with engine.running(found.images["worker"], **VARIABLES) as process:
            process.told(f"PORT={PORT}")
            assert process.status() == 0 and "FROM_ENTRYPOINT=1" in process.output()

    def beside(mapping: Mapping) -> Mapping:
        return edit_capsules.join(decide(mapping), "a", "worker", "web")

    small.files["Procfile"] = "web: exec python -m http.server $PORT\nworker: sleep 600\n"
    for found in _made(engine, small, "beside", tmp_path / "joined", decide=beside):
        with engine.running(found.images["web"], **VARIABLES) as process:
            assert process.get() == (200, "hello from elsewhere\n")
            os.kill(process.below("sleep 600"), signal.SIGKILL)
            assert process.status() not in (0, None)
