"""Calling a person: what for, once each, by a program that is given texts and nothing else."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.model.secret import Secret
from wizard.run import call as calls
from wizard.run.call import Caller, call
from wizard.run.guide import GUIDE
from wizard.run.journal import Journal, RunRecord
from wizard.run.news import News, news_of
from wizard.session.store import Session, create

NEWS = News("gate 1", "Offramp: acme-shop", "Waits for you at a gate: cut-over")


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def record(state: str, current: str | None = "x") -> RunRecord:
    return RunRecord(
        id=1,
        plan_digest="",
        state=state,  # type: ignore[arg-type]
        started_at="",
        ended_at=None,
        pid=None,
        beat_age=None,
        waiting_for="",
        current=current,
    )


@pytest.mark.parametrize(
    ("state", "gauges", "dead", "words"),
    [
        ("running", (), False, None),
        ("paused", (), False, None),
        ("stopped", (), False, None),
        ("waiting", ("gate",), False, "Waits for you at a gate: Cut-over"),
        ("waiting", ("secret", "gate"), False, "Waits for you to sign in again."),
        ("running", (GUIDE,), False, "Waits for what you do by hand: Cut-over"),
        ("running", ("fresh-token",), False, "A token ends soon: sign in again before it does."),
        ("failed", (GUIDE,), False, "Failed at: Cut-over"),
        ("done", (), False, "Done: every step is done and checked."),
        ("taken-back", (), False, "Taken back: Heroku runs as before the cut-over."),
        ("running", (), True, "The worker is gone: nothing moves until it is started again."),
    ],
)
def test_what_a_person_is_called_for(
    state: str, gauges: tuple[str, ...], dead: bool, words: str | None
) -> None:
    news = news_of("acme-shop", record(state), "Gate: Cut-over", gauges, dead=dead)
    assert (news.body if news else None) == words
    assert news is None or news.title == "Offramp: acme-shop"


def test_no_name_makes_an_option_or_a_sequence_of_it() -> None:
    secret = Secret("hunter2-in-a-title")
    news = news_of(
        "--help\x1b]0;x\x07\n-x", record("failed"), f"-rf {secret.reveal()}\x9b1m\n" + "y" * 900, ()
    )
    assert news is not None
    for text in (news.title, news.body):
        assert text.startswith(("Offramp: ", "Failed at: ")) and len(text) <= 220
        assert text.isprintable() and secret.reveal() not in text


def test_the_program_gets_two_texts_and_a_small_environment(tmp_path: Path) -> None:
    out = tmp_path / "said"
    script = (
        "import json, os, sys\n"
        "said = {'words': sys.argv[1:], 'names': sorted(os.environ), 'at': os.getcwd(),"
        " 'in': sys.stdin.read()}\n"
        f"open({str(out)!r}, 'w').write(json.dumps(said))\n"
    )
    environment = {
        "PATH": "/usr/bin",
        "HOME": "/h",
        "LC_ALL": "C",
        "HEROKU_API_KEY": "canary",
        "OFFRAMP_X": "1",
    }
    assert call((sys.executable, "-c", script, "$HOME; mine"), NEWS, environment) == ""
    said = json.loads(out.read_text())
    assert said["words"] == ["$HOME; mine", NEWS.title, NEWS.body]
    assert {name for name in said["names"] if not name.startswith("__")} <= {
        "PATH",
        "HOME",
        "LC_ALL",
        "LC_CTYPE",
    }
    assert said["at"] == "/" and said["in"] == ""


def test_what_does_not_work_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "DEADLINE", 0.3)
    assert "cannot be started" in call(("/not/there",), NEWS)
    assert "ended with code 3" in call((sys.executable, "-c", "raise SystemExit(3)"), NEWS)
    began = time.monotonic()
    assert "took more than 0.3 s" in call(("sh", "-c", "sleep 60 & sleep 60"), NEWS)
    assert time.monotonic() - began < 5


async def test_each_news_is_told_once_and_a_failure_stands_among_the_events(session: Session) -> None:
    journal = Journal(session)
    journal.start_run(PLAN_OF_FOUR)
    step = PLAN_OF_FOUR.steps[0]
    told: list[dict[str, str]] = []

    def heard(command: tuple[str, ...], news: News) -> str:
        told.append(asdict(news))
        return "" if len(told) < 2 else "The notify command mine ended with code 1."

    set_to: list[tuple[str, ...]] = [("mine",)]
    caller = Caller(session, journal, lambda: set_to[-1])
    await caller.look(heard)
    assert told == []
    journal.set_run("failed", current=step.key)
    await caller.look(heard)
    await caller.look(heard)
    assert [one["body"] for one in told] == [f"Failed at: {step.title}"]
    journal.set_run("running")
    await caller.look(heard)
    journal.set_run("failed")
    await caller.look(heard)
    assert len(told) == 2, "it failed again"
    assert journal.events()[-1].text == "The notify command mine ended with code 1."
    set_to.append(())
    journal.set_run("running")
    await caller.look(heard)
    journal.set_run("failed")
    await caller.look(heard)
    assert len(told) == 2, "without a command nobody is called"
    set_to.append(("another",))
    journal.set_run("running")
    await caller.look(heard)
    journal.set_run("failed")
    await caller.look(heard)
    assert len(told) == 3, "what is set while a run is at work counts from then on"
