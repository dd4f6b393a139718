"""The monitor in front of a journal: what stands on the screen, and what the keys do and refuse."""

import re

from screens.app import OfframpApp
from screens.gate import GateDialog
from screens.run import RunScreen
from screens.run_lists import RunLists
from screens.widgets.confirm_typing import ConfirmTyping
from tests.screens.a_run import COPY, DEPLOY, GATE, ARun
from tests.screens.a_worker import Worker, opened, settle
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.model.trouble import Trouble
from wizard.run.view import SecretWanted
from wizard.session.store import Session

REFUSED = Trouble(
    "The deploy of migrate-backend failed: its release command ended with 1.",
    untouched="Heroku's data is as it was.",
    remedy="Look at its log (l); press r to try again.",
    code="deploy-failed",
)


async def test_the_copy_is_shown_with_estimates_marked(run: ARun, vault: Vault) -> None:
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = seen(app)
    assert "● running · begun " in text
    assert "5 of 12  Copy migrate-db into acme-db" in text
    assert "~67 %  23.8 of ~35.6 GB" in text
    assert "41 MB/s · rows: ~24 to 31 min left · 18 of 22 tables proven" in text
    assert "80.5 of ~132 M rows" in text
    assert "✓ up 41 min · 2 reconnects · 31 ms" in text
    assert "next    6 gate: cut-over · 7 Maintenance mode on" in text


async def test_a_paused_run_shows_no_speed_and_p_goes_on(run: ARun, vault: Vault, worker: Worker) -> None:
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("p")
        await settle(pilot)
        assert worker.asked == [{"do": "pause"}]
        run.journal.set_run("paused", waiting_for="you: press r to go on")
        await settle(pilot)
        text = seen(app)
        assert "⏸ Paused: nothing moves until you press p." in text
        assert "MB/s" not in text
        assert "min left" not in text
        assert "p go on" in text
        await pilot.press("p")
        await settle(pilot)
    assert worker.asked[1:] == [{"do": "resume"}]


async def test_a_broken_tunnel_is_the_reason_that_nothing_moves(run: ARun, vault: Vault) -> None:
    run.copying(waiting_for="the tunnel: connection refused, trying again in 4 s")
    run.tunnel("broken", reason="connection refused")
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = seen(app)
    assert "Waiting for the tunnel: connection refused, trying again in 4 s." in text
    assert "✗ broken: connection refused" in text
    assert "MB/s" not in text


async def test_a_dead_worker_is_said_and_r_starts_it(run: ARun, vault: Vault, worker: Worker) -> None:
    run.copying().kill(ago=300)
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = " ".join(seen(app).split())
        assert "✗ worker gone" in text
        assert "The worker is gone (last sign 5 min ago): nothing moves. Press r to start it again" in text
        assert "? not known" in text
        assert "MB/s" not in text
        await pilot.press("p")
        assert "No worker runs, so nothing moves already." in seen(app)
        await pilot.press("r")
        await settle(pilot)
        assert worker.started == 1
        run.revive()
        await settle(pilot)
        assert "● running" in seen(app)


async def test_a_silent_worker_is_told_from_a_living_one(run: ARun, vault: Vault) -> None:
    run.copying()
    run.beat(ago=42)
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = seen(app)
    assert "⚠ silent" in text
    assert re.search(r"The worker has given no sign for (4[2-9]|5\d) s", text), text
    assert "MB/s" not in text


async def test_a_gate_passes_only_by_its_word(run: ARun, vault: Vault, worker: Worker) -> None:
    run.gate()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "Waiting for you at a gate: cut-over." in seen(app)
        assert "enter gate" in seen(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, GateDialog)
        text = seen(app)
        assert "✓ 34 of 34 tables of acme-db proven equal to" in text
        assert "⚠ www.acme.example still points at Heroku" in text
        assert "Scale migrate-backend to zero on Heroku" in text
        assert "Heroku serves again as before." in text
        await pilot.press("y", "enter")
        assert "That is not acme-shop. Nothing was done." in seen(app)
        assert worker.asked == []
        await pilot.press("backspace", *"acme-shop", "enter")
        await settle(pilot)
    assert worker.asked == [{"do": "answer", "gate": GATE, "word": "acme-shop"}]


