"""The map: a proposal at the first visit, decisions row by row, and nothing undecided goes on."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.map import MapScreen
from screens.map_options import leaving, options
from screens.map_rows import entries, row_id
from screens.widgets.field import Field
from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import RowList
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, PAPERTRAIL, example_system
from tests.screens.fakes import FakeWorld, fake_profile
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.document.checkout import Checkout
from wizard.mapping import edit
from wizard.mapping.check import components, problems
from wizard.mapping.edit import set_checkout
from wizard.mapping.problem import Problem
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.system import System
from wizard.ports import Profile
from wizard.session.parts import ANSWERS, MAPPING, PLAN, SYSTEM, Answers
from wizard.session.store import Session


async def settle(pilot: Pilot[str]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def kept(session: Session) -> Mapping:
    mapping = session.load(MAPPING)
    assert mapping is not None
    return mapping


def go_to(app: OfframpApp, *component: str) -> None:
    app.screen.query_one(RowList).go_to(row_id(component))


async def test_the_first_visit_proposes_and_saves(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, MapScreen)
        text = seen(app)
        assert "service web, 1 x 512 MB" in text
        assert "of 26 decided" in text
        assert kept(session).databases[0].add_on_id == DATABASE
        await pilot.press("n")
        assert "First decide: " in seen(app)
        assert isinstance(app.screen, MapScreen)


async def test_the_region_of_the_data_is_seen_and_changed(
    begun: Begun, world: FakeWorld, vault: Vault
) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        (row,) = [line for line in seen(app).splitlines() if "region" in line]
        assert row.split()[:4] == ["region", "eu", "→", "eu-central-1"]
        go_to(app, "region")
        await pilot.press("enter", "enter")
        await pilot.press(*["backspace"] * 20, *"no such", "enter")
        assert "has no such region." in seen(app)
        await pilot.press(*["backspace"] * 20, *"us-east-1", "enter")
        await settle(pilot)
        assert kept(session).region == "us-east-1"
        assert "→ us-east-1" in seen(app)


async def test_a_count_is_asked_checked_and_saved(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        go_to(app, "process", BACKEND, "web")
        await pilot.press("enter", "down", "enter")
        await pilot.press("end", "backspace", *"many", "enter")
        assert "Type a number from 0 to 100." in seen(app)
        await pilot.press(*["backspace"] * 4, "3", "enter")
        await settle(pilot)
        assert "service web, 3 x 512 MB" in seen(app)
        web = next(one for one in kept(session).processes if (one.app_id, one.type) == (BACKEND, "web"))
        assert (web.count, web.reason) == (3, "count set by a person")


async def test_leaving_needs_a_reason(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        go_to(app, "add-on", PAPERTRAIL)
        await pilot.press("x", "enter")
        assert "Type something" in seen(app)
        await pilot.press(*"logs go to Datadog", "enter")
        await settle(pilot)
        assert "✗ stays" in seen(app)
        papertrail = next(one for one in kept(session).add_ons if one.add_on_id == PAPERTRAIL)
        assert (papertrail.action, papertrail.reason) == ("leave", "logs go to Datadog")


async def test_leaving_a_database_behind_takes_its_urls_along(
    begun: Begun, world: FakeWorld, vault: Vault
) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        go_to(app, "database", DATABASE)
        await pilot.press("x", *"not needed", "enter")
        await settle(pilot)
        url = next(one for one in kept(session).config if (one.app_id, one.name) == (EMAILER, "DATABASE_URL"))
        assert url.action == "drop"


async def test_an_app_that_stays_and_writes_is_decided_or_explained(
    begun: Begun, world: FakeWorld, vault: Vault
) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        go_to(app, "app", BACKEND)
        await pilot.press("x", *"is rewritten", "enter")
        await settle(pilot)
        text = " ".join(seen(app).split())
        assert "it would write to the old one" in text and "say why it does no harm" in text
        await pilot.press("enter", "enter", *"is switched off", "enter")
        await settle(pilot)
        backend = kept(session).app(BACKEND)
        assert backend is not None and backend.harmless == "is switched off"
        assert "it would write to the old one" not in " ".join(seen(app).split())


async def test_a_change_drops_the_plan(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    from tests.screens.a_run import plan

    session = begun.chosen()
    session.save(MAPPING, propose(example_system(), fake_profile()))
    session.save(PLAN, plan())
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show_stage("map")
        await settle(pilot)
        assert session.load(PLAN) is not None
        go_to(app, "port")
        await pilot.press("enter", "enter", *["backspace"] * 4, *"8080", "enter")
        await settle(pilot)
        assert session.load(PLAN) is None
        assert kept(session).port == 8080


async def test_copied_vars_are_summed_up_and_open(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    app = OfframpApp(session=begun.chosen(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "SECRET_KEY" not in seen(app)
        app.screen.query_one(RowList).go_to(f"copied\n{BACKEND}")
        await pilot.press("enter")
        await settle(pilot)
        assert "SECRET_KEY" in seen(app)


async def test_what_was_decided_survives_a_new_reading(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        go_to(app, "add-on", PAPERTRAIL)
        await pilot.press("x", *"gone", "enter")
        await settle(pilot)
        session.save(SYSTEM, example_system())
        await app.show_stage("map")
        await settle(pilot)
        assert next(one for one in kept(session).add_ons if one.add_on_id == PAPERTRAIL).reason == "gone"


async def test_everything_decided_goes_on(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("j")
        current = app.screen.query_one(RowList).current
        assert current is not None
        await pilot.press("u", *"not needed there", "enter")
        await settle(pilot)
        assert not any(one.action == "undecided" for one in kept(session).config)
        await pilot.press("n")
        # What is left are the folders with the code, which no reason replaces.
        assert "has no folder with its code" in " ".join(seen(app).split())


async def test_a_folder_that_cannot_be_read_does_not_stop_the_proposal(
    begun: Begun, world: FakeWorld, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun.chosen()
    session.save(ANSWERS, Answers(checkouts={BACKEND: "~no-such-user-here/x", FRONTEND: "/fine"}))

    def read(path: str, **_: object) -> Checkout:
        if path == "/fine":
            return Checkout(path=path, is_git=True)
        raise OSError("nobody foresaw this")

    monkeypatch.setattr("screens.code_folders.read_checkout", read)
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        mapping = kept(session)
    checkouts = {one.app_id: one.checkout for one in mapping.apps}
    assert checkouts == {BACKEND: None, FRONTEND: "/fine", EMAILER: None}


async def test_a_folder_named_on_document_is_the_one_that_is_prepared(
    begun: Begun, world: FakeWorld, vault: Vault, tmp_path: Path
) -> None:
    session = begun.chosen()
    mapping = set_checkout(propose(example_system(), fake_profile()), BACKEND, "/old/folder")
    session.save(MAPPING, mapping)
    session.save(ANSWERS, Answers(checkouts={BACKEND: "/old/folder"}))
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show_stage("document")
        await settle(pilot)
        await pilot.press("c")
        await settle(pilot)
        app.screen.query_one(Field).value = str(tmp_path)
        await pilot.press("enter")
        await settle(pilot)
        answers, backend = session.load(ANSWERS), kept(session).app(BACKEND)
    assert answers is not None and answers.checkouts[BACKEND] == str(tmp_path.resolve())
    assert backend is not None and backend.checkout == str(tmp_path.resolve())


async def test_leaving_all_counts_what_is_undecided_and_says_what_stays(
    begun: Begun, world: FakeWorld, vault: Vault
) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("u")
        await settle(pilot)
        # Three apps without a folder are open rows too, and no reason settles them.
        assert "Why are these 2 left behind?" in seen(app)
        await pilot.press(*"not needed", "enter")
        await settle(pilot)
        assert "2 left behind. 3 still stop the map: j jumps to them." in seen(app)
        await pilot.press("u")
        await settle(pilot)
        assert "Nothing is undecided. What stops the map: j jumps to it." in seen(app)
        assert isinstance(app.screen, MapScreen)


async def test_a_key_judges_nothing_anew(
    begun: Begun, world: FakeWorld, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    judged: list[Mapping] = []

    def judge(system: System, mapping: Mapping, profile: Profile) -> tuple[Problem, ...]:
        judged.append(mapping)
        return problems(system, mapping, profile)

    monkeypatch.setattr("screens.map.problems", judge)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        judged.clear()
        await pilot.press("down", "j", "n", "down", "slash", "escape", "question_mark")
        await settle(pilot)
        assert judged == []
        await pilot.press("escape")
        go_to(app, "add-on", PAPERTRAIL)
        await pilot.press("x", *"old", "enter")
        await settle(pilot)
        assert judged and judged[-1] == kept(session), "a change is judged"


def test_a_row_that_is_left_is_not_asked_for_sizes() -> None:
    system, profile = example_system(), fake_profile()
    mapping = propose(system, profile)
    for component, change in (
        (("process", BACKEND, "web"), edit.decide_process(mapping, BACKEND, "web", "leave", "old")),
        (("database", DATABASE), edit.decide_database(mapping, DATABASE, "leave", "old")),
        (("app", FRONTEND), edit.decide_app(mapping, FRONTEND, "leave", "old")),
    ):
        assert len(options(component, system, mapping, profile)) > 2
        assert [one.id for one in options(component, system, change, profile)][1:] == ["leave"]


def test_a_size_decides_what_was_undecided() -> None:
    system, profile = example_system(), fake_profile()
    mapping = edit.decide_database(propose(system, profile), DATABASE, "undecided", "not told")
    mapping = edit.decide_process(mapping, BACKEND, "web", "undecided", "too large")
    for change in (
        edit.set_service_count(mapping, BACKEND, "web", 2),
        edit.set_service_memory(mapping, BACKEND, "web", 1024),
    ):
        web = next(one for one in change.processes if (one.app_id, one.type) == (BACKEND, "web"))
        assert web.action == "service"
    assert edit.set_database(mapping, DATABASE, disk_gb=20).databases[0].action == "move"


async def test_another_offramp_changes_it(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    session = begun.chosen()
    other = Session(session.folder)
    assert other.claim() is None
    session.save(MAPPING, propose(example_system(), fake_profile()))
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        go_to(app, "process", BACKEND, "web")
        await pilot.press("enter")
        assert not isinstance(app.screen, PickOne)
        assert "has this session." in seen(app)
        other.close()
        # Whoever had it has ended: the next key takes over, the one after it works.
        go_to(app, "process", BACKEND, "web")
        await pilot.press("enter")
        await settle(pilot)
        assert "The other Offramp has ended; this one writes now." in seen(app)
        assert "read only" not in seen(app)
        go_to(app, "process", BACKEND, "web")
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, PickOne)


def test_every_component_has_a_row_and_options() -> None:
    system, profile = example_system(), fake_profile()
    mapping = propose(system, profile)
    rows = entries(system, mapping, profile, problems(system, mapping, profile), {BACKEND, FRONTEND, EMAILER})
    ids = {row.id for row in rows}
    for component in components(system):
        assert row_id(component) in ids
        offered = options(component, system, mapping, profile)
        assert offered
        assert len({one.id for one in offered}) == len(offered)


@pytest.mark.parametrize("component", list(components(example_system())), ids="-".join)
def test_every_component_but_none_can_be_left(component: tuple[str, ...]) -> None:
    system, profile = example_system(), fake_profile()
    mapping = propose(system, profile)
    option = leaving(component, system, mapping, profile)
    assert option is not None
    after = option.change(mapping, "no longer wanted")
    assert after != mapping
    assert "no longer wanted" in str(after)


def test_every_option_makes_a_mapping() -> None:
    """No option raises for a text that its own check lets through."""
    system, profile = example_system(), fake_profile()
    mapping = propose(system, profile)
    for component in [("environment",), ("region",), ("port",), *components(system)]:
        for option in options(component, system, mapping, profile):
            text = option.value if option.question else ""
            if option.question and (not text or option.check(text)):
                text = "because"
            assert isinstance(option.change(mapping, text), Mapping)
