"""Home in pictures: the list of migrations, and what is asked there."""

from datetime import timedelta

import pytest

from screens import home_entries
from tests.screens.a_run import ARun
from tests.screens.conftest import Begun
from tests.screens.pictures.sessions import chosen
from tests.screens.pictures.still import NOW, touched
from tests.screens.pictures.studio import Studio
from wizard.model.trouble import Trouble
from wizard.session.store import Session, infos

TOO_SMALL = (59, 14)


def left(session: Session, seconds_ago: float) -> None:
    """Close a session as one that was left so long ago."""
    session = Session(session.folder)
    file = session.folder / "session.sqlite3"
    at = (NOW - timedelta(seconds=seconds_ago)).isoformat()
    with session.database.change() as change:
        change.execute("UPDATE part SET saved_at = ?", (at,))
        change.execute("UPDATE event SET at = ?", (at,))
    session.close()
    touched(file, seconds_ago)


async def test_home(studio: Studio, begun: Begun) -> None:
    async with studio.at() as pilot:
        await studio.take(pilot, "home-empty")
        await studio.press(pilot, "n")
        await studio.take(pilot, "home-new")
        await studio.press(pilot, "escape", "question_mark")
        await studio.take(pilot, "help-home")
        await studio.press(pilot, "escape", "q")
        await studio.take(pilot, "leave")
        await studio.press(pilot, "escape")
        await studio.take(pilot, "too-small", size=TOO_SMALL)


def _elsewhere() -> list[object]:
    """Every session, in a folder that has the same name on each machine."""
    found: list[object] = []
    for folder, info in infos():
        if isinstance(info, Trouble):
            cause = info.cause.replace(str(folder.parent), "/srv/code/.local/share/offramp/sessions")
            found.append((folder, Trouble(cause, remedy=info.remedy, code=info.code)))
        else:
            found.append((folder, info))
    return found


async def test_migrations(studio: Studio, begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_entries, "infos", _elsewhere)
    broken = begun.new("billing")
    file = broken.folder / "session.sqlite3"
    broken.close()
    file.write_bytes(b"this is no database, and was never one" * 100)
    touched(file, 90 * 86_400)
    done = ARun(chosen(begun, "old-blog")).start()
    for step in done.plan.steps:
        done.journal.intend(step)
        done.end(step.key)
    done.journal.set_run("done")
    done.close()
    left(done.session, 3 * 86_400)
    failed = ARun(chosen(begun, "intranet", "code-capsules")).start()
    failed.fail("push:migrate-backend", Trouble("The push was refused.", remedy="Look.", code="push-failed"))
    failed.close()
    left(failed.session, 3 * 3600)
    left(begun.connected("migrate"), 2 * 86_400 + 3700)
    left(chosen(begun, "shop-eu"), 45)
    run = ARun(chosen(begun)).start().copying()
    async with studio.at() as pilot:
        await studio.take(pilot, "home")
        await studio.press(pilot, "x")
        await studio.take(pilot, "home-delete")
        await studio.press(pilot, *"no", "enter")
        await studio.take(pilot, "home-delete-refused")
        await studio.press(pilot, "escape", "end", "up", "up", "enter")
        await studio.take(pilot, "home-broken")
        await studio.press(pilot, "slash", *"shop")
        await studio.take(pilot, "home-filter")
        await studio.press(pilot, *"zzz")
        await studio.take(pilot, "home-filter-nothing")
    run.close()
