"""A Redis is copied with every type, kept true until the cut-over, and proven."""

import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wizard.stores.redis_servers import (
    HOSTILE,
    PASSWORD,
    RedisServer,
    Told,
    newer_valkey,
    own_certificate,
    servers,
    zoo,
)
from wizard.model.secret import Secret
from wizard.model.text import is_clean
from wizard.model.trouble import Trouble
from wizard.stores.redis import carry, compare, pieces
from wizard.stores.redis.address import address_of, local_url
from wizard.stores.redis.ends import READS
from wizard.stores.redis.wire import Connection, ReplyError


@pytest.fixture(scope="module")
def running(
    needs_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[RedisServer]]:
    program, folder = needs_program("redis-server"), tmp_path_factory.mktemp("redis")
    with servers(
        lambda: RedisServer(program, folder),
        lambda: RedisServer(program, folder),
        lambda: RedisServer(newer_valkey(), folder),
    ) as all_three:
        yield all_three


@pytest.fixture
def source(running: list[RedisServer]) -> RedisServer:
    running[0].clear()
    return running[0]


@pytest.fixture
def target(running: list[RedisServer]) -> RedisServer:
    running[1].clear()
    return running[1]


@pytest.fixture
def newer(running: list[RedisServer]) -> RedisServer:
    running[2].clear()
    return running[2]


