"""Prepare: changes are read as diffs, and written to branches of real clones; work trees stay as they are."""

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

import assets
from screens.app import OfframpApp
from screens.prepare import PrepareScreen
from screens.stages import not_prepared, standing
from screens.widgets.copy_values import CopyValues
from screens.widgets.details import DetailsDialog
from screens.widgets.row_list import RowList
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, example_system
from tests.screens.fakes import FakeWorld, fake_profile
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.document.checkout import read_checkout
from wizard.mapping import edit
from wizard.mapping.edit import leave_undecided
from wizard.mapping.rules import propose
from wizard.model.system import ConfigVar, Origin
from wizard.session.parts import MAPPING, PREPARED, SYSTEM
from wizard.session.store import Session

APPS = {BACKEND: "migrate-backend", FRONTEND: "migrate-frontend", EMAILER: "migrate-emailer"}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def clones(tmp_path: Path) -> dict[str, Path]:
    """The example's three apps as git clones with one commit."""
    made: dict[str, Path] = {}
    for app_id, name in APPS.items():
        folder = tmp_path / name
        shutil.copytree(Path(assets.__file__).parent / "demo" / name, folder)
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "what runs on Heroku")
        made[app_id] = folder
    return made


@pytest.fixture
def mapped(begun: Begun, world: FakeWorld, clones: dict[str, Path]) -> Session:
    """Everything is decided."""
    session = begun.chosen()
    checkouts = {app_id: read_checkout(folder) for app_id, folder in clones.items()}
    proposed = propose(example_system(), fake_profile(), checkouts)
    session.save(MAPPING, leave_undecided(proposed, "not needed there"))
    return session


async def settle(pilot: Pilot[str]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_changes_are_read_then_written(mapped: Session, clones: dict[str, Path], vault: Vault) -> None:
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, PrepareScreen)
        text = seen(app)
        assert "Dockerfile" in text
        assert ".aptible.yml" in text
        assert "0 of 3 apps ready" in text
        await pilot.press("n")
        assert "First read the changes and press w" in seen(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, DetailsDialog)
        assert "+FROM python:" in seen(app)
        await pilot.press("escape")
        rows = app.screen.query_one(RowList)
        rows.go_to(next(row.id for row in rows.shown if "its shell keeps SIGTERM" in row.content.plain))
        await pilot.press("enter")
        await pilot.pause()
        assert "`worker`: its shell keeps SIGTERM" in seen(app)
        assert "this stops nothing" in seen(app)
        await pilot.press("escape", "w")
        await settle(pilot)
        assert "3 of 3 apps ready" in seen(app)
        assert "your work trees are as they were" in seen(app)
        prepared = mapped.load(PREPARED)
    assert prepared is not None
    for one in prepared.apps:
        folder = clones[one.app_id]
        assert git(folder, "status", "--porcelain") == ""
        assert "Dockerfile" in git(folder, "ls-tree", "--name-only", one.branch)
        assert "Dockerfile" not in git(folder, "ls-tree", "--name-only", "HEAD")
        assert git(folder, "rev-parse", one.branch).strip() == one.commit


async def test_two_apps_of_one_clone_keep_a_branch_each(
    mapped: Session, clones: dict[str, Path], vault: Vault
) -> None:
    code = clones[BACKEND]
    checkouts = {app_id: read_checkout(clones[app_id]) for app_id in APPS}
    checkouts[FRONTEND] = checkouts[BACKEND]
    proposed = propose(example_system(), fake_profile(), checkouts)
    mapped.save(MAPPING, leave_undecided(proposed, "not needed there"))
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert "3 of 3 apps ready" in seen(app)
        prepared = mapped.load(PREPARED)
    assert prepared is not None
    written = {one.app_id: one for one in prepared.apps}
    shared = f"offramp/{mapped.id}"
    assert written[BACKEND].branch == shared
    assert written[FRONTEND].branch == f"{shared}-{APPS[FRONTEND]}"
    for app_id in (BACKEND, FRONTEND):
        assert git(code, "rev-parse", written[app_id].branch).strip() == written[app_id].commit


