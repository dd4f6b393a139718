"""What breaks while a Redis is copied: the mover, the net, the servers; and how much memory it takes."""

import dataclasses
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.faults.cutting_net import CuttingNet
from tests.faults.narrow_net import NarrowNet
from tests.wizard.stores.redis_servers import RedisServer, Told, servers, zoo
from wizard.database.control import Stopped
from wizard.database.lanes import Lanes
from wizard.database.tunnel import free_port
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores import insist
from wizard.stores.redis import both, carry, passes, server
from wizard.stores.redis.carry import Carrier


@pytest.fixture(scope="module")
def running(
    needs_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[RedisServer]]:
    program, folder = needs_program("redis-server"), tmp_path_factory.mktemp("redis")
    with servers(lambda: RedisServer(program, folder), lambda: RedisServer(program, folder)) as both:
        yield both


@pytest.fixture
def source(running: list[RedisServer]) -> RedisServer:
    running[0].clear()
    return running[0]


@pytest.fixture
def target(running: list[RedisServer]) -> RedisServer:
    running[1].clear()
    return running[1]


def fill(server: RedisServer, keys: int) -> None:
    """Text values of a few sizes, a tenth of them with an expiry."""
    script = (
        "for n = 1, tonumber(ARGV[1]) do redis.call('SET', 'key:' .. n, string.rep('v', n % 200))"
        " if n % 10 == 0 then redis.call('EXPIRE', 'key:' .. n, 90000) end end"
    )
    server.do(("EVAL", script, 0, keys))


