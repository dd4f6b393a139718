"""Whole runs of a system that has Redis besides its Postgres: copied, started empty, killed, not empty."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.run_world import RunWorld, make_world, now, state_of
from wizard.database.tunnel import Tunnel
from wizard.mapping import edit_stores
from wizard.mapping.config_rules import follow
from wizard.model.mapping import StoreChoice
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket
from wizard.plan.preflight import look
from wizard.registry import open_source, open_target, target_provider
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.run.journal import Journal
from wizard.run.kinds.gate import Fact
from wizard.session.parts import MAPPING, PREFLIGHT, SYSTEM
from wizard.stores.ends import RedisEnd
from wizard.stores.redis.address import address_of
from wizard.stores.redis.wire import Connection

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server"),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="needs ssh"),
]


class StoreWorld:
    """A run world, and both sides of its stores."""

    def __init__(self, world: RunWorld) -> None:
        self.run = world

    def store(self, attachment: str) -> StoreChoice:
        mapping, system = self.run.session.load(MAPPING), self.run.session.load(SYSTEM)
        assert mapping is not None and system is not None
        names = {add_on.id: add_on.name for add_on in system.add_ons}
        return next(one for one in mapping.stores if f"-{attachment.lower()}-" in names[one.add_on_id])

    def source_url(self, attachment: str) -> Secret:
        add_on = self.store(attachment).add_on_id

        async def ask() -> Secret:
            source = open_source(self.run.session, self.run.vault)
            try:
                return await source.store_url(add_on, "redis")
            finally:
                await source.close()

        return now(ask())

    def fill(self, attachment: str, count: int, *, size: int = 20) -> None:
        """Keys of several types, and jobs of Sidekiq."""
        connection = Connection(address_of(self.source_url(attachment)))
        try:
            for start in range(0, count, 1000):
                connection.pipe(
                    [("SET", f"session:{n}", b"v" * size) for n in range(start, min(count, start + 1000))]
                )
            connection.call("RPUSH", "queue:mailers", "a", "b", "c")
            connection.call("HSET", "user:1", "name", "Ada")
            connection.call("SET", "short", "1", "EX", 3600)
        finally:
            connection.close()

    def say(self, attachment: str, *command: str | int) -> object:
        connection = Connection(address_of(self.source_url(attachment)))
        try:
            return connection.call(*command)
        finally:
            connection.close()

    @contextlib.contextmanager
    def target(self, handle: str) -> Iterator[Connection]:
        """A connection to the new store, by a tunnel of the test's own."""

        async def ask() -> SshTicket:
            vendor = open_target(self.run.session, self.run.vault, "aptible")
            try:
                (environment,) = await vendor.environments()
                database = await vendor.find_database(environment, handle)
                assert database is not None
                return await vendor.ticket(database)
            finally:
                await vendor.close()

        folder = self.run.folder / "look"
        folder.mkdir(mode=0o700, exist_ok=True)
        tunnel = Tunnel(lambda: now(ask()), folder, lambda health: None, end=RedisEnd())
        try:
            tunnel.start()
            connection = Connection(address_of(tunnel.url()))
            try:
                yield connection
            finally:
                connection.close()
        finally:
            tunnel.close()

    def choose(self, attachment: str, action: str) -> None:
        """Decide a store otherwise, and plan anew."""
        session = self.run.session
        system, before = session.load(SYSTEM), session.load(MAPPING)
        assert system is not None and before is not None
        profile = target_provider("aptible").profile()
        wanted = edit_stores.decide_store(before, self.store(attachment).add_on_id, action, "said so")  # type: ignore[arg-type]
        self.run.plan_again(follow(system, profile, before, wanted))
        self.look()

    def look(self) -> None:
        """The preflight."""
        now(look(self.run.session, self.run.vault, lambda doing: None))

    def findings(self) -> list[Fact]:
        found = self.run.session.load(PREFLIGHT)
        assert found is not None
        return [(finding.state, finding.what) for finding in found.findings]

    def evidence(self, key: str) -> str:
        record = Journal(self.run.session).steps()[key]
        assert record.evidence is not None, record
        return record.evidence.summary


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., StoreWorld]]:
    made: list[RunWorld] = []

    def one(*stores: str) -> StoreWorld:
        world = make_world(tmp_path, stores=stores)
        made.append(world)
        return StoreWorld(world)

    yield one
    for world in made:
        world.close()


