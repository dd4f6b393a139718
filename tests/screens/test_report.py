"""Report: the evidence on the screen, exported without overwriting, credentials forgotten."""

import errno
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from screens.app import OfframpApp
from screens.mistake import as_trouble
from screens.report import ReportScreen
from tests.screens.conftest import Begun
from tests.screens.example_system import example_system
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import CredentialRef, Vault
from wizard.database.progress import Difference, Proof, RowDifferences, TableProof
from wizard.mapping.edit import leave_undecided
from wizard.mapping.rules import propose
from wizard.model.plan import Evidence
from wizard.plan.plan import make_plan
from wizard.registry import target_provider
from wizard.run.journal import Journal
from wizard.session.parts import CONNECTIONS, MAPPING, PLAN, Prepared, PreparedApp
from wizard.session.store import Session, find
from wizard.settings import KeyWish, Settings, settings_file

DIFFERENCES = (
    Difference(kind="index", name="public.i", words="index public.i is missing", judgement="lost"),
    Difference(kind="index", name="public.j", words="index public.j is not valid", judgement="harmless"),
    Difference(kind="setting", name="jit", words="setting jit is not taken along", judgement="on purpose"),
)


def finished(begun: Begun, *, equal: bool = True) -> Session:
    """A session whose run is done, with a proof."""
    session = begun.chosen()
    system, profile = example_system(), target_provider("aptible").profile()
    mapping = leave_undecided(propose(system, profile), "nobody uses it any more")
    session.save(MAPPING, mapping)
    prepared = Prepared(
        apps=tuple(
            PreparedApp(app_id=app.app_id, checkout="code", branch="", commit="a" * 40)
            for app in mapping.moved_apps()
        )
    )
    plan = make_plan(session.name, system, mapping, prepared, source_title="Heroku", profile=profile)
    session.save(PLAN, plan)
    journal = Journal(session)
    journal.start_run(plan)
    for step in plan.steps:
        journal.end(step.key, "done", Evidence(summary=f"{step.kind} is proven"))
    tables = (
        TableProof(
            name="public.events", source_rows=5, target_rows=5, source_digest="12345", target_digest="12345"
        ),
        TableProof(
            name="public.users",
            source_rows=4,
            target_rows=4 if equal else 3,
            source_digest="777",
            target_digest="777" if equal else "778",
            rows=None if equal else RowDifferences(words=("id = 77 is missing",), missing=1, more=0),
        ),
    )
    handle = mapping.moved_databases()[0].handle
    proof = Proof(
        database=handle,
        tables=tables,
        sequences_checked=8,
        differences=() if equal else DIFFERENCES,
        seconds=1.5,
    )
    journal.gauge(f"proof:{handle}", proof)
    journal.set_run("done")
    return session


@asynccontextmanager
async def shown(
    session: Session, vault: Vault, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[OfframpApp, Pilot[str]]]:
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, ReportScreen)
        yield app, pilot


async def test_the_evidence_stands_on_the_screen(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun), vault, (120, 120)) as (app, _):
        text = seen(app)
    assert "The system runs on Aptible" in text
    assert "2 of 2 tables equal, 9 rows" in text
    assert "public.events" in text and "✓ equal" in text
    assert "Yours to do now" in text and "Left behind" in text
    assert "nobody uses it any more" in text


async def test_what_differs_comes_first(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun, equal=False), vault, (120, 120)) as (app, _):
        lines = seen(app).splitlines()
    table = [line for line in lines if line.strip().startswith("public.")]
    assert "public.users" in table[0] and "✗ differs" in table[0] and "now 3" in table[0]
    assert "public.events" in table[1]


async def test_only_what_is_lost_is_shown_as_failed(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun, equal=False), vault, (120, 120)) as (app, _):
        lines = [line.strip() for line in seen(app).splitlines()]
    assert "✗ index public.i is missing" in lines
    assert "harmless: index public.j is not valid" in lines
    assert "on purpose: setting jit is not taken along" in lines
    assert lines.index("1 row only on the source, 0 only here") + 1 == lines.index("id = 77 is missing")


async def test_it_scrolls_by_keys_at_80x24(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun), vault) as (app, pilot):
        first = seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert seen(app) != first
        await pilot.press("home")
        await settled(pilot)
        assert seen(app) == first