@pytest.mark.parametrize(
    ("keys", "narrow"),
    [
        (15_000, False),
        pytest.param(15_000, True, marks=pytest.mark.slow),
        pytest.param(100_000, False, marks=pytest.mark.slow),
    ],
)
def test_a_mover_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on(
    source: RedisServer, target: RedisServer, keys: int, narrow: bool
) -> None:
    fill(source, keys)
    where = {"SOURCE": source.url().reveal(), "TARGET": target.url().reveal()}
    net = NarrowNet(target.port, "hang")
    if narrow:
        where |= {"TARGET": net.url(target.url()).reveal(), "LANES": "1"}
    words = [sys.executable, "-m", "tests.faults.dying_redis_move", str(keys // 2500)]
    died = subprocess.run(words, env={**os.environ, **where, "PYTHONPATH": str(Path.cwd())}, check=False)
    assert died.returncode == -signal.SIGKILL
    there = target.do(("DBSIZE",))[0] - 1
    assert keys // 4 < there < keys
    told = Told(source, target, lanes=Lanes(1) if narrow else None)
    told.move._ends._target = lambda: Secret(where["TARGET"])
    assert told.move.inspect().target_state == "ours"
    told.move.copy()
    assert target.do(("DBSIZE",))[0] == keys + 1
    proof = told.move.prove()
    assert proof.equal and proof.compared == keys
    told.move.tidy()
    net.close()
    assert (net.at_once, net.turned_away) == (int(narrow), 0)
    assert target.do(("DBSIZE",))[0] == keys


def test_a_resumed_copy_does_not_begin_at_the_beginning(
    source: RedisServer, target: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source, 10_000)
    first, carry, carried = Told(source, target, workers=1), Carrier.carry, [0]

    def stopping(self: Carrier, *arguments: object) -> tuple[int, int]:
        answer = carry(self, *arguments)  # type: ignore[arg-type]
        carried[0] += answer[0]
        if carried[0] > 5000:
            first.control.stop()
        return answer

    monkeypatch.setattr(Carrier, "carry", stopping)
    with pytest.raises(Stopped):
        first.move.copy()
    begun = carried[0]
    Told(source, target).move.copy()
    assert carried[0] - begun < 6500
    assert Told(source, target).move.prove().equal


def test_a_line_that_is_cut_ten_times_costs_nothing_but_time(
    source: RedisServer, target: RedisServer
) -> None:
    fill(source, 6000)
    source.do(*zoo(time.time_ns() // 1_000_000))
    near = CuttingNet(source.port, source.url(), cut_after=100_000, cuts=5)
    far = CuttingNet(target.port, target.url(), cut_after=30_000, cuts=5)
    told = Told(near, far)
    told.whole_way()
    assert near.cuts + far.cuts >= 10
    assert any(report.waiting_for for report in told.reports)
    near.close()
    far.close()
    assert target.keys() == source.keys()


@pytest.mark.parametrize("pieces", [False, True])
def test_an_app_that_goes_on_writing_until_the_cut_over_loses_nothing(
    source: RedisServer, target: RedisServer, monkeypatch: pytest.MonkeyPatch, pieces: bool
) -> None:
    if pieces:
        monkeypatch.setattr(carry, "LARGE", 0)
        monkeypatch.setattr(carry, "GROUP", 0)
    fill(source, 300 if pieces else 8000)
    frozen = threading.Event()

    def write() -> None:
        dice = random.Random(7)
        while not frozen.is_set():
            name, key = dice.randrange(9000), f"key:{dice.randrange(9000)}"
            source.do(
                ("SET", key, f"new {name}"),
                ("DEL", f"key:{name}"),
                ("EXPIRE", f"key:{dice.randrange(9000)}", 90_000),
                ("RPUSH", f"list:{name % 50}", name),
                ("HSET", f"hash:{name % 50}", f"field {name}", name),
                ("SPOP", f"set:{name % 9}"),
                ("SADD", f"set:{name % 9}", *range(name % 40)),
                ("XADD", "stream", "*", "name", name),
                ("RENAME", f"list:{name % 50}", f"list:{name % 60}"),
                ("RENAME", f"hash:{name % 50}", f"list:{name % 50}"),
                ("RENAME", "stream", f"key:{name % 9}"),
            )

    app = threading.Thread(target=write)
    app.start()
    told = Told(source, target)
    told.move.copy()
    time.sleep(0.3)
    frozen.set()
    app.join()
    changes = told.move.refresh()
    assert changes.copied_again > 0
    proof = told.move.prove()
    assert proof.equal and proof.compared == source.do(("DBSIZE",))[0], proof.differences


@pytest.mark.parametrize("how", ["started anew", "emptied", "started anew and silent"])
def test_a_source_that_is_empty_does_not_empty_the_target(
    source: RedisServer, target: RedisServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source, 1000)
    if how.endswith("silent"):
        monkeypatch.setattr(
            server, "look", lambda connection, look=server.look: without_run(look(connection))
        )
        monkeypatch.setattr(both, "look", server.look)
    Told(source, target).move.copy()
    if how == "emptied":
        source.do(("FLUSHALL",))
    else:
        source.stop()
        source.start()
        source.do(("SET", "key:1", "1"))
    with pytest.raises(Trouble, match=r"lost keys: [01] are left of 1,000") as lost:
        Told(source, target).move.refresh()
    assert lost.value.code == "source-lost-keys" and target.do(("DBSIZE",))[0] == 1001
    target.do(("HSET", "offramp:move", "may-lose", "yes"))
    changes = Told(source, target).move.refresh()
    assert target.do(("HEXISTS", "offramp:move", "may-lose")) == [0]
    assert changes.removed >= 999 and Told(source, target).move.prove().equal


def without_run(found: server.Server) -> server.Server:
    return dataclasses.replace(found, run="")


@pytest.mark.parametrize("how", ["started anew", "emptied", "not let in"])
def test_a_source_that_loses_its_keys_while_it_is_compared_does_not_empty_the_target(
    source: RedisServer, target: RedisServer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    fill(source, 1000)
    source.do(("SET", "other", "1"), database=3)
    Told(source, target).move.copy()
    source.do(("SET", "more", "1"))
    drop = passes._drop_parts

    def break_first(*arguments: object) -> None:
        if how == "emptied":
            source.do(("FLUSHALL",))
        elif how == "started anew":
            source.stop()
            source.start()
        elif arguments[2] == 3:
            source.do(("ACL", "SETUSER", "default", "-select"))
        drop(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(passes, "_drop_parts", break_first)
    try:
        with pytest.raises(Trouble) as lost:
            Told(source, target).move.refresh()
    finally:
        source.do(("ACL", "SETUSER", "default", "+@all"))
    assert lost.value.code == ("store-rights" if how == "not let in" else "source-lost-keys")
    assert target.do(("DBSIZE",))[0] == 1002 and target.do(("GET", "other"), database=3) == [b"1"]


def test_a_target_that_was_started_anew_is_copied_to_again(source: RedisServer, target: RedisServer) -> None:
    fill(source, 1000)
    Told(source, target).move.copy()
    target.stop()
    target.start()
    with pytest.raises(Trouble) as lost:
        Told(source, target).move.refresh()
    assert lost.value.code == "no-copy" and target.keys() == set()
    Told(source, target).whole_way()


def test_a_server_that_is_gone_is_waited_for_and_told_of(
    source: RedisServer, target: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source, 1000)
    monkeypatch.setattr(insist, "LONGEST_SILENCE", 0.5)
    net = CuttingNet(free_port(), source.url())
    told = Told(net, target)
    with pytest.raises(Trouble) as gone:
        told.move.inspect()
    assert gone.value.retry and told.reports[-1].waiting_for
    net.close()
    monkeypatch.setattr(insist, "LONGEST_SILENCE", 600.0)
    waiting = Told(net, target)
    threading.Timer(0.3, waiting.control.stop).start()
    with pytest.raises(Stopped):
        waiting.move.copy()


def test_a_pause_holds_the_copy_and_a_stop_ends_it_in_a_wait_for_an_answer(
    source: RedisServer, target: RedisServer
) -> None:
    fill(source, 5000)
    told = Told(source, target)
    told.control.pause()
    worker = threading.Thread(target=told.whole_way)
    worker.start()
    time.sleep(0.3)
    assert target.keys() == set()
    told.control.resume()
    worker.join(30)
    assert target.do(("DBSIZE",))[0] == 5000
    source.do(("CLIENT", "PAUSE", 20_000, "ALL"))
    stuck = Told(source, target)
    threading.Timer(0.3, stuck.control.stop).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        stuck.move.prove()
    assert time.monotonic() - began < 10
    source.stop()
    source.start()


def peak() -> int:
    """Bytes that this process had in memory at most since the last call."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")
def test_large_values_take_little_memory(source: RedisServer, target: RedisServer) -> None:
    # What a DUMP cannot make small.
    chunk = os.urandom(1 << 20)
    source.do(*(("APPEND", "large text", chunk) for _ in range(60)))
    source.do(*(("RPUSH", "large list", *[chunk[: 1 << 16]] * 16) for _ in range(40)))
    told = Told(source, target)
    peak()
    before = peak()
    told.move.copy()
    assert told.move.prove().equal
    grown = peak() - before
    assert grown < 50 << 20, f"{grown >> 20} MB more for 100 MB of values"


@pytest.mark.parametrize("beyond", ["refuse", "hang"])
def test_a_tunnel_for_one_connection_is_enough(
    source: RedisServer, target: RedisServer, beyond: Literal["refuse", "hang"]
) -> None:
    fill(source, 4_000)
    source.do(("SET", "elsewhere", "1"), database=5)
    net = NarrowNet(target.port, beyond)
    told = Told(source, target, lanes=Lanes(1))
    told.move._ends._target = lambda: net.url(target.url())
    carry_over, cuts = told.move._gauge.add, [net.cut]

    def add_and_cut(*words: object) -> None:
        carry_over(*words)  # type: ignore[arg-type]
        # What breaks in the middle is gone on with, by one connection again.
        while cuts:
            cuts.pop()()

    told.move._gauge.add = add_and_cut  # type: ignore[method-assign]
    try:
        told.move.copy()
        source.do(("SET", "key:1", "changed"), ("DEL", "key:2"))
        told.whole_way()
    finally:
        net.close()
    assert (net.at_once, net.turned_away, cuts) == (1, 0, [])
    assert target.do(("GET", "key:1"), ("EXISTS", "key:2")) == [b"changed", 0]
    assert target.do(("GET", "elsewhere"), database=5) == [b"1"]