async def test_uncommitted_work_is_refused_and_looked_at_again(
    mapped: Session, clones: dict[str, Path], vault: Vault
) -> None:
    (clones[BACKEND] / "notes.txt").write_text("not committed")
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "uncommitted" in seen(app)
        await pilot.press("w")
        await settle(pilot)
        assert mapped.load(PREPARED) is None
        assert "notes.txt" in " ".join(seen(app).split())
        (clones[BACKEND] / "notes.txt").unlink()
        await pilot.press("r")
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert "3 of 3 apps ready" in seen(app)


async def test_a_folder_that_went_away_is_said(
    mapped: Session, clones: dict[str, Path], vault: Vault
) -> None:
    shutil.rmtree(clones[FRONTEND])
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "✗ There is no folder" in seen(app)
        await pilot.press("w")
        assert "migrate-frontend: There is no folder" in " ".join(seen(app).split())


async def test_code_that_changed_since_is_not_ready(
    mapped: Session, clones: dict[str, Path], vault: Vault
) -> None:
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        # One change alters what is proposed, the other only what the branch stands on.
        (clones[EMAILER] / "README.md").write_text("newer\n")
        git(clones[EMAILER], "commit", "-q", "-a", "-m", "newer")
        (clones[FRONTEND] / "Dockerfile").write_text("FROM scratch\n")
        git(clones[FRONTEND], "add", "-A")
        git(clones[FRONTEND], "commit", "-q", "-m", "own image")
        await pilot.press("r")
        await settle(pilot)
        assert "1 of 3 apps ready" in seen(app)
        await pilot.press("w")
        await settle(pilot)
        assert "3 of 3 apps ready" in seen(app)


async def test_a_map_that_changed_since_takes_the_acceptance_away(mapped: Session, vault: Vault) -> None:
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert standing(mapped).current == "plan"
        mapping = mapped.load(MAPPING)
        assert mapping is not None
        fewer = edit.decide_process(mapping, BACKEND, "worker", "leave", "nobody needs it")
        mapped.save(MAPPING, fewer)
        assert standing(mapped).current == "prepare"
        assert not_prepared(mapped) == ("migrate-backend",)
        await app.show_stage("prepare")
        await settle(pilot)
        assert "2 of 3 apps ready" in seen(app)
        await pilot.press("n")
        assert "First read the changes and press w: migrate-backend." in seen(app)
        await pilot.press("w")
        await settle(pilot)
        assert standing(mapped).current == "plan"
        prepared = mapped.load(PREPARED)
    assert prepared is not None
    written = next(one for one in prepared.apps if one.app_id == BACKEND)
    assert "worker" not in git(Path(written.checkout), "show", f"{written.commit}:Procfile")


async def test_a_change_of_the_map_that_changes_no_file_needs_no_new_key(
    mapped: Session, vault: Vault
) -> None:
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("w")
        await settle(pilot)
        mapping = mapped.load(MAPPING)
        assert mapping is not None
        mapped.save(MAPPING, edit.set_service_memory(mapping, BACKEND, "web", 2048))
        assert standing(mapped).current == "plan"
        # A re-read told of one more config var: no file follows from it.
        system = mapped.load(SYSTEM)
        assert system is not None
        var = ConfigVar(name="NEW_ONE", origin=Origin(kind="person"))
        more = msgspec.structs.replace(system.apps[0], config=(*system.apps[0].config, var))
        mapped.save(SYSTEM, msgspec.structs.replace(system, apps=(more, *system.apps[1:])))
        assert not_prepared(mapped) == ("migrate-backend",)
        await app.show_stage("prepare")
        await settle(pilot)
        assert "3 of 3 apps ready" in seen(app)
        assert not_prepared(mapped) == ()


async def test_the_diff_stands_beside_when_wide(mapped: Session, vault: Vault) -> None:
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(RowList).go_to(f"{BACKEND}\nfile\n.aptible.yml")
        await pilot.pause()
        assert "+before_release:" in seen(app)
        states = [row.content.plain for row in app.screen.query_one(RowList).shown if "\n" not in row.id]
        assert not any("…" in state for state in states), "beside the diff a state has fewer words"


