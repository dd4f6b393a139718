"""The worker as a process: started once, with a clean environment, with reasons when it does not come up."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.credentials import Vault
from wizard.model.trouble import Trouble
from wizard.run import launch
from wizard.run.journal import Journal
from wizard.session.lock import Lock
from wizard.session.parts import PLAN
from wizard.session.store import Session, create


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def test_a_run_that_is_done_needs_no_worker(session: Session) -> None:
    session.save(PLAN, PLAN_OF_FOUR)
    journal = Journal(session)
    journal.start_run(PLAN_OF_FOUR)
    journal.set_run("done")
    launch.start_worker(session, Vault(None))
    assert not launch.running(session) and not (session.folder / "worker.log").exists()


def test_its_last_words_are_told(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "ENDED_EARLY", 4.0)
    (session.folder / "worker.log").write_text("of an earlier life\n")
    with pytest.raises(Trouble) as silent:
        launch.start_worker(session, Vault(None))
    assert "The session has no plan yet." in silent.value.remedy
    assert "Traceback" not in (session.folder / "worker.log").read_text()


def test_it_inherits_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HEROKU_API_KEY",
        "APTIBLE_ACCESS_TOKEN",
        "PGPASSWORD",
        "AWS_SECRET_ACCESS_KEY",
        "DATABASE_URL",
    ):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("OFFRAMP_CONFIG", "mine.toml")
    environment = launch.worker_environment()
    assert environment["OFFRAMP_CONFIG"] == str(Path.cwd() / "mine.toml"), "it stands in another folder"
    assert "canary" not in environment.values()
    assert environment["LC_ALL"] == "C.UTF-8" and environment["HOME"] == os.environ["HOME"]


def test_the_holder_of_a_session_is_no_worker_of_ours(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "START_LIMIT", 0.5)
    lock = Lock(session.worker_lock_file)
    assert lock.take()
    with pytest.raises(Trouble) as silent:
        launch.start_worker(session, Vault(None))
    assert silent.value.code == "worker-silent"
    assert not (session.folder / "worker.log").exists(), "no second one was started"


def test_last_words_of_nothing(tmp_path: Path) -> None:
    assert launch.last_words(tmp_path / "none") == "none"
    (tmp_path / "empty").touch()
    assert launch.last_words(tmp_path / "empty") == "none"