def test_a_redis_is_copied_proven_and_cut_over_and_another_starts_empty(
    make: Callable[..., StoreWorld],
) -> None:
    world = make("REDIS", "CACHE")
    world.choose("CACHE", "empty")
    redis, cache = world.store("REDIS").handle, world.store("CACHE").handle
    world.fill("REDIS", 500)
    world.fill("CACHE", 50)
    run = world.run
    run.start()
    seen = run.wait_for_gate("gate:cut-over")
    assert seen.gate is not None
    facts = [words for _, words in seen.gate.true_now]
    assert any(words.startswith(f"{cache} starts empty: about 53 keys") for words in facts), facts
    assert any("3 jobs in Sidekiq's queue mailers" in words or "wait in Sidekiq" in words for words in facts)
    assert "503 keys" in world.evidence(f"copy:{redis}")
    # What the app does until it is stopped.
    world.say("REDIS", "DEL", "session:7")
    world.say("REDIS", "SET", "session:new", "x")
    world.say("REDIS", "EXPIRE", "session:8", 900)
    run.pass_gate("gate:cut-over")
    run.wait_for_gate("gate:finish")
    assert world.evidence(f"refresh:{redis}").startswith("2 keys copied again, 1 removed")
    assert world.evidence(f"prove:{redis}").startswith("503 keys proven equal")
    assert "53 keys stay on the source" in world.evidence(f"left:{cache}")
    assert run.seen.store_proofs[redis].equal
    for handle in (redis, cache, "migrate-backend-db"):
        assert world.evidence(f"daily-backups:{handle}") == f"{handle} is backed up daily"
    end = run.finish()
    for handle in (redis, cache, "migrate-backend-db"):
        assert world.evidence(f"back-up:{handle}") == f"{handle} is backed up daily; 1 there"
    assert end.run.state == "done", run.story(end)
    with world.target(redis) as there:
        assert there.call("DBSIZE") == 503 and there.call("GET", "session:new") == b"x"
        assert there.call("LRANGE", "queue:mailers", 0, -1) == [b"a", b"b", b"c"]
        assert there.call("EXISTS", "offramp:move") == 0
    with world.target(cache) as there:
        assert there.call("DBSIZE") == 0
    report = render(build(run.session))
    assert redis in report and "503 keys proven equal" in report and f"{cache}, Redis" in report
    assert "| db 0 | string | 501 | 501 | equal |" in report, report
    assert "| redis-cache-48213 | about 53 keys stay on the source" in report


def test_a_worker_that_is_killed_in_mid_copy_is_gone_on_with(make: Callable[..., StoreWorld]) -> None:
    world = make("REDIS")
    world.fill("REDIS", 60_000, size=300)
    redis = world.store("REDIS").handle
    run = world.run
    run.start()
    run.wait(lambda seen: redis in seen.stores and 0 < seen.stores[redis].done < 55_000)
    run.kill_worker()
    assert state_of(run.seen, f"copy:{redis}") == "intent"
    run.start()
    end = run.finish()
    assert end.run.state == "done", run.story(end)
    assert world.evidence(f"prove:{redis}").startswith("60,003 keys proven equal")


def test_a_store_that_holds_something_is_not_written_to(make: Callable[..., StoreWorld]) -> None:
    world = make("REDIS")
    world.fill("REDIS", 10)
    run, redis = world.run, world.store("REDIS").handle
    run.start()
    run.wait_for_gate("gate:cut-over")
    run.say("stop")
    run.wait_for_end()
    with world.target(redis) as there:
        there.call("FLUSHALL")
        there.call("SET", "somebody", "else")
    world.look()
    assert ("blocks", f"{redis} is not empty") in world.findings()
    run.start()
    seen = run.wait(lambda seen: seen.run.state == "failed")
    assert seen.trouble is not None and seen.trouble.code == "target-not-empty", run.story(seen)
    with world.target(redis) as there:
        assert there.call("DBSIZE") == 1
