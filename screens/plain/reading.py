"""Reading everything from the source, with a line now and then about how far it is."""

import time

import msgspec

from screens.plain.desk import Desk
from wizard.document.changes import changes
from wizard.document.pages.page import counted
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.ports import ReadProgress
from wizard.registry import open_source
from wizard.session.parts import ANSWERS, SYSTEM, SYSTEM_BEFORE

BETWEEN = 15.0
"""Seconds between lines about the reading."""


def read_everything(desk: Desk, *, code: Secret | None = None, opened: tuple[str, ...] = ()) -> System:
    """Read, keep what was read, and say what changed since the reading before.

    Args:
        code: of a second factor, for what wants one; it is good for this reading only.
        opened: ids of apps that are opened to the token with it first: a write that the person agreed to.

    Raises:
        Trouble: nothing could be read; what was read before stays.
    """
    system = desk.wait("Reading from Heroku", _read(desk, code, opened))
    before = desk.session.load(SYSTEM)
    same = before is not None and before.account.id == system.account.id
    if before is not None and same:
        desk.save(SYSTEM_BEFORE, before)
    else:  # what another account sees says nothing of what changed
        desk.session.drop(SYSTEM_BEFORE)
    desk.save(SYSTEM, system)
    _take_demo_folders(desk, system)
    desk.console.say(f"Everything is read; Heroku was asked {system.calls:,} times.")
    if before is not None and same and (changed := changes(before, system)):
        desk.console.say(f"{counted(len(changed), 'thing')} changed since the reading before.")
    return system


async def _read(desk: Desk, code: Secret | None, opened: tuple[str, ...]) -> System:
    said = time.monotonic()

    def report(now: ReadProgress) -> None:
        nonlocal said
        if time.monotonic() - said >= BETWEEN:
            said = time.monotonic()
            slow = "; Heroku's rate limit makes it slow" if now.slow else ""
            desk.console.say(f"{now.done:,} of {now.total:,}: {now.doing}{slow}", indent="  ")

    source = open_source(desk.session, desk.vault)
    try:
        if code is not None:
            for app_id in opened:
                await source.pre_authorise(app_id, code)
            source.second_factor(code)
        return await source.read(report)
    finally:
        await source.close()


def _take_demo_folders(desk: Desk, system: System) -> None:
    if desk.demo is None:
        return
    answers, there = desk.answers(), desk.demo.checkouts
    known = {app.id: there[app.name] for app in system.apps if app.name in there}
    desk.save(ANSWERS, msgspec.structs.replace(answers, checkouts={**known, **answers.checkouts}))