WORKFLOW = """on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: akhileshns/heroku-deploy@v3.13.15
        with:
          heroku_api_key: ${{ secrets.HEROKU_API_KEY }}
          heroku_app_name: migrate-frontend
          heroku_email: ada@example.com
"""


def commit(folder: Path, **files: str | None) -> None:
    """Write or remove files of a clone, and commit that."""
    for path, text in files.items():
        file = folder / path
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "another day")


async def test_secrets_to_create_are_listed_and_copied(
    mapped: Session, clones: dict[str, Path], vault: Vault
) -> None:
    commit(clones[FRONTEND], **{".github/workflows/deploy.yml": WORKFLOW})
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        rows = app.screen.query_one(RowList)
        row = next(row for row in rows.shown if "needs the secrets" in row.content.plain)
        files = [one for one in rows.shown if one.id.startswith(f"{FRONTEND}\nfile")]
        assert any(".github/workflows/deploy.yml" in one.content.plain for one in files)
        assert rows.shown.index(row) == rows.shown.index(files[-1]) + 1, "what is to be done comes first"
        rows.go_to(row.id)
        await pilot.pause()
        assert "Create them on GitHub" in " ".join(seen(app).split()), "the row in full, below the list"
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, CopyValues)
        await pilot.press("down", "c")
        assert app.clipboard == "APTIBLE_PASSWORD"
        assert "Copied APTIBLE_PASSWORD" in seen(app)
        await pilot.press("escape", "slash", *"secrets app")
        assert rows.shown[0].content.plain.startswith("Nothing has")
        await pilot.press("escape", "slash", *"deploy.yml")
        assert [one.id.split("\n")[0] for one in rows.shown[:2]] == [FRONTEND, FRONTEND]
        assert rows.shown[0].id == FRONTEND, "the app stays above what is found of it"


async def test_a_slug_is_kept_as_a_stop_gap_and_taken_back_by_the_same_key(
    mapped: Session, clones: dict[str, Path], vault: Vault
) -> None:
    commit(clones[EMAILER], **{"requirements.txt": None})
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "1 of 3 apps cannot be written yet: migrate-emailer" in seen(app)
        rows = app.screen.query_one(RowList)
        assert str(rows.current).startswith(f"{EMAILER}\nproblem"), "what stops is in sight at once"
        await pilot.press("home", "k")
        await pilot.pause()
        assert "migrate-backend needs no stop-gap" in seen(app)
        rows.go_to(EMAILER)
        await pilot.press("k")
        await pilot.pause()
        assert isinstance(app.screen, DetailsDialog)
        text = " ".join(seen(app).split())
        assert "a stop-gap" in text and "no security fixes" in text and "Docker image" in text
        await pilot.press("escape")
        assert not kept(mapped)
        await pilot.press("k")
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert kept(mapped)
        assert any("which is in no repository" in row.found_by for row in rows.shown)
        mapping = mapped.load(MAPPING)
        assert mapping is not None
        mapped.save(MAPPING, edit.set_way(mapping, EMAILER, "image"))
        await pilot.press("r")
        await settle(pilot)
        assert "cannot be written yet" not in seen(app)
        rows.go_to(EMAILER)
        await pilot.press("k")
        await settle(pilot)
        assert not kept(mapped)
        assert "does not keep its slug" in seen(app)


def kept(session: Session) -> bool:
    mapping = session.load(MAPPING)
    assert mapping is not None
    choice = mapping.app(EMAILER)
    assert choice is not None
    return choice.keep_slug


async def test_no_app_moves(mapped: Session, vault: Vault) -> None:
    mapping = mapped.load(MAPPING)
    assert mapping is not None
    from wizard.mapping.edit import decide_app

    for app_id in APPS:
        mapping = decide_app(mapping, app_id, "leave", "not wanted")
    mapped.save(MAPPING, mapping)
    app = OfframpApp(session=mapped, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show_stage("prepare")
        await settle(pilot)
        assert "No app moves: no code is prepared." in seen(app)
