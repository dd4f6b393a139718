"""What the commands without a screen say of a run, and how they end; the journal is written by hand."""

import json
import os
import pty
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from screens.full_screen import show
from screens.headless import follow as follow_module
from screens.headless import quiet
from screens.headless.exit_codes import DONE, FAILED, TAKEN_BACK, TROUBLE, USAGE, WAITS
from screens.headless.follow import follow, run, tell
from screens.headless.tell import sessions, status
from screens.main import main
from tests.screens.a_run import COPY, DEPLOY, ARun
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from wizard.model.trouble import Trouble
from wizard.run.guide import GUIDE, Guide, guide_lines
from wizard.run.view import SecretWanted, view
from wizard.session.store import find

REFUSED = Trouble("The deploy failed.", untouched="Heroku's data is as it was.", remedy="Look.", code="x")
STATES = ("running", "paused", "waiting", "failed", "stopped", "going-back", "taken-back", "done")


@pytest.fixture
def a_run(begun: Begun, world: FakeWorld) -> Iterator[ARun]:
    """A run that has begun, its worker alive."""
    made = ARun(begun.chosen()).start()
    yield made
    made.close()


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


# -- following ----------------------------------------------------------------------------------------------


def test_a_paused_run_is_said_and_left(a_run: ARun, capsys: pytest.CaptureFixture[str]) -> None:
    a_run.copying()
    a_run.journal.beat(os.getpid())
    a_run.journal.set_run("paused", waiting_for="you: press r to go on")
    assert follow(a_run.session, {}) == WAITS
    assert f"`offramp tell {a_run.session.id} resume`" in capsys.readouterr().out


