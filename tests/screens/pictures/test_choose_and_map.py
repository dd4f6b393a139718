"""Choosing and mapping in pictures: the targets side by side, and what becomes of each component."""

import msgspec
import pytest

from screens.map import MapScreen
from screens.map_rows import row_id
from screens.widgets.row_list import RowList
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, PAPERTRAIL, example_system
from tests.screens.fakes import FakeWorld
from tests.screens.pictures.sessions import CODE, PROFILES, chosen
from tests.screens.pictures.studio import Studio
from tests.wizard.stages.capsule_target import web, with_app
from wizard.choose.offer import OFFER, Offer
from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.ports import Stack
from wizard.session.parts import MAPPING


async def test_choose(studio: Studio, begun: Begun) -> None:
    async with studio.at(begun.documented(), "choose") as pilot:
        await studio.take(pilot, "choose")
        await studio.press(pilot, "d")
        await studio.take(pilot, "choose-details")
        await studio.press(pilot, "n")
        await studio.take(pilot, "choose-next-refused")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-choose")


async def test_choose_what_is_too_large(studio: Studio, begun: Begun) -> None:
    system = example_system()
    large = msgspec.structs.replace(system.apps[0].processes[0], size="Performance-L", memory_mb=14336)
    apps = (msgspec.structs.replace(system.apps[0], processes=(large,)), *system.apps[1:])
    async with studio.at(begun.documented(msgspec.structs.replace(system, apps=apps)), "choose") as pilot:
        await studio.press(pilot, "right")
        await studio.take(pilot, "choose-too-large")


async def test_map_aptible(studio: Studio, begun: Begun) -> None:
    session = chosen(begun)
    stacks = (Stack(name="shared-eu", region="eu-central-1"), Stack(name="acme-own", region="us-east-1"))
    types = {"postgresql": ("15", "16", "17"), "redis": ("7.2",)}
    session.save(OFFER, Offer(provider="aptible", stacks=stacks, types=types))
    async with studio.at(session, "map") as pilot:
        await studio.take(pilot, "map")
        await studio.press(pilot, "n")
        await studio.take(pilot, "map-next-refused")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-map")
        await studio.press(pilot, "escape")
        for component, name in {
            ("region",): "map-region",
            ("process", BACKEND, "web"): "map-process",
            ("way", BACKEND): "map-way",
            ("job", EMAILER, "job-1"): "map-job",
            ("database", "addon-db"): "map-database",
            ("domain", FRONTEND, "www.acme.example"): "map-domain",
            ("add-on", PAPERTRAIL): "map-add-on",
        }.items():
            await studio.enter(pilot, row_id(component))
            await studio.take(pilot, name)
            await studio.press(pilot, "escape")
        await studio.enter(pilot, row_id(("process", BACKEND, "web")))
        await studio.press(pilot, "down", "enter")
        await studio.type(pilot, "many")
        await studio.take(pilot, "map-count-refused")
        await studio.press(pilot, "escape")
        pilot.app.screen.query_one(RowList).go_to(row_id(("add-on", PAPERTRAIL)))
        await studio.press(pilot, "x")
        await studio.take(pilot, "map-leave")
        await studio.press(pilot, "escape", "u")
        await studio.take(pilot, "map-leave-open")
        await studio.type(pilot, "not needed there")
        await studio.take(pilot, "map-decided")


async def test_map_who_may_pull(studio: Studio, begun: Begun) -> None:
    session = chosen(begun)
    mapping = propose(example_system(), PROFILES["aptible"])
    session.save(MAPPING, edit.set_way(mapping, BACKEND, "image", "ghcr.io/acme/shop:v42"))
    async with studio.at(session, "map") as pilot:
        await studio.enter(pilot, row_id(("way", BACKEND)))
        await studio.take(pilot, "map-image")
        await studio.enter(pilot, "login")
        await studio.take(pilot, "map-login")


def _as_it_is(screen: MapScreen) -> None:
    """In place of reading the code: what was found in it stands in the session."""
    screen._proposed = True
    screen.renew()


async def test_map_code_capsules(
    studio: Studio, begun: Begun, world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = example_system()
    system = with_app(known, FRONTEND, processes=web("npm start"), buildpacks=("heroku/nodejs",))
    session = chosen(begun, target="code-capsules", system=system)
    profile = PROFILES["code-capsules"]
    session.save(MAPPING, propose(system, profile, CODE))
    offer = Offer(provider="code-capsules", teams={"acme": "Acme Ltd", "ada": "Ada"})
    session.save(OFFER, offer)
    monkeypatch.setattr(MapScreen, "begin", _as_it_is)
    async with studio.at(session, "map") as pilot:
        await studio.take(pilot, "map-capsules")
        for component, name in {
            ("team",): "map-capsules-team",
            ("process", BACKEND, "web"): "map-capsules-process",
            ("way", BACKEND): "map-capsules-way",
            ("files", BACKEND): "map-capsules-files",
            ("job", EMAILER, "job-1"): "map-capsules-job",
        }.items():
            await studio.enter(pilot, row_id(component))
            await studio.take(pilot, name)
            await studio.press(pilot, "escape")
        await studio.press(pilot, "end")
        await studio.take(pilot, "map-capsules-end")
