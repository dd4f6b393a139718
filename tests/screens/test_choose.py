"""Choose: the targets side by side; what cannot be chosen says why."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.choose import ChooseScreen
from screens.connect import ConnectScreen
from screens.demo_help import DemoHelp
from screens.side_by_side import window
from tests.screens.conftest import Begun
from tests.screens.example_system import example_system
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import Vault
from wizard.model.mapping import Mapping, TargetChoice
from wizard.model.secret import Secret
from wizard.session.parts import MAPPING, TARGET
from wizard.session.store import Session


@asynccontextmanager
async def shown(
    session: Session, vault: Vault, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[OfframpApp, Pilot[str]]]:
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        if not isinstance(app.screen, ChooseScreen):
            await app.show_stage("choose")
            await settled(pilot)
        yield app, pilot


async def test_both_targets_stand_side_by_side(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(begun.documented(), vault, (120, 40)) as (app, _):
        text = seen(app)
    heads = next(line for line in text.splitlines() if "For this system" in line)
    assert heads.index("▸ Aptible") < heads.index("Code Capsules")
    for row in ("Fits", "Blockers", "You lose", "Region", "Per month", "Data to move", "Done by you"):
        assert row in text
    assert "(2026-11)" in text and "their price page, 2026-11-01" in text
    assert "Offramp cannot create its capsules yet." in text


async def test_the_example_marks_the_target_that_it_moves_to(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    secret = Secret("of the example")
    demo = DemoHelp(source_token=secret, target="code-capsules", target_email="", target_password=secret)
    app = OfframpApp(session=begun.documented(), vault=vault, demo=demo)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await app.show_stage("choose")
        await settled(pilot)
        assert "▸ Code Capsules" in seen(app)


async def test_what_cannot_be_chosen_says_why(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented()
    async with shown(session, vault) as (app, pilot):
        await pilot.press("right", "enter")
        await settled(pilot)
        assert isinstance(app.screen, ChooseScreen)
        assert "Code Capsules cannot be chosen. Offramp cannot create its capsules yet." in seen(app)
        assert session.load(TARGET) is None


async def test_what_one_component_cannot_do_does_not_shut_the_target(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    system = example_system()
    large = msgspec.structs.replace(system.apps[0].processes[0], size="Performance-L", memory_mb=14336)
    apps = (msgspec.structs.replace(system.apps[0], processes=(large,)), *system.apps[1:])
    session = begun.documented(msgspec.structs.replace(system, apps=apps))
    async with shown(session, vault) as (app, pilot):
        assert "needs 14336 MB" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        choice = session.load(TARGET)
        assert choice is not None and choice.provider == "aptible"


async def test_enter_chooses_and_leads_to_signing_in(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented()
    async with shown(session, vault) as (app, pilot):
        await pilot.press("n")
        assert "First choose a target" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        choice = session.load(TARGET)
        assert choice is not None and choice.provider == "aptible"
        assert "components fit" in choice.reason and "about $" in choice.reason
        assert isinstance(app.screen, ConnectScreen)
        assert "Heroku → Aptible" in seen(app) and "Sign in to Aptible." in seen(app)


async def test_what_was_mapped_stays_when_the_choice_is_made_again(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = begun.documented()
    session.save(TARGET, TargetChoice(provider="aptible"))
    session.save(MAPPING, Mapping(environment="acme-prod"))
    async with shown(session, vault) as (app, pilot):
        assert "Aptible  (chosen)" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        mapping = session.load(MAPPING)
        assert mapping is not None and mapping.environment == "acme-prod"


async def test_details_show_every_point(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(begun.documented(), vault) as (app, pilot):
        assert "… 5 more: d" in seen(app)
        await pilot.press("d")
        assert "more: d" not in seen(app) and "EMPTY_FLAG" in seen(app)
        before = seen(app)
        await pilot.press("pagedown")
        await settled(pilot)
        assert seen(app) != before


def test_columns_that_do_not_fit_follow_the_marked_one() -> None:
    assert window(2, 1, 77) == range(2)
    assert window(3, 0, 77) == range(2)
    assert window(3, 2, 77) == range(1, 3)
    assert window(3, 1, 40) == range(1, 2)
