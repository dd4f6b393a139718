"""How a Redis is spoken to over lines that are slow, and what is kept in memory meanwhile."""

import gc
import queue
import socket
import threading
import time
import weakref

import pytest

from tests.wizard.stores.redis_servers import RedisServer, Told
from wizard.model.secret import Secret
from wizard.stores.redis import wire
from wizard.stores.redis.address import address_of
from wizard.stores.redis.both import both_of
from wizard.stores.redis.crew import Batch, _Tally
from wizard.stores.redis.wire import Connection, Reply, Word


def test_what_is_sent_may_take_long_as_long_as_it_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ANSWER_LIMIT", 0.7)
    got = 0
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        door.bind(("127.0.0.1", 0))
        door.listen()

        def read_slowly() -> None:
            nonlocal got
            near = door.accept()[0]
            while part := near.recv(1 << 16):
                got += len(part)
                if part.endswith(b"the end\r\n"):
                    near.sendall(b"+OK\r\n")
                time.sleep(0.02)

        reader = threading.Thread(target=read_slowly, daemon=True)
        reader.start()
        connection = Connection(address_of(Secret(f"redis://127.0.0.1:{door.getsockname()[1]}")))
        connection._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        began = time.monotonic()
        assert connection.call("SET", "large", b"x" * (3 << 20) + b"the end") == b"OK"
        assert time.monotonic() - began > 0.7 and got > 3 << 20
        connection.close()
        reader.join(5)


def test_keys_that_are_done_are_forgotten_while_an_earlier_batch_still_runs() -> None:
    heard: list[int | None] = []
    tally, done = _Tally(heard.append), queue.SimpleQueue[Batch]()
    first, second = (Batch(number=n, database=0, keys=(b"k",), cursor=n + 10) for n in (0, 1))
    tally.expect(first)
    tally.expect(second)
    done.put(second)
    gone = weakref.ref(second)
    del second
    tally.settle(done)
    gc.collect()
    assert gone() is None and heard == []
    done.put(first)
    tally.settle(done)
    assert heard == [11]


def test_an_answer_that_comes_late_does_not_make_a_clock_differ(
    source: RedisServer, target: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, late = Connection.call, [1.3]

    def sometimes_late(self: Connection, *command: Word) -> Reply:
        answer = call(self, *command)
        if command[0] == "TIME" and late:
            time.sleep(late.pop())
        return answer

    monkeypatch.setattr(Connection, "call", sometimes_late)
    move = Told(source, target).move
    assert move._insist(both_of).shift == 0 and not late


def test_functions_that_the_source_has_no_more_go(source: RedisServer, target: RedisServer) -> None:
    source.do(("SET", "a", "1"))
    source.do(("FUNCTION", "LOAD", "#!lua name=shop\nredis.register_function('f', function() return 1 end)"))
    told = Told(source, target)
    told.move.copy()
    source.do(("FUNCTION", "FLUSH"))
    assert [one.kind for one in told.move.prove().differences] == ["definition"]
    told.move.refresh()
    assert told.move.prove().equal


def test_a_copy_of_another_version_of_offramp_is_not_gone_on_with(
    source: RedisServer, target: RedisServer
) -> None:
    told = Told(source, target)
    told.move.copy()
    target.do(("HSET", "offramp:move", "format", "2"))
    assert told.move.inspect().target_holds == ("a copy begun by another version of Offramp",)
