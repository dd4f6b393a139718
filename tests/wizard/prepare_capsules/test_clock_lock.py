"""Two copies of a capsule with a clock, and a real Postgres between them: one of them starts each job."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wizard.database_servers import PASSWORD, Server, server
from tests.wizard.prepare_capsules.test_clock import APSCHEDULER, JS_LOCK, NODE_CRON, modules
from wizard.model.system import Job
from wizard.prepare.capsules.clock import clock_text
from wizard.prepare.capsules.clock_lock import Lock

SHELF = Path(__file__).parents[3] / "assets" / "demo" / "shelf"
JOBS = [Job(id="1", command="echo ran >> done", every=10)]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def run_twice(folder: Path, words: list[str], url: str) -> str:
    """Start two copies, wait until both have decided, and end them; what they said."""
    environment = {"DATABASE_URL": url, "PATH": "/usr/bin:/bin"}
    logs = [folder / "one.log", folder / "two.log"]
    running = []
    for log in logs:
        with log.open("wb") as out:
            child = subprocess.Popen(words, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        running.append(child)
    try:
        for _ in range(600):
            told = "".join(log.read_text() for log in logs)
            if "another copy" in told and "ended with 0" in told:
                break
            time.sleep(0.02)
    finally:
        for child in running:
            child.terminate()
            child.wait(20)
    return "".join(log.read_text() for log in logs)


def check(folder: Path, told: str) -> None:
    assert (folder / "done").read_text() == "ran\n", told
    assert "another copy of this capsule runs it" in told and "ended with 0" in told
    assert PASSWORD not in told


def test_clocks_of_node(tmp_path: Path, postgres: Server, needs_program: Callable[..., str]) -> None:
    modules(tmp_path, node_cron=NODE_CRON)
    shutil.copytree(SHELF / "pg", tmp_path / "node_modules" / "pg")
    (tmp_path / "heroku-clock.mjs").write_text(clock_text("nodejs", JOBS, {}, JS_LOCK))
    url = f"postgresql://app:{PASSWORD}@localhost:{postgres.open_front()}/{postgres.database().name}"
    check(tmp_path, run_twice(tmp_path, [needs_program("node"), "heroku-clock.mjs"], url))


def test_clocks_of_python(tmp_path: Path, postgres: Server) -> None:
    for name, text in (
        ("schedulers/blocking.py", APSCHEDULER),
        (
            "triggers/cron.py",
            "class CronTrigger:\n    from_crontab = staticmethod(lambda when, timezone: when)\n",
        ),
    ):
        file = tmp_path / "apscheduler" / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    lock = Lock(variable="DATABASE_URL", driver="psycopg", line="\nimport psycopg\n")
    (tmp_path / "heroku-clock.py").write_text(clock_text("python", JOBS, {}, lock))
    url = postgres.database().url().reveal()
    check(tmp_path, run_twice(tmp_path, [sys.executable, "-u", "heroku-clock.py"], url))
