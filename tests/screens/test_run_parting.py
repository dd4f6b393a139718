"""What the monitor says of Heroku while the cut-over holds it, and of the run when a person leaves."""

from collections.abc import Callable

import pytest

from screens.app import OfframpApp
from screens.headless.logging_out import warn_of_logout
from screens.monitor.line import texts
from screens.monitor.scene import Kept, Seen, scene
from screens.monitor.words import parting
from tests.screens.a_run import DEPLOY, ARun
from tests.screens.a_worker import Worker, opened, settle
from tests.screens.seen import seen
from wizard import logout
from wizard.credentials import Vault
from wizard.logout import Logout
from wizard.model.plan import Evidence
from wizard.run.view import SecretWanted, view
from wizard.session.store import Session


def monitor(run: ARun) -> str:
    now = view(run.session)
    assert now is not None
    return " ".join(texts(scene(Seen(now), 78, 19, Kept()).lines).split())


def test_a_dead_worker_in_the_cut_over_does_not_let_heroku_be_forgotten(run: ARun) -> None:
    assert "heroku" not in monitor(run)
    run.reach(DEPLOY)
    assert "heroku ⚠ maintenance mode since" in monitor(run)
    assert "b takes it back" in monitor(run)
    text = monitor(run.kill())
    assert "nothing moves, and Heroku stays as the cut-over left it. Press r to start it again" in text
    assert "Or b: Heroku serves again as before." in text
    assert "heroku ⚠ maintenance mode since" in text
    run.journal.end("maintenance:migrate-backend", "undone", None)
    assert "maintenance mode since" not in monitor(run)


def test_a_cut_over_that_has_only_begun_says_so(run: ARun) -> None:
    run.reach("maintenance:migrate-backend")
    assert "heroku ⚠ the cut-over has begun to change it · b takes it back" in monitor(run)


def test_what_somebody_else_has_switched_off_is_not_said_to_be_on(run: ARun) -> None:
    run.reach(DEPLOY)
    assert "maintenance mode since" in monitor(run)
    run.journal.end("maintenance:migrate-backend", "lost", Evidence(summary="undone by somebody else"))
    assert "maintenance mode since" not in monitor(run)


def _secret(run: ARun) -> None:
    run.copying()
    run.journal.set_run("waiting", waiting_for="you")
    wanted = SecretWanted(vendor="aptible", reason="The token has ended.")
    run.journal.gauge("secret", wanted)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (lambda run: run.copying(), "The run of acme-shop goes on."),
        (lambda run: run.gate(), "The run of acme-shop waits for you."),
        (_secret, "The run of acme-shop waits for you."),
        (lambda run: run.copying().kill(), "No worker runs: the run of acme-shop stands still."),
        (
            lambda run: run.reach(DEPLOY).kill(),
            "No worker runs, and Heroku stays as the cut-over of acme-shop left it.",
        ),
        (lambda run: run.journal.set_run("done"), ""),
    ],
)
def test_who_leaves_reads_what_becomes_of_the_run(
    run: ARun, state: Callable[[ARun], object], words: str
) -> None:
    state(run)
    assert parting(view(run.session)) == f"Everything is saved. {words}".rstrip()


async def test_the_question_before_leaving_says_the_same(run: ARun, vault: Vault, worker: Worker) -> None:
    run.reach(DEPLOY).kill()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+c")
        text = " ".join(seen(app).replace("│", "").split())
        assert (
            "Heroku stays as the cut-over of acme-shop left it." in text and "goes on by itself" not in text
        )
        assert "`offramp` shows it again" in text


async def test_a_sentence_that_the_dead_worker_made_untrue_goes(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.gate()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter", *"acme-shop", "enter")
        await settle(pilot)
        assert "the run goes on" in seen(app)
        run.kill()
        await settle(pilot)
        assert "the run goes on" not in seen(app)


async def test_a_sentence_about_going_back_goes_when_that_is_done(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.reach(DEPLOY)
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("b", *"acme-shop", "enter")
        await settle(pilot)
        assert "✓ Going back to Heroku." in seen(app)
        run.journal.set_run("taken-back")
        await settle(pilot)
        assert "Going back to Heroku." not in seen(app) and "✓ taken back" in seen(app)


async def test_a_list_over_the_monitor_is_stopped_by_ctrl_z_too(
    run: ARun, vault: Vault, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(OfframpApp, "action_suspend_process", lambda app: stopped.append(app.screen.id or ""))
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for keys in (("l",), ("escape", "question_mark")):
            await pilot.press(*keys, "ctrl+z")
    assert len(stopped) == 2


async def test_who_watches_reads_a_gate_and_cannot_pass_it(run: ARun, vault: Vault, worker: Worker) -> None:
    run.gate()
    other = Session(run.session.folder)
    assert other.claim() is None
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        text = seen(app)
        assert "─ Cut-over ─" in text and "Will happen" in text
        assert "Read only" in text and "Type acme-shop" not in text
        await pilot.press(*"acme-shop", "enter", "escape")
        await settle(pilot)
        assert worker.asked == [] and "─ Cut-over ─" not in seen(app)
        # Whoever had it leaves: this one has it, and is told.
        other.close()
        await settle(pilot)
        assert "You have control now" in seen(app) and "read only" not in seen(app)


def test_who_leaves_a_run_behind_is_warned_where_logging_out_ends_it(
    run: ARun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [Logout(place="login", kills=True, scope=True)]
    monkeypatch.setattr(logout, "look", lambda: found[0])
    warn_of_logout()
    said = capsys.readouterr().err
    assert said.startswith("logind ends your processes when you log out, a run too (KillUserProcesses). ")
    assert "To keep a run: loginctl enable-linger" in said
    found[0] = Logout(place="login", kills=True, scope=True, lingers=True)
    warn_of_logout()
    found[0] = Logout(place="login", kills=True)
    run.kill()
    warn_of_logout()
    assert capsys.readouterr().err == ""
