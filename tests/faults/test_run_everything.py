"""One system with all of it, from plan to the last gate, its worker killed in the middle of the cut-over.

Two Postgres, a Redis and a MySQL that the apps write to; apps by git and by image; a log drain; a custom
domain of the app by image, whose certificate and traffic come within the cut-over.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

from providers.sandbox.client import SandboxClient
from screens.headless import tell
from screens.headless.exit_codes import DONE, WAITS
from tests.faults import mysql_on_heroku
from tests.faults.mysql_on_heroku import ask_target, visits
from tests.faults.run_world import RunWorld, make_world, now, state_of
from tests.faults.wider_world import (
    app_id,
    code_of,
    config_of,
    decide,
    evidence_of,
    give_add_on,
    give_drain,
    publish_image,
    set_dns,
    store_of,
    system_of,
)
from tests.wizard import database_servers
from tests.wizard.stores.mysql_servers import MariaDb
from wizard.mapping import drains, edit
from wizard.mapping.domains import propose_domain
from wizard.model.mapping import Mapping
from wizard.registry import open_source, target_provider
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.run.journal import Journal
from wizard.session.parts import MAPPING
from wizard.stores.redis.address import address_of
from wizard.stores.redis.wire import Connection

BACKEND, FRONTEND, EMAILER = "migrate-backend", "migrate-frontend", "migrate-emailer"
IMAGE = "ghcr.io/acme/frontend:v42"
DRAIN = "syslog+tls://logs.acme.example:6514"
HOST, TODAY = "www.acme.example", "polar-reef-4711.herokudns.com"
CERTIFICATE, TRAFFIC = f"certificate:{HOST}", f"traffic:{HOST}"
REPORTS = "postgresql-flat-60402"

pytestmark = pytest.mark.slow


@pytest.fixture
def maria(needs_program: Callable[[str], str]) -> Iterator[MariaDb]:
    needs_program("ssh")
    needs_program("redis-server")
    with mysql_on_heroku.server(needs_program("mariadb-install-db"), needs_program("mariadbd")) as made:
        yield made


@pytest.fixture
def reports() -> Iterator[database_servers.Database]:
    """The second Postgres: a server of its own."""
    with tempfile.TemporaryDirectory(prefix="or-reports-") as folder:
        Path(folder).chmod(0o711)  # it may be that somebody else runs Postgres
        with database_servers.server(Path(folder) / "server", 16) as server:
            made = server.database()
            made.sql(database_servers.SMALL)
            yield made


@pytest.fixture
def world(tmp_path: Path, maria: MariaDb, reports: database_servers.Database) -> Iterator[RunWorld]:
    where = f"127.0.0.1:{reports.server.open_front()}/{reports.name}"
    url = f"postgres://app:{database_servers.PASSWORD}@{where}"

    def give(sandbox: SandboxClient) -> None:
        give_drain(sandbox, BACKEND, DRAIN)
        plan = "heroku-postgresql:essential-0"
        give_add_on(sandbox, BACKEND, plan, REPORTS, "REPORTS", {"REPORTS_URL": url})
        mysql_on_heroku.attach(sandbox, maria)

    with make_world(tmp_path, stores=("REDIS",), before=give) as made:
        _choose(made)
        set_dns(made, HOST, TODAY)
        set_dns(made, TODAY, "192.0.2.7", kind="A")
        yield made


def _choose(world: RunWorld) -> None:
    backend, frontend = app_id(world, BACKEND), app_id(world, FRONTEND)
    app = system_of(world).app(frontend)
    (domain,) = (one for one in app.domains if one.hostname == HOST)

    def with_drain(mapping: Mapping) -> Mapping:
        (own,) = (one for one in mapping.drains if one.app_id == backend)
        return drains.decide_drain(mapping, backend, own.drain_id, "move")

    def with_domain(mapping: Mapping) -> Mapping:
        choice = propose_domain(app, domain, target_provider("aptible").profile())
        assert choice.action == "endpoint"
        return msgspec.structs.replace(mapping, domains=(choice,))

    def by_image(mapping: Mapping) -> Mapping:
        return edit.set_way(mapping, frontend, "image", IMAGE)

    decide(world, with_drain, with_domain, by_image, prepare=True)
    publish_image(world, FRONTEND, IMAGE)


def redis_of(world: RunWorld) -> Connection:
    """The Redis of Heroku."""
    mapping = world.session.load(MAPPING)
    assert mapping is not None
    (store,) = (one for one in mapping.stores if one.type == "redis")

    async def ask() -> Connection:
        source = open_source(world.session, world.vault)
        try:
            return Connection(address_of(await source.store_url(store.add_on_id, "redis")))
        finally:
            await source.close()

    return now(ask())


def test_a_system_with_all_of_it_is_moved_though_its_worker_is_killed(
    world: RunWorld, maria: MariaDb, reports: database_servers.Database, capsys: pytest.CaptureFixture[str]
) -> None:
    redis = redis_of(world)
    redis.pipe([("SET", f"session:{number}", b"v" * 50) for number in range(400)])
    mysql = store_of(world, mysql_on_heroku.ADD_ON).handle
    world.start()
    world.wait_for_gate("gate:cut-over")
    assert tell.status(world.session.id, as_json=False) == WAITS
    assert "waiting for you: type acme-shop" in capsys.readouterr().out
    # What comes until the apps are stopped.
    reports.sql("INSERT INTO payments (account, amount, note) VALUES (7, 7, 'late')")
    redis.call("SET", "session:late", "x")
    world.pass_gate("gate:cut-over")

    world.wait_for_step(f"refresh:{mysql}", "intent", "done")
    world.kill_worker()
    assert tell.status(world.session.id, as_json=False) == WAITS
    assert "Its worker is gone." in capsys.readouterr().out
    assert all(app["maintenance"] for app in world.heroku().values())
    world.start()

    _lead_the_domain(world)
    world.wait_for_gate("gate:finish")
    end = world.finish()
    assert end.run.state == "done", world.story(end)
    assert tell.status(world.session.id, as_json=False) == DONE
    _all_is_moved(world, maria, reports)
    _each_was_made_once(world)
    _report_is_whole(world, mysql)
    redis.close()


def _lead_the_domain(world: RunWorld) -> None:
    """Set both records when they are asked for."""
    world.wait(lambda seen: seen.run.current == CERTIFICATE and CERTIFICATE in seen.dns, 240)
    record = Journal(world.session).steps()[f"domain:{HOST}"]
    assert record.evidence is not None
    facts = record.evidence.facts
    set_dns(world, str(facts["challenge_name"]), str(facts["challenge_target"]))
    assert world.say("retry") == {"ok": True}
    world.wait(lambda seen: seen.run.current == TRAFFIC and TRAFFIC in seen.dns)
    set_dns(world, HOST, str(facts["dns_target"]))
    assert world.say("retry") == {"ok": True}


def _all_is_moved(world: RunWorld, maria: MariaDb, reports: database_servers.Database) -> None:
    world.assert_moved()
    values = config_of(world, BACKEND)
    query = "SELECT count(*), md5(string_agg(p::text, ',' ORDER BY id)) FROM payments p"
    with psycopg.connect(values["REPORTS_URL"], hostaddr="127.0.0.1") as connection:
        assert connection.execute(query).fetchall() == reports.sql(query)
    assert values["REPORTS_URL"] != values["DATABASE_URL"]
    last = visits(maria)
    url = values[mysql_on_heroku.VARIABLE]
    assert ask_target(url, f"SELECT count(*) FROM visits WHERE id <= {last}") == [[str(last)]]
    assert values["REDIS_URL"].startswith("rediss://")
    assert evidence_of(world, f"deploy:{FRONTEND}").startswith(f"{FRONTEND} runs {IMAGE}, sha256:")


def _each_was_made_once(world: RunWorld) -> None:
    facts = world.facts["aptible"]
    assert len(facts["databases"]) == 4 and facts["accounts"] == ["migrate"]
    posts = facts["posts"]
    assert posts["/accounts"] == posts["/accounts/*/log_drains"] == 1
    assert posts["/accounts/*/databases"] == 4 and posts["/accounts/*/apps"] == 3
    assert posts["/services/*/vhosts"] == 3, "two web addresses, and the domain's"


def _report_is_whole(world: RunWorld, mysql: str) -> None:
    report = build(world.session)
    assert len(report.proofs) == 2 and all(proof.equal and proof.tables for proof in report.proofs)
    assert len(report.store_proofs) == 2 and all(proof.equal for proof in report.store_proofs)
    moved = {one.what: one for one in report.moved}
    for what in (REPORTS, "postgresql-cubed-52817", "redis-redis-48213", mysql_on_heroku.ADD_ON):
        (one,) = (one for name, one in moved.items() if name.startswith(f"{what} ("))
        assert "equal" in one.proof, one
    assert "certificate" in moved[HOST].proof and moved[f"{BACKEND} log drain {DRAIN}"].proof
    todo = [one.what for one in report.todo]
    assert not any(what.startswith("Point ") for what in todo), "DNS leads there already"
    for name in (BACKEND, FRONTEND, EMAILER):
        branch = code_of(world, name).branch
        assert f"Merge {branch} into the branch that {name} is deployed from" in todo
    assert todo[-1].startswith("Keep the Heroku apps")
    text = render(report)
    assert "Proof of " in text and mysql in text
    assert state_of(world.seen, f"prove:{mysql}") == "done"
