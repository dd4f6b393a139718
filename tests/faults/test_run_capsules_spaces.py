"""A system moved into two Spaces: two apps and their database in one, and another app with its own in the
other; taken back at the last gate, and moved once more."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from providers.sandbox.client import SandboxClient
from tests.faults.capsules_run_world import (
    BACKEND,
    DATABASE,
    EMAILER,
    FRONTEND,
    CapsulesWorld,
    capsules_world,
)
from tests.faults.run_world import state_of
from tests.faults.wider_world import give_add_on
from tests.wizard import database_servers
from wizard.mapping import edit, edit_capsules, edit_spaces
from wizard.model.mapping import Mapping
from wizard.report.markdown import render
from wizard.report.report import build

HERE, SITES = "migrate", "migrate-sites"
REPORTS = "migrate-frontend-db"
ADD_ON = "postgresql-flat-60402"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]


@pytest.fixture
def reports() -> Iterator[database_servers.Database]:
    """The second Postgres of Heroku: a server of its own."""
    with tempfile.TemporaryDirectory(prefix="or-reports-") as folder:
        Path(folder).chmod(0o711)  # it may be that somebody else runs Postgres
        with database_servers.server(Path(folder) / "server", 16) as server:
            made = server.database()
            made.sql(database_servers.SMALL)
            yield made


@pytest.fixture
def world(
    tmp_path: Path, reports: database_servers.Database, needs_program: Callable[[str], str]
) -> Iterator[CapsulesWorld]:
    for program in ("git", "node", "npm"):
        needs_program(program)
    url = f"postgres://app:{database_servers.PASSWORD}@127.0.0.1:{reports.server.open_front()}/{reports.name}"
    given: list[str] = []

    def give(sandbox: SandboxClient) -> None:
        plan, values = "heroku-postgresql:essential-0", {"REPORTS_URL": url}
        given.append(give_add_on(sandbox, FRONTEND, plan, ADD_ON, "REPORTS", values))

    def apart(proposed: Mapping) -> Mapping:
        (frontend,) = [one.app_id for one in proposed.apps if one.handle == FRONTEND]
        # What serves files only reaches no database: it runs as a program here.
        runs = edit_capsules.set_kind(proposed, frontend, "web", "backend", 512)
        knows = edit.replace_config(runs, frontend, "REPORTS_URL", "database", refers_to=given[0])
        placed = edit_spaces.put_app(knows, frontend, SITES)
        return edit_spaces.set_space(placed, SITES, region="UK (South)")

    with capsules_world(tmp_path, before=give, decide=apart) as made:
        yield made


def test_two_spaces_hold_what_is_their_own_there_and_back(
    world: CapsulesWorld, reports: database_servers.Database
) -> None:
    world.start()
    world.pass_gate("gate:cut-over", 200)
    world.wait_for_gate("gate:finish")
    _each_in_its_own(world)
    _reaches(world, FRONTEND, "REPORTS_URL", "payments", 12000)
    _reaches(world, BACKEND, "DATABASE_URL", '"user"', 4)
    assert "ada" in world.page(BACKEND, "users").text
    allowed = world.page(BACKEND, "users").headers["Access-Control-Allow-Origin"]
    assert allowed == world.capsule(FRONTEND)["url"].rstrip("/"), "the address across is the public one"

    assert world.say("back") == {"ok": True}
    world.wait_for_end()
    assert world.seen.run.state == "taken-back", world.story(world.seen)
    world.assert_heroku_as_before()
    world.assert_target_stopped()
    said = render(build(world.session)).lower()
    assert f"in {HERE}: databases: {DATABASE}" in said and f"in {SITES}: databases: {REPORTS}" in said, said

    # And once more, to the end: both Spaces are found, and nothing is made a second time.
    world.asked.clear()
    world.start()
    world.pass_gate("gate:cut-over", 150)
    world.pass_gate("gate:finish", 150)
    seen = world.wait_for_end()
    assert seen.run.state == "done", world.story(seen)
    _each_in_its_own(world)
    posts = world.there["posts"]
    assert posts["/spaces"] == 2 and posts["/capsules/capsules"] == 3, posts
    assert posts["/namespaces/*/capsules"] == 2, posts
    assert state_of(seen, f"environment:{SITES}") == "done"
    said = render(build(world.session))
    assert f"in the Space {SITES}" in said and f"in the Space {HERE}" in said


def _each_in_its_own(world: CapsulesWorld) -> None:
    """Two Spaces of one team, in two regions; each capsule in the one that the map says."""
    spaces = world.there["spaces"]
    (here,) = [slug for slug in spaces if not slug.startswith(SITES)]
    (sites,) = [slug for slug in spaces if slug.startswith(SITES)]
    assert spaces[here] != spaces[sites] == "az-uk-1", spaces
    where = {one["name"]: one["space"] for one in world.there["capsules"]}
    assert where == {BACKEND: here, EMAILER: here, DATABASE: here, FRONTEND: sites, REPORTS: sites}
    assert all(world.capsule(name)["replicas"] == 1 for name in (BACKEND, EMAILER, FRONTEND))


def _reaches(world: CapsulesWorld, name: str, variable: str, table: str, rows: int) -> None:
    """What a running capsule was given leads to its database from where it runs."""
    if sys.platform != "linux":
        return
    (pid,) = world.capsule(name)["running"]
    pairs = Path(f"/proc/{pid}/environ").read_text().split("\0")
    (url,) = [pair.partition("=")[2] for pair in pairs if pair.startswith(f"{variable}=")]
    with psycopg.connect(url) as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (rows,)