async def test_escape_at_a_gate_is_later(run: ARun, vault: Vault, worker: Worker) -> None:
    run.gate()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert isinstance(app.screen, RunScreen)
    assert worker.asked == []


async def test_a_gate_answered_elsewhere_closes(run: ARun, vault: Vault, worker: Worker) -> None:
    run.gate()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        run.end(GATE)
        run.journal.drop_gauge("gate")
        run.journal.set_run("running")
        await settle(pilot)
        assert isinstance(app.screen, RunScreen)
        assert "The gate is no longer open" in seen(app)


async def test_a_refused_answer_is_told(run: ARun, vault: Vault, worker: Worker) -> None:
    run.gate()
    worker.answer = {"ok": False, "why": "That gate is not open."}
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter", *"acme-shop", "enter")
        await settle(pilot)
        assert "That gate is not open." in seen(app)


async def test_a_failure_says_cause_untouched_and_remedy(run: ARun, vault: Vault, worker: Worker) -> None:
    run.fail(DEPLOY, REFUSED)
    run.journal.log(DEPLOY, ["release: relation users is missing"])
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = " ".join(seen(app).split())
        for part in (REFUSED.cause, REFUSED.untouched, REFUSED.remedy, "relation users is missing"):
            assert part in text
        await pilot.press("r")
        await settle(pilot)
    assert worker.asked == [{"do": "retry"}]


async def test_back_takes_a_typed_name_and_says_what_it_does(run: ARun, vault: Vault, worker: Worker) -> None:
    run.reach(DEPLOY)
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("p")
        assert "The cut-over is under way" in seen(app)
        await pilot.press("s")
        assert "go back to Heroku with b first" in seen(app)
        await pilot.press("b")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmTyping)
        assert "maintenance mode off again: migrate-backend" in seen(app)
        assert "scaled back to what it was: migrate-backend" in seen(app)
        await pilot.press(*"acme-shop", "enter")
        await settle(pilot)
    assert worker.asked == [{"do": "back"}]


