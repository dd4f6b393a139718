"""The bell and what goes with it: how it is wrapped, and that an end is rung for when it comes."""

import re

from screens.monitor.bell import Bell, ring
from tests.screens.a_run import ARun
from tests.screens.a_worker import Worker, opened, settle
from wizard.credentials import Vault
from wizard.run.news import News
from wizard.run.view import view

NEWS = News("k", "Offramp: a;b", "Waits for you at a gate: cut-over")


def test_the_terminal_rings_and_shows_it_in_both_ways() -> None:
    assert ring(NEWS, {}) == (
        "\x07\x1b]9;Offramp: a,b. Waits for you at a gate: cut-over\x07"
        "\x1b]777;notify;Offramp: a,b;Waits for you at a gate: cut-over\x07"
    )


def test_tmux_and_screen_hand_it_on_and_ring_themselves() -> None:
    in_tmux = ring(NEWS, {"TMUX": "x"})
    assert in_tmux.startswith("\x07\x1bPtmux;\x1b\x1b]9;") and in_tmux.count("\x1b\\") == 2
    in_screen = ring(NEWS, {"STY": "x"})
    assert re.fullmatch(r"\x07\x1bP\x1b\]9;[^\x1b]+\x1b\\\x1bP\x1b\]777;[^\x1b]+\x1b\\", in_screen)


def test_an_end_is_rung_for_when_it_is_seen_to_come(run: ARun) -> None:
    def bodies(bell: Bell) -> str:
        now = view(run.session)
        assert now is not None
        news = bell.news(now)
        return news.body if news else ""

    bell = Bell()
    assert bodies(bell) == ""
    run.journal.set_run("done")
    assert bodies(bell) == "Done: every step is done and checked."
    assert bodies(bell) == "" and bodies(Bell()) == ""


async def test_the_monitor_rings_in_its_terminal(run: ARun, vault: Vault, worker: Worker) -> None:
    run.copying()
    app = opened(run, vault)
    sent: list[str] = []
    app.write_to_terminal = sent.append  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert sent == []
        run.gate()
        await settle(pilot)
        await settle(pilot)
        assert len(sent) == 1 and "Waits for you at a gate: cut-over" in sent[0]