def test_a_failure_is_old_until_the_worker_has_taken_it_up(
    a_run: ARun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker needs a moment to begin again after it was asked to."""
    a_run.fail(DEPLOY, REFUSED)
    looks: list[float] = []

    def later(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            a_run.journal.set_run("done")

    monkeypatch.setattr(follow_module.time, "sleep", later)
    assert follow(a_run.session, {}, retried=True) == DONE
    assert len(looks) == 3


def test_detaching_and_confirming_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "acme-shop", "--detach", "--confirm", "cut-over=acme-shop"]) == 2
    assert "--detach" in capsys.readouterr().err
    with pytest.raises(Trouble) as refused:
        run("acme-shop", ["cut-over=acme-shop"], detach=True)
    assert refused.value.code == "usage"


# -- status -------------------------------------------------------------------------------------------------


def test_a_failed_run_gives_4_whether_its_worker_lives_or_not(a_run: ARun) -> None:
    a_run.fail(DEPLOY, REFUSED)
    assert status(a_run.session.id, as_json=False) == FAILED
    a_run.kill()
    assert status(a_run.session.id, as_json=False) == FAILED


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("running", WAITS),
        ("paused", WAITS),
        ("stopped", WAITS),
        ("going-back", WAITS),
        ("taken-back", TAKEN_BACK),
        ("done", DONE),
    ],
)
def test_a_worker_that_is_gone_waits_for_a_person(a_run: ARun, state: Any, code: int) -> None:
    a_run.reach(COPY).kill()
    a_run.journal.set_run(state)
    assert status(a_run.session.id, as_json=False) == code


def test_the_status_has_one_shape_in_every_state(
    a_run: ARun, begun: Begun, capsys: pytest.CaptureFixture[str]
) -> None:
    other = begun.new("nothing-yet")
    status(other.id, as_json=True)
    nothing = printed(capsys)
    assert nothing["state"] == "no-run" and nothing["steps"] == [] and nothing["trouble"] is None
    a_run.copying()
    for state in STATES:
        a_run.journal.set_run(state)  # type: ignore[arg-type]
        status(a_run.session.id, as_json=True)
        told = printed(capsys)
        assert told["state"] == state and set(told) == set(nothing)
    assert told["copies"]["acme-db"]["percent"] == 67


def test_the_status_says_what_is_waited_for_and_what_went_wrong(
    a_run: ARun, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run.fail(DEPLOY, REFUSED)
    status(a_run.session.id, as_json=True)
    assert printed(capsys)["trouble"]["cause"] == "The deploy failed."
    wanted = SecretWanted(vendor="aptible", reason="Aptible refused the token.")
    a_run.journal.gauge("secret", wanted)
    a_run.journal.set_run("waiting", waiting_for="you: sign in again")
    status(a_run.session.id, as_json=True)
    told = printed(capsys)
    assert told["sign_in"] == {"vendor": "aptible", "reason": "Aptible refused the token."}
    assert told["waiting_for"] == "you: sign in again"


def test_what_a_person_has_to_do_and_what_came_of_it_so_far_is_told(
    a_run: ARun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run.copying()
    a_run.journal.beat(os.getpid())
    lacks = ("no new deploy of shop so far", "deployed, and not there yet: the web address")
    lines = guide_lines("Apply:", "$ terraform apply")
    seen = [Guide(step=DEPLOY, waits="apply Terraform", lines=lines, seen=f"{one}; looked at 10:00:0{at} UTC")
            for one in lacks for at in (1, 2)]  # fmt: skip

    def look(seconds: float) -> None:
        if not seen:
            a_run.journal.set_run("done")
            return
        a_run.journal.gauge(GUIDE, seen.pop(0))

    monkeypatch.setattr(follow_module.time, "sleep", look)
    assert follow(a_run.session, {}) == DONE
    said = capsys.readouterr().out
    assert said.count("  $ terraform apply") == 1 and [said.count(one) for one in lacks] == [1, 1]

    a_run.journal.set_run("running", waiting_for="you: apply Terraform")
    status(a_run.session.id, as_json=False)
    said = capsys.readouterr().out
    assert f"seen so far: {lacks[1]}" in said and f"`offramp run {a_run.session.id}` tells" in said
    status(a_run.session.id, as_json=True)
    assert printed(capsys)["guide"]["lines"][1] == {"kind": "copy", "text": "terraform apply"}


def test_the_list_is_for_scripts(a_run: ARun, begun: Begun, capsys: pytest.CaptureFixture[str]) -> None:
    other = begun.new("nothing-yet")
    broken = begun.new("broken")
    broken.close()
    (broken.folder / "session.sqlite3").write_bytes(b"This is no database. " * 1000)
    a_run.copying()
    assert sessions(as_json=True) == TROUBLE
    told = {one["session"]: one for one in printed(capsys)}
    assert len({frozenset(one) for one in told.values()}) == 1, "one shape"
    running, nothing = told[a_run.session.id], told[other.id]
    assert (running["state"], running["worker"], running["percent"]) == ("running", "alive", 67)
    assert (running["source"], running["target"]) == ("heroku", "aptible")
    assert running["started_at"].endswith("+00:00")
    assert (nothing["state"], nothing["target"], nothing["started_at"]) == ("no-run", None, None)
    assert told[broken.id]["state"] == "broken" and told[broken.id]["why"]
    assert "●" not in json.dumps(told, ensure_ascii=False), "no glyphs of the screen"


# -- stopping what nobody carries out -----------------------------------------------------------------------


def test_a_run_whose_worker_is_gone_can_be_stopped(a_run: ARun, capsys: pytest.CaptureFixture[str]) -> None:
    a_run.copying().kill()
    assert tell(a_run.session.id, "stop") == DONE
    seen = view(find(a_run.session.id))
    assert seen is not None and seen.run.state == "stopped" and seen.run.ended_at
    assert "its worker was gone" in a_run.journal.events()[-1].text
    with pytest.raises(Trouble) as refused:
        tell(a_run.session.id, "stop")
    assert refused.value.code == "no-worker"


def test_a_cut_over_whose_worker_is_gone_is_not_stopped(a_run: ARun) -> None:
    a_run.reach(DEPLOY).kill()
    with pytest.raises(Trouble) as refused:
        tell(a_run.session.id, "stop")
    assert refused.value.code == "no-worker"
    seen = view(a_run.session)
    assert seen is not None and seen.run.state == "running" and seen.can_go_back


# -- the full screen ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("return_code", "code"), [(0, DONE), (1, TROUBLE), (None, DONE)])
def test_a_crash_of_the_screen_is_no_success(
    return_code: int | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crashes:
        def __init__(self, **more: object) -> None:
            self.return_code = return_code

        def run(self, **more: object) -> None:
            return None

    monkeypatch.setattr("screens.full_screen._terminal", lambda: True)
    monkeypatch.setattr("screens.app.OfframpApp", Crashes)
    assert show() == code


# -- the support bundle -------------------------------------------------------------------------------------


def test_the_bundle_says_what_is_in_it_before_it_is_written(
    a_run: ARun, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "bundle.zip"
    assert main(["support", a_run.session.id, "-o", str(file), "--hide-names"]) == DONE
    said = capsys.readouterr().out
    assert said.index("The bundle holds:") < said.index("worker.log") < said.index(str(file))
    assert "no config vars" in said and "are hidden" in said and file.stat().st_mode & 0o777 == 0o600
    assert main(["support", a_run.session.id, "-o", str(file)]) == TROUBLE
    assert "is there already" in capsys.readouterr().err


# -- the terminal -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "settings", "mouse", "slow"),
    [
        ([], "", True, False),
        (["--no-mouse"], "", False, False),
        (["--slow-link"], "", True, True),
        ([], "mouse = false\nlink = 'slow'\n", False, True),
    ],
)
def test_the_screen_is_told_of_its_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], settings: str, mouse: bool, slow: bool
) -> None:
    told: dict[str, object] = {}

    class Screen:
        return_code = 0

        def __init__(self, **more: object) -> None:
            told.update(more)

        def run(self, **more: object) -> None:
            told.update(more)

    (tmp_path / "config.toml").write_text(settings)
    monkeypatch.setenv("OFFRAMP_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("TEXTUAL_FPS", "60")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "full")
    monkeypatch.setattr("screens.full_screen._terminal", lambda: True)
    monkeypatch.setattr("screens.app.OfframpApp", Screen)
    assert main(words) == DONE
    assert (told["mouse"], told["slow_link"]) == (mouse, slow)


def test_a_run_that_is_followed_is_told_of_now_and_then_also_when_nothing_happens(
    run: ARun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.copying()
    now = [0.0]
    monkeypatch.setattr(quiet, "now", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += 10.0
        if now[0] == 300.0:
            run.end(COPY)
            run.reach(DEPLOY)
        if now[0] > 900.0:
            raise KeyboardInterrupt

    monkeypatch.setattr(follow_module.time, "sleep", wait)
    with pytest.raises(KeyboardInterrupt):
        follow_module.follow(run.session, {})
    said = capsys.readouterr().out
    assert 5 <= said.count("acme-db: copying rows, 67 %, ") <= 12, said
    assert 2 <= said.count("Still at step ") <= 6 and "Deploy" in said.rpartition("Still at step ")[2], said


def test_a_gate_that_is_not_passed_names_the_command_that_takes_it_back(
    run: ARun, capsys: pytest.CaptureFixture[str]
) -> None:
    run.gate()
    assert follow_module.follow(run.session, {}) == WAITS
    assert f"Any failure, or `offramp tell {run.session.id} back`: " in capsys.readouterr().out


def test_events_are_told_with_the_time_of_day_here(
    run: ARun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.gate()
    run.journal.event("look", "Something happened.")
    *_, event = run.journal.events()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Pacific/Kiritimati")  # 14 hours before UTC
        time.tzset()
        follow_module.follow(run.session, {})
        here = datetime.fromisoformat(event.at).astimezone().strftime("%H:%M:%S")
    time.tzset()
    assert here != event.at[11:19]
    assert f"{here} Something happened." in capsys.readouterr().out


@pytest.mark.parametrize(("locale", "written"), [("C", b"> v caf?"), ("C.UTF-8", "→ ✓ café".encode())])
def test_a_terminal_of_the_locale_c_is_written_ascii(
    locale: str, written: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, writes = pty.openpty()
    # Python takes UTF-8 in the locale C, too.
    with open(writes, "w", encoding="utf-8") as terminal:  # noqa: PTH123 - it is open already
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("LC_ALL", locale)
        assert main(["explain", "→ ✓ café"]) == USAGE
        monkeypatch.undo()
        assert written in os.read(reads, 4096)
    os.close(reads)
