"""`offramp rollback`: an app on the target goes back to the release before, once its name was typed."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence

from screens.background import in_thread
from screens.headless.asking import want_consent
from screens.headless.exit_codes import DONE
from screens.headless.follow import who
from screens.headless.say import say
from wizard.credentials import Vault, open_vault
from wizard.mapping.spaces import space_of_app
from wizard.model.mapping import AppChoice
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Target, TargetApp, TargetDeploy
from wizard.registry import open_target
from wizard.run.journal import Journal
from wizard.run.release_before import Rollback, release_before, rollback_lines, why_no_rollback
from wizard.run.rollback import deployed_app, known_rollbacks, roll_back
from wizard.run.view import view
from wizard.session.parts import MAPPING, SYSTEM, TARGET
from wizard.session.store import Session, find


def rollback(identity: str, name: str, *, yes: bool) -> int:
    """Say what going back means, ask for the app's name, and do it."""
    session = find(identity)
    try:
        choice = _choice(session, name)
        if why := why_no_rollback(view(session)):
            raise Trouble(
                why,
                untouched="Nothing was changed.",
                remedy=f"`offramp status {session.id}` tells how the run stands.",
                code="not-taken",
            )
        vault = open_vault()
        lines = asyncio.run(what_going_back_means(session, vault, choice))
        for line in lines:
            say(line)
        want_consent(choice.handle, what="go back", yes=yes, out=sys.stdout)
        say(asyncio.run(go_back(session, vault, choice, lines)) + ".")
    finally:
        session.close()
    return DONE


async def what_going_back_means(session: Session, vault: Vault, choice: AppChoice) -> list[str]:
    """What a person reads before; raises Trouble."""
    async with _opened(session, vault, choice) as (target, app):
        back, deploys = await _found(session, target, app)
        return rollback_lines(app.handle, back, deploys)


async def go_back(session: Session, vault: Vault, choice: AppChoice, told: Sequence[str]) -> str:
    """Deploy it; a sentence about what runs then. `told` is what the person read before saying yes.

    Raises:
        Trouble: it failed, or is not what was told any more: minutes may have gone by at the question.
    """
    async with _opened(session, vault, choice) as (target, app):
        back, deploys = await _found(session, target, app)
        if rollback_lines(app.handle, back, deploys) != list(told):
            raise Trouble(
                f"{app.handle} was deployed to since you were asked.",
                untouched="Nothing was changed.",
                remedy="Look again what going back means now.",
                code="not-taken",
            )
        return await roll_back(session, target, app, back, vault=vault, who=who())


@contextlib.asynccontextmanager
async def _opened(
    session: Session, vault: Vault, choice: AppChoice
) -> AsyncIterator[tuple[Target, TargetApp]]:
    name, mapping = session.load(TARGET), session.load(MAPPING)
    assert name is not None and mapping is not None
    target = await in_thread(open_target, session, vault, name.provider)
    try:
        yield target, await deployed_app(target, space_of_app(mapping, choice.app_id), choice.handle)
    finally:
        await target.close()


async def _found(session: Session, target: Target, app: TargetApp) -> tuple[Rollback, list[TargetDeploy]]:
    deploys = await target.deploys(app)
    return release_before(app.handle, deploys, known_rollbacks(Journal(session), app.handle)), deploys


def _choice(session: Session, name: str) -> AppChoice:
    """The app that is meant, by its name on either side."""
    mapping, system = session.load(MAPPING), session.load(SYSTEM)
    names = {app.id: app.name for app in system.apps} if system else {}
    moved = mapping.moved_apps() if mapping else ()
    for choice in moved:
        if name in (choice.handle, names.get(choice.app_id)):
            return choice
    raise Trouble(
        f"{session.name} moves no app {clean(name)}.",
        remedy=f"Its apps: {', '.join(choice.handle for choice in moved) or 'none'}.",
        code="usage",
    )
