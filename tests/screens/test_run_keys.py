"""The monitor's keys where they do something else: a run that lost its worker, and a palette over a list."""

import asyncio

import pytest

from screens import run_tunnel
from screens.headless.tell import status_lines
from screens.keyed import KeyedScreen
from screens.monitor.bell import Bell
from screens.monitor.words import back_lines
from screens.run_lists import RunLists
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.field import Field
from tests.screens.a_run import DEPLOY, ARun
from tests.screens.a_worker import Worker, opened, settle
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.model.trouble import Trouble
from wizard.run.view import view


async def test_stop_marks_a_run_whose_worker_is_gone(run: ARun, vault: Vault, worker: Worker) -> None:
    run.copying().kill()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("s")
        await pilot.pause()
        assert "The worker is gone already." in seen(app)
        await pilot.press(*"stop", "enter")
        await settle(pilot)
        assert "The run is stopped; what is done is kept." in seen(app)
        assert "⏸ stopped" in seen(app)
        found = run.journal.run()
    assert worker.asked == [] and found is not None and found.state == "stopped"


async def test_the_terminals_cursor_is_where_a_person_types_and_back_on_the_step_afterwards(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert " of " in seen(app).splitlines()[app.cursor_position.y], "the step that it is at"
        await pilot.press("s")
        await settle(pilot)
        field = app.screen.query_one(Field)
        assert app.cursor_position == field.cursor_screen_offset, "before a key is pressed"
        assert app.cursor_position.y == field.region.y > 8
        await pilot.press(*"no", "enter")
        await settle(pilot)
        assert "That is not stop." in seen(app)
        assert app.cursor_position.y == field.region.y, "the line went up by one"
        await pilot.press("escape")
        await settle(pilot)
        assert " of " in seen(app).splitlines()[app.cursor_position.y]
        await pilot.press("ctrl+c")
        await settle(pilot)
        row = seen(app).splitlines()[app.cursor_position.y]
        assert "Everything is saved" in row, "a dialog with nothing to type in"


async def test_a_cut_over_whose_worker_is_gone_is_taken_back_first(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.reach(DEPLOY).kill()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("s")
        await pilot.pause()
        assert "go back to Heroku with b first" in seen(app)
        assert not isinstance(app.screen, ConfirmTyping)


async def test_the_palette_finds_what_an_open_list_can_do(run: ARun, vault: Vault) -> None:
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 40)) as pilot:
        await settle(pilot)
        await pilot.press("t", "ctrl+p")
        await pilot.pause()
        while "events  (e)" not in seen(app):
            await asyncio.sleep(0.02)
            await pilot.pause()
        assert "pause  (p)" not in seen(app), "the monitor's keys do not work over its lists"
        await pilot.press(*"events")
        while "tables  (t)" in seen(app):
            await asyncio.sleep(0.02)
            await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, RunLists) and app.screen.kind == "events"


async def test_the_palette_offers_nothing_of_the_screen_over_a_question(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 40)) as pilot:
        await settle(pilot)
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmTyping)
        await pilot.press("ctrl+p")
        await pilot.pause()
        while "Light or dark" not in seen(app):
            await asyncio.sleep(0.02)
            await pilot.pause()
        assert "pause  (p)" not in seen(app) and "detach  (d)" not in seen(app)


async def test_at_a_gate_the_footer_keeps_every_key_that_works(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.gate()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        footer = seen(app).splitlines()[-1]
        for key in ("enter gate", "t tables", "l log", "s stop", "d detach", "? help", "q quit"):
            assert key in footer
        assert "b back" not in footer, "it does nothing before the cut-over"


async def test_a_step_that_failed_has_its_code_on_the_monitor_in_its_lists_and_in_lines(
    run: ARun, vault: Vault, worker: Worker
) -> None:
    run.fail(DEPLOY, Trouble("The deploy failed.", remedy="Look at its log.", code="operation-failed"))
    app = opened(run, vault)
    async with app.run_test(size=(80, 44)) as pilot:
        await settle(pilot)
        assert "Look at its log. [operation-failed]" in seen(app)
        await pilot.press("o")
        await settle(pilot)
        assert "Look at its log. [operation-failed]" in seen(app)
        await pilot.press("escape")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, KeyedScreen)
        screen.show_trouble(Trouble("No.", remedy="Wait.", code="unreachable"))
        await pilot.pause()
        assert "Wait. [unreachable]" in seen(app)
        seen_now = view(run.session)
        assert status_lines(run.session, seen_now)[-1].endswith("Look at its log. [operation-failed]")


async def test_what_was_said_goes_when_the_run_is_done(run: ARun, vault: Vault, worker: Worker) -> None:
    run.gate()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter", *"acme-shop", "enter")
        await settle(pilot)
        assert "the run goes on" in seen(app)
        run.journal.drop_gauge("gate")
        run.journal.set_run("done")
        await settle(pilot)
        assert "every step is done" in seen(app)
        assert "the run goes on" not in seen(app)


def test_the_bell_rings_once_for_each_wait(run: ARun) -> None:
    bell, rung = Bell(), []

    def look() -> None:
        now = view(run.session)
        assert now is not None
        rung.append(bell.news(now) is not None)

    look()
    run.gate()
    look()
    look()
    run.kill()
    look()
    assert rung == [False, True, False, True]


async def test_a_tunnel_of_ones_own_is_told_by_its_port(
    run: ARun, vault: Vault, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_tunnel, "ask", lambda session, request, timeout: worker.ask(session, request))
    run.copying()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await pilot.pause()
        assert "Your own tunnel to acme-db" in seen(app)
        await pilot.press(*"x5433", "enter")
        await pilot.pause()
        assert "A port is a number" in seen(app) and worker.asked == []
        await pilot.press("home", "delete", "enter")
        await settle(pilot)
        assert worker.asked == [{"do": "port", "where": "acme-db", "port": 5433}]
        assert "Your own tunnel is used." in seen(app)
        worker.answer = {"ok": False, "why": "What is at port 5433 is not taken for acme-db."}
        await pilot.press("n")
        await pilot.pause()
        await pilot.press(*"5433", "enter")
        await settle(pilot)
        assert "is not taken for acme-db" in seen(app)


async def test_without_a_worker_nothing_needs_a_tunnel(run: ARun, vault: Vault, worker: Worker) -> None:
    run.copying().kill()
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await pilot.pause()
        assert "nothing needs a tunnel" in seen(app)


def test_going_back_says_how_many_rows_stay_behind(run: ARun) -> None:
    words = "1,204 rows were written to acme-db since the proof; going back leaves them there"
    run.reach(DEPLOY)
    run.gate((("good", "nothing else"), ("look", words)))
    seen_now = view(run.session)
    assert seen_now is not None
    lines = back_lines(seen_now, "Aptible")
    assert f"  · {words}" in lines and not any("nothing else" in line for line in lines)