def fill(server: RedisServer, database: int = 0) -> None:
    for answer in server.do(*zoo(time.time_ns() // 1_000_000), database=database):
        assert not isinstance(answer, ReplyError), answer


def commands_seen(server: RedisServer) -> set[str]:
    lines = server.do(("INFO", "commandstats"))[0].decode().splitlines()
    return {line.partition(":")[0].removeprefix("cmdstat_") for line in lines if line.startswith("cmdstat_")}


def test_every_type_and_expiry_goes_over_and_the_source_is_only_read(
    source: RedisServer, target: RedisServer
) -> None:
    fill(source)
    source.do(("SET", "in another database", "1"), database=3)
    source.do(("FUNCTION", "LOAD", "#!lua name=shop\nredis.register_function('f', function() return 1 end)"))
    before = source.keys()
    source.do(("CONFIG", "RESETSTAT"))
    told = Told(source, target)
    told.whole_way()
    allowed = {word.split()[0].lower() for word in READS}
    assert {name.partition("|")[0] for name in commands_seen(source)} <= allowed | {"config"}
    assert source.keys() == target.keys() == before
    assert target.do(("GET", "in another database"), database=3) == [b"1"]
    for question in (
        ("GET", b"\x00\xff\r\n$5\r\n"),
        ("XPENDING", "stream", "workers"),
        ("PFCOUNT", "unique visitors"),
    ):
        assert source.do(question) == target.do(question)
    assert source.do(("PEXPIRETIME", "expires")) == target.do(("PEXPIRETIME", "expires"))
    assert target.do(("FCALL", "f", 0)) == [1]
    assert told.reports[-1].phase == "done"
    with pytest.raises(Trouble, match="not empty"):
        Told(source, target).move.copy()


@pytest.mark.parametrize("way", ["in pieces", "to an older one"])
def test_what_no_dump_can_carry_goes_piece_by_piece(
    source: RedisServer, target: RedisServer, newer: RedisServer, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "in pieces":
        monkeypatch.setattr(carry, "LARGE", 0)
        monkeypatch.setattr(compare, "PIECE", 500)
        monkeypatch.setattr(pieces, "PIECE", 3000)
    fill(source if way == "in pieces" else newer)
    Told(source if way == "in pieces" else newer, target).whole_way()
    there = source if way == "in pieces" else newer
    for question in (
        ("XINFO", "GROUPS", "stream"),
        ("XINFO", "STREAM", "emptied"),
        ("PTTL", "text"),
        ("GET", "empty"),
        ("LRANGE", "long list", 0, -1),
        ("ZRANGE", "long zset", 0, -1),
    ):
        mine, its = there.do(question)[0], target.do(question)[0]
        if question[0] == "XINFO":
            mine, its = ([word for word in _flat(one) if isinstance(word, bytes)] for one in (mine, its))
        assert mine == its
    assert abs(there.do(("PTTL", "long zset"))[0] - target.do(("PTTL", "long zset"))[0]) < 2000


def _flat(answer: object) -> Iterator[object]:
    if isinstance(answer, list):
        for one in answer:
            yield from _flat(one)
    else:
        yield answer


@pytest.mark.parametrize("way", ["whole", "in pieces", "lost"])
def test_fields_of_a_hash_that_expire_are_kept_or_told_of(
    target: RedisServer, newer: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    moment = time.time_ns() // 1_000_000 + 3_600_000
    newer.do(("HSET", "h", "stays", "1", "goes", "2"), ("HPEXPIREAT", "h", moment, "FIELDS", 1, "goes"))
    asked = ("HPEXPIRETIME", "h", "FIELDS", 2, "stays", "goes")
    if way == "in pieces":
        monkeypatch.setattr(carry, "LARGE", 0)
    with servers(lambda: RedisServer(newer_valkey(), tmp_path)) as [other]:
        told = Told(newer, target if way == "lost" else other)
        told.move.copy()
        told.move.refresh()
        proof = told.move.prove()
        assert proof.equal
        if way == "lost":
            assert "knows no expiry of fields" in proof.left_out[0] and "(h)" in proof.left_out[0]
        else:
            assert other.do(asked) == newer.do(asked) == [[-1, moment]] and not proof.left_out
            other.do(("HPEXPIREAT", "h", moment + 60_000, "FIELDS", 1, "goes"))
            assert [one.samples for one in told.move.prove().differences] == [("db 0: h",)]


def test_a_cluster_is_refused(
    source: RedisServer, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    program = needs_program("redis-server")
    with servers(lambda: RedisServer(program, tmp_path, "--cluster-enabled", "yes")) as [cluster]:
        for told in (Told(source, cluster), Told(cluster, source)):
            with pytest.raises(Trouble, match="is a cluster"):
                told.move.copy()
            assert told.move.inspect().stoppers


def test_keys_of_modules_are_named_and_not_copied(
    source: RedisServer, target: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.do(("SET", "doc", "1"), ("SET", "plain", "1"))
    called = Connection.each
    pretended: dict[object, bytes] = {("TYPE",): b"ReJSON-RL", ("DUMP",): b"\x07json"}

    def with_a_module(self: Connection, commands: list[tuple[str]], keys: list[bytes]) -> list[list[object]]:
        answers = called(self, commands, keys)
        for command, some in zip(commands, answers, strict=True):
            for at, key in enumerate(keys):
                if key == b"doc" and command in pretended and some[at] not in (None, b"none"):
                    some[at] = pretended[command]
        return answers

    monkeypatch.setattr(Connection, "each", with_a_module)
    told = Told(source, target)
    told.move.copy()
    told.move.refresh()
    assert target.keys() == {b"plain", b"offramp:move"}
    assert any("ReJSON-RL" in event and "(doc)" in event for event in told.events)
    proof = told.move.prove()
    assert proof.equal and proof.left_out == ("1 key of type ReJSON-RL: not known to the target",)


def test_a_proof_finds_one_altered_value_one_missing_key_one_wrong_expiry_and_one_key_too_many(
    source: RedisServer, target: RedisServer
) -> None:
    fill(source)
    told = Told(source, target)
    told.move.copy()
    told.move.refresh()
    assert told.move.prove().equal
    target.do(
        ("SADD", "set", "member 1000"),
        ("DEL", HOSTILE),
        ("PEXPIRE", "expires", 1_000_000),
        ("PERSIST", "long zset"),
        ("SET", "too many", "1"),
    )
    target.do(("SET", "too many", "1"), database=5)
    proof = told.move.prove()
    found = {one.kind: one for one in proof.differences}
    assert {kind: one.count for kind, one in found.items()} == {
        "value": 1,
        "missing": 1,
        "expiry": 2,
        "more": 2,
    }
    assert found["value"].samples == ("db 0: set",) and found["value"].words == "1 key with another value"
    assert is_clean(found["missing"].samples[0]) and "\x1b" not in found["missing"].samples[0]
    assert not proof.equal
    changes = told.move.refresh()
    assert (changes.copied_again, changes.removed) == (4, 2)
    assert all(is_clean(name) for name in changes.names)
    assert told.move.prove().equal


POISONS: list[dict[str, tuple[object, ...]]] = [
    {
        "long list": ("LSET", "long list", 2999, "other"),
        "long hash": ("HSET", "long hash", "field 7", "other"),
        "long zset": ("ZADD", "long zset", 3.25, "member 12"),
        "compressed": ("SETRANGE", "compressed", 14_999, "X"),
        "stream": ("XACK", "stream", "workers", "7-2"),
        "bits": ("SETBIT", "bits", 3, 1),
        "unique visitors": ("PFADD", "unique visitors", "somebody else"),
    },
    {"stream": ("XADD", "stream", "900-1", "f", "v")},
    {"stream": ("XGROUP", "SETID", "stream", "idle", "18-1")},
    {"stream": ("XGROUP", "CREATECONSUMER", "stream", "idle", "carl")},
]


@pytest.mark.parametrize("small", [False, True])
def test_a_proof_finds_any_small_change_of_a_large_value(
    source: RedisServer, target: RedisServer, monkeypatch: pytest.MonkeyPatch, small: bool
) -> None:
    if small:
        monkeypatch.setattr(compare, "PIECE", 0)
        monkeypatch.setattr(pieces, "PIECE", 20_000)
    fill(source)
    told = Told(source, target)
    told.move.copy()
    for poisons in POISONS:
        for answer in target.do(*poisons.values()):
            assert not isinstance(answer, ReplyError)
        proof = told.move.prove()
        assert [one.kind for one in proof.differences] == ["value"]
        assert {name.removeprefix("db 0: ") for name in proof.differences[0].samples} == set(poisons)
        told.move.refresh()
    assert told.move.prove().equal


def test_what_changed_since_the_copy_is_made_true_at_the_cut_over(
    source: RedisServer, target: RedisServer
) -> None:
    fill(source)
    told = Told(source, target)
    told.move.copy()
    source.do(
        ("SET", "text", "changed"),
        ("DEL", "list"),
        ("SET", "set", "another type now"),
        ("PERSIST", "expires"),
        ("HSET", "long hash", "field 3", "changed"),
        ("SET", "new", "1"),
    )
    source.do(("SET", "new database", "1"), database=9)
    told = Told(source, target)
    changes = told.move.refresh()
    assert (changes.copied_again, changes.removed) == (6, 1)
    assert told.move.prove().equal
    assert told.move.refresh().copied_again == 0


def test_a_target_that_is_not_empty_or_is_another_sessions_is_refused(
    source: RedisServer, target: RedisServer
) -> None:
    fill(source)
    target.do(("SET", "precious", "1"), database=2)
    with pytest.raises(Trouble, match="1 key in db 2") as refused:
        Told(source, target).move.copy()
    assert refused.value.code == "target-not-empty" and target.keys() == set()
    assert Told(source, target).move.inspect().stoppers
    target.clear()
    Told(source, target, session="another").move.copy()
    with pytest.raises(Trouble, match="a copy of session another"):
        Told(source, target).move.copy()
    with pytest.raises(Trouble, match="a copy of session another"):
        Told(source, target).move.tidy()


def test_a_source_is_not_its_own_target(source: RedisServer) -> None:
    with pytest.raises(Trouble, match="same server"):
        Told(source, source).move.copy()
    assert source.keys() == set()


def test_a_run_whose_copy_was_taken_over_writes_nothing_more(
    source: RedisServer, target: RedisServer
) -> None:
    fill(source)
    first, second = Told(source, target), Told(source, target)
    first.move.copy()
    second.move.copy()
    source.do(("SET", "text", "changed"))
    with pytest.raises(Trouble, match="taken this copy over"):
        first.move._ends.insist(first.move._ends.pair(), lambda pair: pair.target)
    second.whole_way()


def test_too_little_memory_and_other_settings_are_said_beforehand(
    source: RedisServer, target: RedisServer
) -> None:
    source.do(("SET", "large", b"x" * 3_000_000))
    target.do(("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"))
    try:
        look = Told(source, target, target_memory=3_000_000).move.inspect()
        assert "of the target's 3 MB" in look.stoppers[0].words
        assert any("allkeys-lru" in one.words for one in look.findings)
        with pytest.raises(Trouble, match="of memory"):
            Told(source, target, target_memory=3_000_000).move.copy()
        assert target.keys() == set()
        assert look.bytes is not None and look.bytes > 3_000_000 and look.source.startswith("Redis 7")
        target.do(
            ("CONFIG", "SET", "maxmemory-policy", "noeviction"), ("CONFIG", "SET", "maxmemory", 2_500_000)
        )
        monkey = Told(source, target)
        with pytest.raises(Trouble, match=r"memory"):
            monkey.move.copy()
    finally:
        target.do(("CONFIG", "SET", "maxmemory", 0), ("CONFIG", "SET", "maxmemory-policy", "noeviction"))


def test_queues_sessions_and_caches_are_recognised(source: RedisServer, target: RedisServer) -> None:
    source.do(
        ("RPUSH", "queue:mailers", "1", "2", "3"),
        ("ZADD", "schedule", 1, "job"),
        ("SET", "stat:processed", "7"),
        ("RPUSH", "resque:queue:low", "1"),
        ("RPUSH", "celery", "1", "2"),
        ("ZADD", b"bull:pay\x1b[2J:delayed", 1, "a"),
        ("SET", "sess:abc", "1"),
        ("SET", "sess:abd", "1"),
    )
    look = Told(source, target).move.inspect()
    assert {(one.what, one.queue, one.count, one.jobs) for one in look.waiting} == {
        ("Sidekiq", "mailers", 3, True),
        ("Sidekiq", "schedule", 1, True),
        ("Resque", "low", 1, True),
        ("Celery", "celery", 2, True),
        ("BullMQ", "pay\u241b[2J", 1, True),
        ("sessions", "", 2, False),
    }


def test_a_user_who_may_only_read_is_enough_for_the_source(source: RedisServer, target: RedisServer) -> None:
    fill(source)
    source.do(("ACL", "SETUSER", "reader", "on", ">reading", "~*", "+@read", "+select", "+time", "+dump"))

    class Reader:
        def url(self) -> Secret:
            return source.url("reader", "reading")

    Told(Reader(), target).whole_way()
    assert target.keys() == source.keys()
    source.do(("ACL", "SETUSER", "reader", "-scan"))
    with pytest.raises(Trouble, match="does not allow") as refused:
        Told(Reader(), target).move.prove()
    assert refused.value.code == "store-rights"
    source.do(("ACL", "DELUSER", "reader"))
    with pytest.raises(Trouble, match="refuses the password"):
        Told(Reader(), target).move.prove()


def test_the_sources_connection_refuses_to_write(source: RedisServer) -> None:
    connection = Connection(address_of(source.url()), READS)
    for command in (("SET", "a", "b"), ("FUNCTION", "LOAD", "x"), ("DEL", "a"), ("CONFIG", "GET", "save")):
        with pytest.raises(AssertionError):
            connection.call(*command)
    connection.close()


def test_urls_are_taken_apart_and_never_shown() -> None:
    address = address_of(Secret("rediss://h:p%40ss-word@ec2.example:6380"))
    assert (address.host, address.port, address.tls, address.user) == ("ec2.example", 6380, True, "")
    assert address.password.reveal() == "p@ss-word" and "p@ss" not in repr(address)
    assert (
        local_url(Secret("rediss://:p%40w@db.example:1/0"), 77).reveal() == "rediss://:p%40w@127.0.0.1:77/0"
    )
    with pytest.raises(Trouble, match="without TLS"):
        address_of(Secret("redis://:pw@ec2.example:6379"))
    assert not address_of(Secret("redis://:pw@ec2.example:6379"), plain_allowed=True).tls
    for wrong in ("https://example.com", "", "rediss://", "rediss://h:99999999"):
        with pytest.raises(Trouble, match="not the URL"):
            address_of(Secret(wrong))


def test_a_certificate_that_is_signed_by_itself_is_taken(
    target: RedisServer, needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    start = functools.partial(
        RedisServer, needs_program("redis-server"), tmp_path, tls=own_certificate(tmp_path)
    )
    with servers(start) as [source]:
        fill(source)
        assert source.url().reveal().startswith("rediss://")
        Told(source, target).whole_way()
        assert source.keys() == target.keys()


def test_no_secret_is_told(source: RedisServer, target: RedisServer) -> None:
    fill(source)
    told = Told(source, target)
    told.whole_way()
    assert PASSWORD not in repr(told.events) + repr(told.reports)
