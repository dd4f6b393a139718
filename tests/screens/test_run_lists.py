"""The long lists of a run beside a torrent of lines: a key is answered at once."""

import pytest

from screens import run_lists
from screens.monitor.line import Line
from screens.monitor.scene import Seen
from screens.monitor.whole_lists import Kind, lines_of
from tests.screens.a_run import DEPLOY, ARun
from tests.screens.a_worker import opened, settle
from tests.screens.seen import seen
from wizard.credentials import Vault


async def test_a_long_log_is_made_once_a_look_and_not_for_each_key(
    run: ARun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.reach(DEPLOY)
    run.journal.log(DEPLOY, [f"line {n}" for n in range(120)])
    made: list[str] = []

    def noted(kind: Kind, seen: Seen, cells: int) -> list[Line]:
        made.append(kind)
        return lines_of(kind, seen, cells)

    monkeypatch.setattr(run_lists, "lines_of", noted)
    monkeypatch.setattr("screens.run.EVERY", 3600.0)
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("l", "up", "up", "pageup")
        made.clear()
        await pilot.press("up", "down", "pageup", "home", "end", "up")
        assert made == [] and "line 118" in seen(app)
        run.journal.log(DEPLOY, ["the last line"])
        await pilot.press("end")
        await settle(pilot)
        assert "the last line" in seen(app)
        await pilot.press("e", "l")
        assert made == ["log", "events", "log"]
