"""Who and what a copy of a Redis is refused, and what is told of both sides before it begins."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wizard.stores.redis_servers import (
    PASSWORD,
    RedisServer,
    Told,
    fill,
    own_certificate,
    servers,
)
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.redis.address import address_of
from wizard.stores.redis.ends import READS
from wizard.stores.redis.wire import Connection


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
