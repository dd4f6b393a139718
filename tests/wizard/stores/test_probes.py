"""A tunnel's probe knows its kind of store, and is not content with an open port."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wizard.database.far_end import NoAnswer, local_url
from wizard.database.tunnel import free_port
from wizard.model.secret import Secret
from wizard.stores.ends import RedisEnd, end_of
from wizard.stores.probes import greeted_by_mysql, reached


@pytest.fixture
def answering() -> Iterator[Callable[[bytes | None], int]]:
    """Starts servers that say something at once, nothing (b""), or close (None); gives their ports."""
    doors: list[socket.socket] = []
    held: list[socket.socket] = []

    def start(said: bytes | None) -> int:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)

        def serve() -> None:
            try:
                while True:
                    near, _ = door.accept()
                    if said is None:
                        near.close()
                        continue
                    held.append(near)
                    near.sendall(said)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        return int(door.getsockname()[1])

    yield start
    for one in [*doors, *held]:
        one.close()


URLS = {
    "mysql": "mysql://u:p%40w@db.example:1/db",
    "mongodb": "mongodb://u:p%40w@db.example:1/db?ssl=true",
    "elasticsearch": "https://u:pw@db.example:1",
}

KNOCKS = {"mysql": greeted_by_mysql}


def knock(kind: str, url: str, port: int) -> None:
    KNOCKS.get(kind, reached)(local_url(Secret(url), port))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("mysql", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        ("mysql", None),
        ("elasticsearch", None),
    ],
)
def test_what_is_no_such_store_does_not_answer(
    answering: Callable[[bytes | None], int], kind: str, said: bytes | None
) -> None:
    with pytest.raises(OSError, match=r"\w"):
        knock(kind, URLS[kind], answering(said))


@pytest.mark.parametrize("kind", ["mysql", "mongodb", "elasticsearch"])
def test_a_port_where_nobody_is_does_not_answer(kind: str) -> None:
    with pytest.raises(OSError, match=r"\w"):
        knock(kind, URLS[kind], free_port())


def test_a_store_that_is_there_answers(answering: Callable[[bytes | None], int]) -> None:
    greeting = b"\x4a\x00\x00\x00\x0a8.4.0\x00"
    knock("mysql", "mysql://db.example:1", answering(greeting))  # whatever else its URL says
    for kind, said in (("mysql", greeting), ("mongodb", b""), ("rabbitmq", b"")):
        knock(kind, URLS.get(kind, "amqps://u:pw@db.example:1/v"), answering(said))
    redis = RedisEnd()
    redis.open(redis.local_url(Secret("redis://db.example:1"), answering(b"+OK\r\n+PONG\r\n"))).ask()


@pytest.mark.parametrize(
    "said",
    [b"-ERR Client sent AUTH, but no password is set\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", None],
)
def test_what_is_no_redis_does_not_answer(
    answering: Callable[[bytes | None], int], said: bytes | None
) -> None:
    with pytest.raises(NoAnswer, match=r"\w"):
        RedisEnd().open(Secret(f"redis://:pw@127.0.0.1:{answering(said)}")).ask()


def test_a_mysql_that_cannot_be_signed_in_to_is_knocked_at_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    knocks = 0
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(5)

        def serve() -> None:
            nonlocal knocks
            while True:
                try:
                    near = door.accept()[0]
                except OSError:
                    return
                knocks += 1
                near.sendall(b"\x4a\x00\x00\x00\x0a8.4.0\x00")

        threading.Thread(target=serve, daemon=True).start()
        end = end_of("mysql", tmp_path)
        ping = end.open(end.local_url(Secret(URLS["mysql"]), door.getsockname()[1]))
        for _ in range(5):
            ping.ask()
    assert knocks == 1


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("mongodb://u:p%40w@db.example:1/db?ssl=true", "mongodb://u:p%40w@127.0.0.1:7/db?ssl=true"),
        ("https://db.example", "https://127.0.0.1:7"),
        ("rediss://:p%40w@db.example:1/0", "rediss://:p%40w@127.0.0.1:7/0"),
        ("mysql://u:p%40w@h.example:1/db", "mysql://u:p%40w@127.0.0.1:7/db"),
        ("amqps://u:p%2Fw@h.example:1/%2Fv", "amqps://u:p%2Fw@127.0.0.1:7/%2Fv"),
        ("redis://u@[::1]:1", "redis://u@127.0.0.1:7"),
    ],
)
def test_urls_keep_all_but_host_and_port(url: str, here: str) -> None:
    assert local_url(Secret(url), 7).reveal() == here
