"""Recognises by the names of keys what an app keeps in its store: jobs of well-known libraries, sessions,
caches. Job queues are what is lost when a store starts empty; a cache fills itself again."""

import re
from collections import Counter
from dataclasses import dataclass

from wizard.model.text import clean
from wizard.stores.progress import Waiting
from wizard.stores.redis.wire import Connection, ReplyError

LONGEST_LOOK = 200_000
"""Keys whose names are looked at; there may be many millions, and a cache's look all the same."""

MOST_QUEUES = 50

_COUNT = {b"list": "LLEN", b"zset": "ZCARD", b"hash": "HLEN", b"stream": "XLEN", b"set": "SCARD"}


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Keys of one library. The pattern's group, if it has one, is the queue's name; `jobs`: each matching key
    is a queue, whose elements are jobs. Else the keys themselves are counted."""

    what: str
    pattern: re.Pattern[bytes]
    jobs: bool


def _pattern(what: str, pattern: bytes, *, jobs: bool) -> Pattern:
    return Pattern(what=what, pattern=re.compile(pattern, re.DOTALL), jobs=jobs)


PATTERNS = (
    _pattern("BullMQ", rb"bull:(.+):(?:wait|active|delayed|paused|prioritized|waiting-children)", jobs=True),
    _pattern("Resque", rb"resque:(?:queue:(.+)|delayed_queue_schedule|failed)", jobs=True),
    _pattern("RQ", rb"rq:(?:queue|scheduled|deferred|wip):(.+)", jobs=True),
    _pattern("Celery", rb"(celery|unacked|unacked_index)", jobs=True),
    _pattern("Dramatiq", rb"dramatiq:([^:]+)", jobs=True),
    _pattern("Huey", rb"huey\.(?:redis|schedule)\.(.+)", jobs=True),
    _pattern("arq", rb"arq:(queue(?::.+)?)", jobs=True),
    _pattern("Laravel", rb"(?:\w+_database_)?queues:([^:]+)(?::(?:delayed|reserved))?", jobs=True),
    _pattern("Sidekiq", rb"(?:[\w.-]+:)?queue:(.+)", jobs=True),
    _pattern("Sidekiq", rb"(?:[\w.-]+:)?(schedule|retry|dead)", jobs=True),
    _pattern("Celery's results", rb"celery-task-meta-.+", jobs=False),
    _pattern(
        "sessions",
        rb"(?:sess|session|sessions|_session_id|.*django\.contrib\.sessions\.cache):.+",
        jobs=False,
    ),
    _pattern("a cache", rb"(?:cache|views|rails-cache|.*laravel_cache|.*_cache):.+", jobs=False),
)


def recognise(source: Connection, databases: dict[int, int]) -> tuple[Waiting, ...]:
    """What of well-known kinds is in the logical databases (by number; values are not used). Looks at the
    names of at most `LONGEST_LOOK` keys. Raises OSError, ReplyError."""
    counted: Counter[tuple[str, str, bool]] = Counter()
    looked = 0
    for database in databases:
        source.select(database)
        cursor = b"0"
        while looked < LONGEST_LOOK:
            cursor, keys = source.call("SCAN", cursor, "COUNT", 1000)
            looked += len(keys)
            _count(source, keys, counted)
            if cursor == b"0":
                break
    return tuple(
        Waiting(what=what, queue=queue, count=count, jobs=jobs)
        for (what, queue, jobs), count in sorted(counted.items(), key=lambda item: (not item[0][2], item[0]))
        if count
    )[:MOST_QUEUES]


def _count(source: Connection, keys: list[bytes], counted: Counter[tuple[str, str, bool]]) -> None:
    queues: list[tuple[bytes, Pattern, str]] = []
    for key in keys:
        for pattern in PATTERNS:
            found = pattern.pattern.fullmatch(key)
            if found is None:
                continue
            name = found[1] if found.re.groups and found[1] is not None else b""
            queue = clean(name.decode(errors="replace"), limit=60)
            if pattern.jobs:
                queues.append((key, pattern, queue))
            else:
                counted[(pattern.what, "", False)] += 1
            break
    kinds = source.pipe([("TYPE", key) for key, _, _ in queues])
    known = [(one, kind) for one, kind in zip(queues, kinds, strict=True) if kind in _COUNT]
    lengths = source.pipe([(_COUNT[kind], key) for (key, _, _), kind in known])
    for ((_, pattern, queue), _), length in zip(known, lengths, strict=True):
        if not isinstance(length, ReplyError):
            counted[(pattern.what, queue, True)] += length
