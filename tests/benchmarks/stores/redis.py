"""How long a Redis takes to be copied, made equal and proven, beside a script that moves key by key.

    python -m tests.benchmarks.stores.redis [--keys 100000] [--round-trip 20] [--older]

Needs Debian's redis-server. The script is the one that is found everywhere: SCAN, and for each key DUMP,
PTTL, RESTORE, each waiting for its answer; it proves nothing. Over a far link it is timed on a part of the
keys, and that is said. `--round-trip` is in milliseconds, on both sides; `--older` copies from Valkey 9,
whose DUMPs the target does not understand. Nothing here is asserted: the figures are for people.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.wizard.stores.redis_servers import RedisServer, Told, newer_valkey, servers
from wizard.database.tunnel import free_port
from wizard.model.secret import Secret
from wizard.stores.redis.address import address_of
from wizard.stores.redis.wire import Connection

PROGRAM = "redis-server"

FILL = """
for n = 1, tonumber(ARGV[1]) do
  local kind = n % 10
  if kind < 6 then redis.call('SET', 'cache:' .. n, string.rep('v', n % 400), 'EX', 90000)
  elseif kind < 8 then redis.call('HSET', 'user:' .. n, 'name', 'n' .. n, 'mail', n .. '@example.com', 'n', n)
  elseif kind < 9 then redis.call('RPUSH', 'list:' .. n, n, n + 1, n + 2, string.rep('x', 100))
  else redis.call('ZADD', 'rank:' .. n, n, 'a', n / 7, 'b') end
end
"""
"""A cache and sessions, mostly: 250 bytes a key."""


class Far:
    """A server behind a road with a delay."""

    def __init__(self, server: RedisServer, port: int) -> None:
        self._server = server
        self._port = port

    def url(self) -> Secret:
        """Its URL over the road."""
        return Secret(self._server.url().reveal().replace(f":{self._server.port}", f":{self._port}"))


@contextlib.contextmanager
def far(both: list[RedisServer], milliseconds: int) -> Iterator[list[RedisServer] | list[Far]]:
    """The servers as they are, or each behind a road."""
    if not milliseconds:
        yield both
        return
    ports = [free_port() for _ in both]
    roads = [f"{port}:{server.port}" for port, server in zip(ports, both, strict=True)]
    words = [sys.executable, "-m", "tests.benchmarks.postgres.delay", str(milliseconds), *roads]
    with subprocess.Popen(words) as road:
        time.sleep(1)
        try:
            yield [Far(server, port) for server, port in zip(both, ports, strict=True)]
        finally:
            road.terminate()


def key_by_key(source: Secret, target: Secret, most: int) -> tuple[int, float]:
    """The script. Returns how many keys it moved, and in how many seconds."""
    there, here = (Connection(address_of(url)) for url in (source, target))
    began, moved, cursor = time.monotonic(), 0, b"0"
    while moved < most:
        cursor, keys = there.call("SCAN", cursor)
        for key in keys:
            dump, left = there.call("DUMP", key), there.call("PTTL", key)
            here.call("RESTORE", key, max(left, 0), dump, "REPLACE")
            moved += 1
        if cursor == b"0":
            break
    for one in (there, here):
        one.close()
    return moved, time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--round-trip", type=int, default=0, metavar="MS")
    parser.add_argument("--older", action="store_true", help="from Valkey 9 to Debian's Redis")
    asked = parser.parse_args()
    source_program = newer_valkey() if asked.older else PROGRAM
    with tempfile.TemporaryDirectory() as folder:
        starts = [
            lambda: RedisServer(source_program, Path(folder)),
            lambda: RedisServer(PROGRAM, Path(folder)),
        ]
        with servers(*starts) as both, far(both, asked.round_trip) as ends:
            both[0].do(("EVAL", FILL, 0, asked.keys))
            script = 0.0
            if not asked.older:
                part = asked.keys if not asked.round_trip else min(asked.keys, 100)
                moved, seconds = key_by_key(ends[0].url(), ends[1].url(), part)
                script = seconds / moved * asked.keys
                how = "" if moved >= asked.keys else f" (by {moved} of them)"
                print(f"key by key  {script:8.1f} s{how}")
                both[1].clear()
            told = Told(ends[0], ends[1])
            total = 0.0
            for verb in ("copy", "refresh", "prove"):
                began = time.monotonic()
                answer = getattr(told.move, verb)()
                seconds = time.monotonic() - began
                total += seconds
                ratio = f", {script / seconds:.1f} times as fast" if script and verb == "copy" else ""
                print(f"{verb:10}  {seconds:8.1f} s  {asked.keys / seconds:9,.0f} keys/s{ratio}")
            print("equal" if answer.equal else f"differs: {answer.differences}")


if __name__ == "__main__":
    main()