async def test_before_the_cut_over_there_is_nothing_to_take_back(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("b")
        assert "Heroku is untouched so far: there is nothing to take back." in seen(app)
        await pilot.press("s")
        await pilot.press(*"stop", "enter")
        await settle(pilot)
    assert worker.asked == [{"do": "stop"}]


async def test_taken_back_says_why(run: ARun, vault: Vault) -> None:
    run.reach(DEPLOY)
    run.journal.end(DEPLOY, "failed", None, REFUSED)
    for key in ("scale-down:migrate-backend", "maintenance:migrate-backend"):
        run.journal.end(key, "undone", None)
    run.journal.set_run("taken-back")
    run.kill()
    app = OfframpApp(session=run.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.show_stage("run")
        await settle(pilot)
        text = " ".join(seen(app).split())
    assert "✓ taken back" in text
    assert "Heroku runs as before the cut-over. The cut-over did not succeed: The deploy" in text
    assert text.count("taken back") >= 3


async def test_a_way_back_that_broke_off_is_not_called_resumable(run: ARun, vault: Vault) -> None:
    run.reach(DEPLOY)
    run.journal.end("scale-down:migrate-backend", "undone", None)
    run.journal.set_run("failed", waiting_for="you: Maintenance mode could not be taken back: no answer.")
    run.kill()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = " ".join(seen(app).split())
        assert "Going back did not finish" in text
        assert "Maintenance mode could not be taken back: no answer." in text
        await pilot.press("r")
        assert "press b to try that again" in seen(app)


async def test_a_wanted_credential_leads_to_signing_in(run: ARun, vault: Vault, worker: Worker) -> None:
    run.copying()
    run.journal.gauge("secret", SecretWanted(vendor="aptible", reason="Aptible refused the token."))
    run.journal.set_run("waiting", waiting_for="you: sign in again")
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        text = " ".join(seen(app).split())
        assert "Waiting for you: Aptible refused the token. Press enter to sign in again" in text
        # What the vault has is handed over once, when the screen comes up.
        assert worker.started == 1
        await settle(pilot)
        assert worker.started == 1


async def test_the_lists_filter_scroll_and_follow(run: ARun, vault: Vault) -> None:
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await pilot.pause()
        assert isinstance(app.screen, RunLists)
        text = seen(app)
        assert "All tables   1 to " in text
        assert "public.order_lines" in text
        assert "reference.countr" not in text
        await pilot.press("end")
        await pilot.pause()
        assert "reference.countr" in seen(app)
        await pilot.press("slash", *"carr", "enter")
        await pilot.pause()
        assert "reference.carriers" in seen(app)
        assert "public.events" not in seen(app)
        await pilot.press("escape", "e")
        run.journal.event("tunnel", "The tunnel was opened anew")
        await settle(pilot)
        assert "The tunnel was opened anew" in seen(app)
        await pilot.press("o")
        await pilot.pause()
        assert "Gate: the move is final" in seen(app)
        await pilot.press("l")
        await pilot.pause()
        assert "No step has a log yet." in seen(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, RunScreen)


async def test_a_list_is_searched_line_by_line(run: ARun, vault: Vault) -> None:
    run.reach(DEPLOY)
    run.journal.log(
        DEPLOY, [f"line {n} {'Error: no room' if n in (20, 21, 90) else 'built'}" for n in range(120)]
    )
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("l", "home", "n")
        await pilot.pause()
        assert "s searches first" in seen(app)
        await pilot.press("s", *"error:", "enter")
        await pilot.pause()
        assert "'error:': 1 of 3" in seen(app) and "line 20 Error: no room" in seen(app)
        assert "line 19 built" in seen(app), "what stands around it is there, too"
        await pilot.press("n", "n")
        await pilot.pause()
        assert "3 of 3" in seen(app) and "line 90 Error" in seen(app) and "line 20" not in seen(app)
        await pilot.press("n")
        await pilot.pause()
        assert "1 of 3" in seen(app)
        await pilot.press("N")
        await pilot.pause()
        assert "3 of 3" in seen(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, RunLists) and "/ filter" in seen(app)
        await pilot.press("s", *"nowhere", "enter")
        await pilot.pause()
        assert "Nothing has 'nowhere' in it." in seen(app)


async def test_markup_from_outside_is_only_text(run: ARun, vault: Vault) -> None:
    run.reach(DEPLOY)
    run.journal.log(DEPLOY, ["[bold]evil[/] [/foo] [link=x]"])
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "[bold]evil[/] [/foo] [link=x]" in seen(app)
        await pilot.press("l")
        await pilot.pause()
        assert "[bold]evil[/] [/foo] [link=x]" in seen(app)


async def test_another_offramp_has_the_session(run: ARun, vault: Vault, worker: Worker, begun: Begun) -> None:
    run.gate()
    other = Session(run.session.folder)
    assert other.claim() is None
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "read only" in seen(app)
        await pilot.press("p")
        assert "has this session." in seen(app)
        await pilot.press("enter")
        assert isinstance(app.screen, GateDialog) and "Type acme-shop" not in seen(app)
        # The other one ends: control passes to this one by itself.
        other.close()
        await settle(pilot)
        assert "read only" not in seen(app)
    assert worker.asked == []


async def test_nothing_has_run_yet(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    made = ARun(begun.chosen())
    app = OfframpApp(session=made.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await app.show_stage("run")
        await settle(pilot)
        assert "Nothing has run yet. The plan starts it" in seen(app)
        await pilot.press("p")
        assert "Nothing has run yet." in seen(app)


async def test_a_log_step_shows_its_log_as_it_streams(run: ARun, vault: Vault) -> None:
    run.reach(DEPLOY)
    run.journal.log(DEPLOY, ["building"])
    app = opened(run, vault)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "building" in seen(app)
        run.journal.log(DEPLOY, ["starting web"])
        await settle(pilot)
        text = seen(app)
        assert "starting web" in text
        assert "(expected ~20 s to 10 min)" in text


def test_the_copy_step_is_the_plans() -> None:
    """The gauge's name is the key of the step, as the worker writes it."""
    assert COPY == "copy:acme-db"
