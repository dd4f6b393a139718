"""Preparing and planning in pictures: the changes of the code, the steps, and what stops them."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import assets
from screens import plan as plan_module
from screens.prepare import PrepareScreen
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, example_system
from tests.screens.pictures.sessions import PROFILES, chosen, prepared
from tests.screens.pictures.studio import Studio
from wizard.credentials import Vault
from wizard.document.checkout import read_checkout
from wizard.mapping.edit import decide_app, leave_undecided
from wizard.mapping.rules import propose
from wizard.model.plan import Finding
from wizard.prepare import branch_git
from wizard.session.parts import MAPPING, PLAN, PREFLIGHT, Preflight
from wizard.session.store import Session

APPS = {BACKEND: "migrate-backend", FRONTEND: "migrate-frontend", EMAILER: "migrate-emailer"}
DATED = {"GIT_AUTHOR_DATE": "2026-11-30T12:00:00Z", "GIT_COMMITTER_DATE": "2026-11-30T12:00:00Z"}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def mapped(begun: Begun, short_folder: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Everything is decided; the three apps are git clones."""
    identity = branch_git._identity
    monkeypatch.setattr(branch_git, "_identity", lambda folder: {**identity(folder), **DATED})
    for name, value in DATED.items():
        monkeypatch.setenv(name, value)  # a commit is called by its date, too
    studio.known_as[str(short_folder)] = "/srv/code/source"
    session = chosen(begun)
    checkouts = {}
    for app_id, name in APPS.items():
        folder = short_folder / name
        shutil.copytree(Path(assets.__file__).parent / "demo" / name, folder)
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "what runs on Heroku")
        checkouts[app_id] = read_checkout(folder)
    proposed = propose(example_system(), PROFILES["aptible"], checkouts)
    session.save(MAPPING, leave_undecided(proposed, "not needed there"))
    return session


async def test_prepare(studio: Studio, mapped: Session, short_folder: Path) -> None:
    (short_folder / "migrate-emailer" / "notes.txt").write_text("not committed")
    async with studio.at(mapped) as pilot:
        assert isinstance(pilot.app.screen, PrepareScreen)
        await studio.take(pilot, "prepare")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-prepare")
        await studio.press(pilot, "escape")
        await studio.enter(pilot, f"{BACKEND}\nfile\nDockerfile")
        await studio.take(pilot, "prepare-file")
        await studio.press(pilot, "escape", "w")
        await studio.take(pilot, "prepare-refused")
        (short_folder / "migrate-emailer" / "notes.txt").unlink()
        await studio.press(pilot, "r")
        await studio.press(pilot, "w")
        await studio.press(pilot, "home")
        await studio.take(pilot, "prepare-written")
        await studio.press(pilot, "c")
        await studio.take(pilot, "prepare-copy")


async def test_prepare_nothing(studio: Studio, begun: Begun) -> None:
    session = chosen(begun)
    mapping = leave_undecided(propose(example_system(), PROFILES["aptible"]), "not needed")
    for app_id in APPS:
        mapping = decide_app(mapping, app_id, "leave", "not wanted")
    session.save(MAPPING, mapping)
    async with studio.at(session, "prepare") as pilot:
        await studio.take(pilot, "prepare-nothing")


GOOD = Finding(state="good", what="ssh is there")
LOOK = Finding(
    state="look",
    what="migrate-backend has had a release since it was read",
    detail="it was release 7, now it is 8",
    remedy="Read the system again under document (2, r).",
)
BLOCKS = Finding(
    state="blocks",
    what="migrate-backend-db is not empty",
    detail="it holds 3 tables that Offramp did not make: users, posts, schema_migrations",
    remedy="Choose another database, or empty it yourself; then press r to look again.",
)


class Checks:
    """Stands in for the preflight."""

    def __init__(self) -> None:
        self.findings: tuple[Finding, ...] = (GOOD, GOOD, LOOK)

    async def look(self, session: Session, vault: Vault, report: Callable[[str], None]) -> Preflight:
        plan = session.load(PLAN)
        assert plan is not None
        found = Preflight(
            plan_digest=plan.digest(), looked_at="2026-11-30T14:02:11+00:00", findings=self.findings
        )
        session.save(PREFLIGHT, found)
        return found


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    made = Checks()
    monkeypatch.setattr(plan_module, "look", made.look)
    monkeypatch.setattr("screens.plan_checks.is_old", lambda found: False)
    return made


async def test_plan(studio: Studio, begun: Begun, checks: Checks) -> None:
    async with studio.at(prepared(begun), "plan") as pilot:
        await studio.take(pilot, "plan")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-plan")
        await studio.press(pilot, "escape")
        await studio.enter(pilot, "step\ngate:cut-over")
        await studio.take(pilot, "plan-step")
        await studio.press(pilot, "escape")
        await studio.enter(pilot, "finding\n2")
        await studio.take(pilot, "plan-finding")
        await studio.press(pilot, "escape", "s")
        await studio.take(pilot, "plan-start")
        await studio.press(pilot, "escape", "slash", *"gate")
        await studio.take(pilot, "plan-filter")


async def test_plan_that_is_stopped(studio: Studio, begun: Begun, checks: Checks) -> None:
    checks.findings = (GOOD, BLOCKS)
    async with studio.at(prepared(begun), "plan") as pilot:
        await studio.press(pilot, "s")
        await studio.take(pilot, "plan-stopped")


async def test_no_plan(studio: Studio, begun: Begun) -> None:
    async with studio.at(chosen(begun), "plan") as pilot:
        await studio.take(pilot, "plan-none")


async def test_plan_of_code_capsules(studio: Studio, begun: Begun, checks: Checks) -> None:
    async with studio.at(prepared(begun, target="code-capsules"), "plan") as pilot:
        await studio.press(pilot, "end")
        await studio.take(pilot, "plan-capsules")
