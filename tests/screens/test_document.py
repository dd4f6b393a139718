"""Document: reading is shown as it happens, what no API tells is asked, values are shown one at a time."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.choose import ChooseScreen
from screens.demo_help import DemoHelp
from screens.document import DocumentScreen
from screens.widgets.config_vars import ConfigVarsDialog
from screens.widgets.field import Field
from screens.widgets.masked_value import MaskedValue
from screens.widgets.scheduler_jobs import time_of
from tests.screens.conftest import Begun
from tests.screens.example_system import DRAIN_GAP, EMAILER, example_system
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import Vault
from wizard.document.answers import set_jobs, typed_job
from wizard.model.plan import Plan
from wizard.model.secret import Secret
from wizard.model.system import ConfigVar, Origin
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.session.parts import ANSWERS, PLAN, SYSTEM, Answers
from wizard.session.store import Session


@asynccontextmanager
async def shown(
    session: Session, vault: Vault, size: tuple[int, int] = (80, 24), demo: DemoHelp | None = None
) -> AsyncIterator[tuple[OfframpApp, Pilot[str]]]:
    app = OfframpApp(session=session, vault=vault, demo=demo)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        if not isinstance(app.screen, DocumentScreen):
            await app.show_stage("document")
            await settled(pilot)
        yield app, pilot


async def filled(pilot: Pilot[str], **lines: str) -> None:
    """Fill lines of the form for jobs, enter after each: the text at once, since each key would take its
    time."""
    for name, text in lines.items():
        field = pilot.app.screen.query_one(f"#{name}", Field)
        field.value = text
        field.focus()
        await pilot.press("enter")
    await settled(pilot)


async def test_it_reads_by_itself_and_saves(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.connected()
    async with shown(session, vault) as (app, _):
        text = seen(app)
        assert session.load(SYSTEM) == world.heroku.system
    for word in ("migrate-backend", "migrate-frontend", "migrate-emailer", "3 apps", "1 database, 312 MB"):
        assert word in text
    assert "read 14:02 · 41 calls" in text
    assert world.heroku.closed == 1


async def test_reading_says_what_it_does(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    monkeypatch.setattr(world.heroku, "before_read_ends", go_on.wait)
    app = OfframpApp(session=begun.connected(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        while "of 3" not in seen(app):
            await asyncio.sleep(0.05)
            await pilot.pause()
        assert "● reading · 2 of 3 · 20 calls · config vars of migrate-emailer" in seen(app)
        assert "Leaving with esc ends it" in seen(app)
        await pilot.press("n")
        assert "First everything is read from Heroku." in seen(app)
        go_on.set()
        await settled(pilot)
        assert "3 apps" in seen(app) and "Leaving with esc" not in seen(app)


async def test_a_refused_token_says_what_to_do(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    world.heroku.trouble = SignInNeeded(
        "heroku", "Heroku refused the token: it expired.", remedy="Sign in to Heroku again (press 1)."
    )
    session = begun.connected()
    async with shown(session, vault) as (app, pilot):
        assert "✗ Heroku refused the token: it expired." in seen(app)
        assert "press 1" in seen(app) and "Leaving with esc" not in seen(app)
        assert session.load(SYSTEM) is None
        await pilot.press("r")
        await settled(pilot)
        assert "✗" not in seen(app) and session.load(SYSTEM) is not None


async def test_open_questions_hold_the_way_on(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented(example_system(jobs_known=False, gaps=(DRAIN_GAP,)))
    async with shown(session, vault) as (app, pilot):
        assert "⚠ 2 things no API tells" in seen(app)
        await pilot.press("n")
        assert "2 things no API tells are not answered yet: press j." in seen(app)
        await pilot.press("j")
        await settled(pilot)
        assert "Scheduler jobs of migrate-emailer" in seen(app)
        await filled(pilot, command="python send_emails.py", every="weekly")
        await pilot.press("enter")
        assert "`weekly` is no interval of Heroku Scheduler." in " ".join(seen(app).split())
        await filled(pilot, every="day", at="02:30")
        assert "✓ every day at 02:30 UTC  python send_emails.py" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        answers = session.load(ANSWERS)
        assert answers is not None
        assert [(job.command, job.every, job.at) for job in answers.jobs[EMAILER]] == [
            ("python send_emails.py", 1440, 150)
        ]
        await pilot.press("j")
        await settled(pilot)
        assert "Where is migrate-frontend deployed from?" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        answers = session.load(ANSWERS)
        assert answers is not None and answers.acknowledged == (DRAIN_GAP.key,)
        assert "no API tells" not in seen(app)
        await pilot.press("n")
        await settled(pilot)
        assert isinstance(app.screen, ChooseScreen)


async def test_no_jobs_at_all_is_an_answer(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented(example_system(jobs_known=False))
    async with shown(session, vault) as (app, pilot):
        await pilot.press("j")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "The list is empty. Enter again says that migrate-emailer" in seen(app)
        assert session.load(ANSWERS) is None
        await pilot.press("enter")
        await settled(pilot)
        answers = session.load(ANSWERS)
        assert answers is not None and answers.jobs == {EMAILER: ()}
        assert "no API tells" not in seen(app)


async def test_a_job_is_kept_at_once_and_the_list_goes_on_later(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = begun.documented(example_system(jobs_known=False))
    async with shown(session, vault) as (app, pilot):
        await pilot.press("j")
        await settled(pilot)
        await filled(pilot, command="rake x", every="day", at="02:75")
        assert "`02:75` is no time of the clock." in " ".join(seen(app).split())
        await filled(pilot, at="02:15")
        await pilot.press("escape")
        await settled(pilot)
        answers = session.load(ANSWERS)
        assert answers is not None and [job.at for job in answers.jobs[EMAILER]] == [135]
        assert "1 thing no API tells" in seen(app), "nobody called the list complete"
        await pilot.press("j")
        await settled(pilot)
        assert "✓ every day at 02:15 UTC  rake x" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "no API tells" not in seen(app)


async def test_an_answer_can_be_changed(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented(example_system(jobs_known=False, gaps=(DRAIN_GAP,)))
    job = typed_job(EMAILER, "rake x", 10)
    answers = set_jobs(Answers(acknowledged=(DRAIN_GAP.key,)), EMAILER, (job,), complete=True)
    session.save(ANSWERS, answers)
    async with shown(session, vault) as (app, pilot):
        assert "no API tells" not in seen(app)
        await pilot.press("j")
        await settled(pilot)
        assert "Which answer is to change?" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "✓ every 10 minutes  rake x" in seen(app)
        await pilot.press("ctrl+x")
        await filled(pilot, command="rake y", every="10")
        await pilot.press("enter")
        await settled(pilot)
        changed = session.load(ANSWERS)
        assert changed is not None and [one.command for one in changed.jobs[EMAILER]] == ["rake y"]
        assert changed.unfinished == ()


async def test_a_job_that_cannot_be_saved_is_not_shown_as_kept(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise Trouble("There is no room left on this disk.", remedy="Make room.", code="disk-full")

    async with shown(begun.documented(example_system(jobs_known=False)), vault) as (app, pilot):
        monkeypatch.setattr(DocumentScreen, "save", full)
        await pilot.press("j")
        await settled(pilot)
        await filled(pilot, command="rake x", every="10")
        text = " ".join(seen(app).split())
        assert "There is no room left on this disk." in text and "no job in the list yet" in text


@pytest.mark.parametrize("text", ["02:75", "24:00", "99:10", ""])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(Trouble):
        time_of(text, 1440)


def test_times_as_the_dashboard_shows_them() -> None:
    assert (time_of("02:30", 1440), time_of("23:59", 1440), time_of("7", 1440)) == (150, 1439, 420)
    assert (time_of(":30", 60), time_of("30", 60), time_of("", 10)) == (30, 30, 0)


async def test_a_half_typed_job_is_not_lost(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented(example_system(jobs_known=False))
    async with shown(session, vault) as (app, pilot):
        await pilot.press("j")
        await settled(pilot)
        await pilot.press(*"rake x", "ctrl+s")
        assert "is not in the list yet" in " ".join(seen(app).split())
        assert session.load(ANSWERS) is None


async def test_a_new_answer_drops_the_plan(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented(example_system(jobs_known=False))
    session.save(PLAN, Plan(name="acme-shop", source="heroku", target="aptible", steps=()))
    async with shown(session, vault) as (_, pilot):
        await pilot.press("j")
        await settled(pilot)
        await pilot.press("ctrl+s", "ctrl+s")
        await settled(pilot)
        assert session.load(PLAN) is None
        assert session.load(SYSTEM) is not None


async def test_details_open_where_there_is_no_room_beside(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    async with shown(begun.documented(), vault) as (app, pilot):
        assert "heroku-24" not in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        text = seen(app)
        assert "heroku-24 · EU · Python" in text and "python worker.py" in text


async def test_details_follow_the_highlight_where_there_is_room(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    async with shown(begun.documented(), vault, (120, 40)) as (app, pilot):
        assert "python migrate.py" in seen(app)
        await pilot.press("down")
        await settled(pilot)
        assert "www.acme.example" in seen(app) and "python migrate.py" not in seen(app)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "www.acme.example" not in seen(app)


async def test_config_vars_are_dots_until_one_is_asked_for(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    async with shown(begun.documented(), vault) as (app, pilot):
        await pilot.press("v")
        await settled(pilot)
        assert isinstance(app.screen, ConfigVarsDialog)
        text = seen(app)
        assert "SECRET_KEY" in text and "set by the add-on" in text and "(empty)" in text
        assert "value of" not in text
        await pilot.press("v")
        await settled(pilot)
        assert "value of DATABASE_URL" in seen(app) and "value of SECRET_KEY" not in seen(app)
        await pilot.press("down")
        await settled(pilot)
        assert "value of" not in seen(app)


async def test_a_shown_value_hides_by_itself(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    async with shown(begun.documented(), vault) as (app, pilot):
        await pilot.press("v")
        await settled(pilot)
        masked = app.screen.query_one(MaskedValue)
        masked._seconds = 0.05
        masked.reveal(Secret("visible for a moment"))
        await pilot.pause()
        assert "visible for a moment" in seen(app)
        while masked.shown:
            await asyncio.sleep(0.02)
        await pilot.pause()
        assert "visible for a moment" not in seen(app)
        await pilot.press("c")
        await pilot.pause()
        assert app.clipboard == "", "only what is shown is copied"
        masked.reveal(Secret("asked to be shown"))
        await pilot.press("c")
        await pilot.pause()
        assert app.clipboard == "asked to be shown" and "Copied the value of" in seen(app)


async def test_a_code_folder_is_read_before_it_is_kept(
    world: FakeWorld, begun: Begun, vault: Vault, tmp_path: Path
) -> None:
    folder = tmp_path / "backend"
    folder.mkdir()
    (folder / "Procfile").write_text("web: python server.py\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    session = begun.documented()
    async with shown(session, vault) as (app, pilot):
        assert "code: ?" in seen(app)
        await pilot.press("c")
        await settled(pilot)
        app.screen.query_one(Field).value = "/nowhere/at/all"
        await pilot.press("enter")
        await settled(pilot)
        assert "There is no folder /nowhere/at/all." in seen(app)
        assert session.load(ANSWERS) is None
        await pilot.press("c")
        await settled(pilot)
        app.screen.query_one(Field).value = str(folder)
        await pilot.press("enter")
        await settled(pilot)
        answers = session.load(ANSWERS)
        assert answers is not None and list(answers.checkouts.values()) == [str(folder)]
        assert "code ✓" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("end")
        await settled(pilot)
        assert "Heroku runs `worker` (python worker.py), not in the Procfile." in " ".join(
            seen(app).replace("│", " ").split()
        )


async def test_the_demo_knows_its_folders(
    world: FakeWorld, begun: Begun, vault: Vault, tmp_path: Path
) -> None:
    demo = DemoHelp(
        target="aptible",
        source_token=Secret("t-0123456789"),
        target_email="demo@example.com",
        target_password=Secret("p-0123456789"),
        checkouts={"migrate-emailer": str(tmp_path)},
    )
    session = begun.connected()
    async with shown(session, vault, demo=demo):
        answers = session.load(ANSWERS)
        assert answers is not None and answers.checkouts == {EMAILER: str(tmp_path)}


async def test_names_with_markup_are_shown_as_they_are(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    system = example_system()
    odd = msgspec.structs.replace(system.apps[0], name="odd[/]name[red]", stack="[/foo]")
    session = begun.documented(msgspec.structs.replace(system, apps=(odd, *system.apps[1:])))
    async with shown(session, vault, (120, 40)) as (app, pilot):
        assert "odd[/]name[red]" in seen(app) and "[/foo]" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "odd[/]name[red]" in seen(app)
        await pilot.press("escape", "v")
        await settled(pilot)
        assert "Config vars of odd[/]name[red]" in seen(app)


async def test_names_of_config_vars_with_markup_are_shown_as_they_are(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    names = ["A[/]B", "C[", "D[red]", "E\\", "[/foo]", "F\\["]
    system = example_system()
    config = tuple(ConfigVar(name=name, origin=Origin(kind="person")) for name in names)
    odd = msgspec.structs.replace(system.apps[0], name="app E\\", config=config)
    none = msgspec.structs.replace(system.apps[1], config=())
    system = msgspec.structs.replace(system, apps=(odd, none, *system.apps[2:]))
    session = begun.documented(system)
    world.heroku.system = system
    async with shown(session, vault) as (app, pilot):
        await pilot.press("v")
        await settled(pilot)
        assert isinstance(app.screen, ConfigVarsDialog)
        assert "Config vars of app E\\ " in seen(app)
        for name in names:
            assert f"─ {name} ─" in seen(app)
            await pilot.press("v")
            await settled(pilot)
            assert f"value of {name}" in seen(app)
            await pilot.press("down")
            await pilot.pause()
        await pilot.press("escape", "down", "v")
        assert "migrate-frontend has no config vars." in seen(app)
