"""Which step a wish of `offramp tell` is for, and a word for a step that an answers file gives beforehand."""

import os
from collections.abc import Iterator

import pytest

from screens.headless import follow as follow_module
from screens.headless import guides as guides_module
from screens.headless import which_step
from screens.headless.exit_codes import DONE, WAITS
from screens.headless.follow import follow, tell
from screens.main import main
from tests.screens.a_run import COPY, DEPLOY, ARun
from tests.screens.a_worker import Worker
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from wizard.answers.done_steps import steps_said, words_wanted
from wizard.model.plan import Plan, Step
from wizard.model.trouble import Trouble
from wizard.run.guide import GUIDE, Guide, guide_lines


@pytest.fixture
def a_run(begun: Begun, world: FakeWorld) -> Iterator[ARun]:
    """A run that has begun, its worker alive."""
    made = ARun(begun.chosen()).start()
    made.copying()
    made.journal.beat(os.getpid())
    yield made
    made.close()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    made = Worker()
    monkeypatch.setattr(follow_module, "ask", made.ask)
    monkeypatch.setattr(guides_module, "ask", made.ask)
    monkeypatch.setattr(follow_module, "running", lambda session: True)
    return made


def guided(a_run: ARun, *, blind: bool = True, without: bool = False) -> None:
    lines = guide_lines("Open the dashboard.")
    guide = Guide(step=COPY, waits="turn it on", lines=lines, by_word=True, blind=blind, without=without)
    a_run.journal.gauge(GUIDE, guide)
    a_run.journal.set_run("running", current=COPY)


def test_it_is_said_what_a_word_was_taken_for(
    a_run: ARun, worker: Worker, capsys: pytest.CaptureFixture[str]
) -> None:
    guided(a_run)
    assert main(["tell", a_run.session.id, "accept"]) == DONE
    assert main(["tell", a_run.session.id, "accept", "5"]) == DONE
    assert main(["tell", a_run.session.id, "retry", COPY]) == DONE
    assert main(["tell", a_run.session.id, "retry"]) == DONE
    said = capsys.readouterr().out.splitlines()
    assert said[0] == said[1] and said[0].startswith("Said to be done: step 5, Copy migrate-db")
    assert said[2] == said[3] and said[2].startswith("Tried again: step 5, ") and COPY in said[2]
    accept = {"do": "accept", "step": COPY}
    assert worker.asked == [accept, accept, {"do": "retry", "step": COPY}, {"do": "retry"}]


def test_where_a_word_means_without_it_that_is_said(
    a_run: ARun, worker: Worker, capsys: pytest.CaptureFixture[str]
) -> None:
    guided(a_run, blind=False, without=True)
    assert tell(a_run.session.id, "accept") == DONE
    assert capsys.readouterr().out.startswith("Gone on without it: step 5, ")


@pytest.mark.parametrize("name", ["1", "no-such", DEPLOY])
def test_a_step_that_does_not_wait_is_refused_with_those_that_do(
    a_run: ARun, worker: Worker, name: str
) -> None:
    guided(a_run)
    with pytest.raises(Trouble) as refused:
        tell(a_run.session.id, "accept", name)
    assert f"accept {COPY} (Copy migrate-db" in refused.value.remedy
    assert worker.asked == []


def test_where_several_wait_one_is_to_be_named(
    a_run: ARun, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    guided(a_run)
    both = (DEPLOY, COPY)
    monkeypatch.setattr(
        which_step, "waiting_for", lambda what, seen: [one for one in seen.steps if one.step.key in both]
    )
    with pytest.raises(Trouble) as refused:
        tell(a_run.session.id, "accept")
    assert "2 steps wait" in refused.value.cause and all(key in refused.value.remedy for key in both)
    assert worker.asked == []
    assert tell(a_run.session.id, "accept", "migrate-backend") == DONE
    assert worker.asked == [{"do": "accept", "step": DEPLOY}]


def test_what_only_a_word_tells_is_not_waited_for_with_a_file(
    a_run: ARun, worker: Worker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guides_module, "SAID_AHEAD", 0.0)
    monkeypatch.setattr(follow_module, "LOOK", 0.01)
    guided(a_run)
    assert follow(a_run.session, {}, file="answers.toml") == WAITS
    said = capsys.readouterr().out
    assert f'[run] done = ["{COPY}"]' in said and f"accept {COPY}` says" in said


def test_a_word_in_the_file_is_passed_on(
    a_run: ARun, worker: Worker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guides_module, "SAID_AHEAD", 0.0)
    monkeypatch.setattr(follow_module, "LOOK", 0.01)
    monkeypatch.setattr(
        guides_module,
        "ask",
        lambda session, request: (
            (worker.asked.append(request), a_run.journal.set_run("done")) and {"ok": True}
        ),
    )
    guided(a_run)
    assert follow(a_run.session, {f"done:{COPY}": "x"}, file="answers.toml (0f)") == DONE
    accept = {"do": "accept", "step": COPY, "who": "answers file answers.toml (0f)"}
    assert worker.asked == [accept]
    assert "answers.toml (0f) says beforehand" in capsys.readouterr().out


def _step(key: str, kind: str) -> Step:
    return Step(key=key, kind=kind, title=key, phase="prepare", by="person")


def test_steps_are_named_by_key_or_by_their_sort() -> None:
    plan = Plan(
        name="shop",
        source="Heroku",
        target="Code Capsules",
        made_at="2026-11-21T14:00:00+00:00",
        steps=(
            _step("repository:github.com/acme/shop", "link-repository"),
            _step("settings:shop", "capsule-settings"),
            _step("settings:shop-worker", "capsule-settings"),
            _step("backups", "by-hand"),
        ),
    )
    keys, unknown = steps_said(plan, ["settings", "backups", "settings:shop", "repository", "nothing"])
    assert keys == ("settings:shop", "settings:shop-worker", "backups")
    assert unknown == ("repository", "nothing")
    sees, nothing = words_wanted(plan, unknown)
    assert "sees by itself" in sees
    assert "nothing; those that take a word: settings:shop, settings:shop-worker, backups" in nothing


def test_a_word_given_beforehand_that_is_not_taken_is_told(
    a_run: ARun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(guides_module, "SAID_AHEAD", -1.0)
    monkeypatch.setattr(
        guides_module, "ask", lambda *_: {"ok": False, "why": "It is at another step by now."}
    )
    guide = Guide(step="backups", waits="turn on backups", lines=(), by_word=True)
    guides_module.Guides(a_run.session, {"done:backups": "x"}, set(), "answers.toml").tell(guide)
    assert "not taken that backups is done: It is at another step by now." in capsys.readouterr().out