async def test_export_writes_a_private_file_and_overwrites_none(
    world: FakeWorld, begun: Begun, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session = finished(begun)
    file = tmp_path / f"{session.id}-report.md"
    async with shown(session, vault) as (app, pilot):
        await pilot.press("e", "enter")
        await settled(pilot)
        assert file.read_text().startswith("# acme-shop: Heroku to Aptible")
        assert file.stat().st_mode & 0o777 == 0o600
        file.write_text("mine")
        await pilot.press("e", "enter")
        await settled(pilot)
        assert "is there already" in seen(app)
    assert file.read_text() == "mine"


async def test_credentials_are_forgotten_when_the_word_is_typed(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = finished(begun)
    begun.connected("other-shop")
    async with shown(session, vault) as (app, pilot):
        await pilot.press("f")
        await settled(pilot)
        text = seen(app)
        assert "heroku: ada@example.com" in text and "Also used by other-shop" in text
        assert vault.get(CredentialRef(vendor="heroku", account="user-1")) is not None
        await pilot.press(*"forget", "enter")
        await settled(pilot)
        assert "Forgotten on this machine: heroku: ada@example.com" in " ".join(seen(app).split())
        left = session.load(CONNECTIONS)
    assert left is not None and left.by_provider == {}
    assert vault.get(CredentialRef(vendor="heroku", account="user-1")) is None


async def test_a_key_is_named_as_the_person_has_set_it(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    keys = (KeyWish("report", "forget", "f5", 1), KeyWish("plan", "look", "f6", 2))
    app = OfframpApp(session=finished(begun), vault=vault, settings=Settings(settings_file(), keys=keys))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "f5 forgets them on this machine" in str(app.screen.query_one("#report", Static).content)
        await app.show_stage("plan")
        await settled(pilot)
        assert "Not checked yet. f6 looks." in seen(app)


async def test_escape_forgets_nothing(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun), vault) as (app, pilot):
        await pilot.press("f")
        await settled(pilot)
        assert "Also used by" not in seen(app), "no other session has these accounts"
        await pilot.press("escape")
        await settled(pilot)
    assert vault.get(CredentialRef(vendor="heroku", account="user-1")) is not None


async def test_who_may_only_read_forgets_nothing(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = finished(begun)
    other = find(session.id)
    assert other.claim() is None
    try:
        async with shown(session, vault) as (app, pilot):
            await pilot.press("f")
            await settled(pilot)
            assert "Read only" in seen(app)
            assert isinstance(app.screen, ReportScreen), "nothing is asked"
    finally:
        other.close()
    assert vault.get(CredentialRef(vendor="heroku", account="user-1")) is not None


async def test_both_sides_of_a_table_fit_80_columns(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun), vault, (80, 160)) as (app, _):
        text = seen(app)
    line = next(line for line in text.splitlines() if line.strip().startswith("public.events"))
    assert "5 = 5 " in line and "…12345" in line and "✓ equal" in line


async def test_a_difference_has_both_digests(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun, equal=False), vault, (80, 160)) as (app, _):
        assert "digest on Heroku …777, now …778" in seen(app)


async def test_times_of_events_are_those_of_the_file(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = finished(begun)
    journal = Journal(session)
    journal.event("look", "Something happened.")
    (event,), run = journal.events(), journal.run()
    assert run is not None
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()
        async with shown(session, vault, (100, 160)) as (app, _):
            text = seen(app)
    time.tzset()
    assert "What happened (times are UTC)" in text
    assert f"{event.at[11:19]} Something happened." in text
    assert f"begun {run.started_at[:10]} {run.started_at[11:16]} UTC" in text


async def test_the_filter_shows_what_contains_the_text(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(finished(begun), vault, (80, 24)) as (app, pilot):
        await pilot.press("slash", *"public.USERS", "enter")
        await settled(pilot)
        text = seen(app)
        assert "public.users" in text and "public.events" not in text
        await pilot.press("slash", *"xyz")
        await settled(pilot)
        assert "Nothing in the report contains xyz" in seen(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "The system runs on Aptible" in seen(app)
        assert isinstance(app.screen, ReportScreen), "escape only took the filter away"


async def test_an_address_is_copied(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = finished(begun)
    identity = session.id
    async with shown(session, vault, (100, 30)) as (app, pilot):
        await pilot.press("c")
        await settled(pilot)
        assert "There is no new address yet." in seen(app)
    session = find(identity)
    journal = Journal(session)
    for step in journal.plan().steps:  # type: ignore[union-attr]
        if step.kind == "endpoint":
            facts = {"url": f"https://{step.args['handle']}.new", "dns_target": "elb-1.example"}
            journal.end(step.key, "done", Evidence(summary="open", facts=facts))
    async with shown(session, vault, (100, 30)) as (app, pilot):
        await pilot.press("c")
        await settled(pilot)
        assert "web address of migrate-backend" in seen(app) and "CNAME of www.acme.example" in seen(app)
        await pilot.press("end", "enter")
        await settled(pilot)
        assert app.clipboard == "elb-1.example"
        assert "Copied elb-1.example, if your terminal allows it." in seen(app)


def test_a_full_disk_is_no_mistake_of_ours() -> None:
    assert as_trouble(OSError(errno.ENOSPC, "No space left on device")).code == "disk-full"
    assert as_trouble(OSError(errno.EDQUOT, "Disk quota exceeded")).code == "disk-full"
    assert as_trouble(OSError(errno.EIO, "Input/output error")).code == "mistake"
