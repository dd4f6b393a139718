"""The control socket: one line in, one line out, whatever comes."""

import asyncio
import json
import socket
import stat
from collections.abc import Iterator
from typing import Any

import pytest

from wizard.credentials import CredentialRef
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.run.control import LIMIT, ask, hand_over, serve, socket_path
from wizard.session.lock import Lock
from wizard.session.store import Session, create


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


async def echo(request: dict[str, Any]) -> dict[str, Any]:
    if request["do"] == "trouble":
        raise Trouble("It is in the way.", remedy="Move it.", code="way")
    return {"ok": True, "value": request["value"]}


def raw(session: Session, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(socket_path(session)))
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            return b""  # it hung up before the end of what was sent
        answer = b""
        while block := connection.recv(65536):
            answer += block
        return answer


async def test_asked_and_answered(session: Session) -> None:
    server = await serve(session, echo)
    async with server:
        assert stat.S_IMODE(socket_path(session).stat().st_mode) == 0o600
        assert stat.S_IMODE(socket_path(session).parent.stat().st_mode) == 0o700
        answer = await asyncio.to_thread(ask, session, {"do": "echo", "value": "x" * 100_000})
        assert answer["value"] == "x" * 100_000
        refused = await asyncio.to_thread(ask, session, {"do": "trouble"})
        assert refused["ok"] is False and "It is in the way." in refused["why"]


@pytest.mark.parametrize(
    "line",
    [b"nonsense", b"[]", b"7", b'{"do": 7}', b'{"do": "echo"}', b"\xff\xfe", b"[" * 100_000, b'{"value": 1}'],
    ids=lambda line: line[:12].decode(errors="replace"),
)
async def test_nonsense_is_answered_and_the_next_one_too(session: Session, line: bytes) -> None:
    async with await serve(session, echo):
        good = b'{"do": "echo", "value": 1}'
        answers = (await asyncio.to_thread(raw, session, line + b"\n" + good + b"\n")).splitlines()
        assert [json.loads(answer)["ok"] for answer in answers] == [False, True]


async def test_a_flood_ends_the_connection_only(session: Session) -> None:
    async with await serve(session, echo):
        assert await asyncio.to_thread(raw, session, b"x" * (LIMIT * 3)) == b""
        assert (await asyncio.to_thread(ask, session, {"do": "echo", "value": 1}))["ok"]


async def test_a_leftover_socket_is_replaced(session: Session) -> None:
    socket_path(session).write_text("left over")
    async with await serve(session, echo):
        assert (await asyncio.to_thread(ask, session, {"do": "echo", "value": 1}))["ok"]


async def test_found_where_the_worker_says_it_listens(
    session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    lock = Lock(session.worker_lock_file)
    assert lock.take(str(socket_path(session)))
    async with await serve(session, echo):
        # Another login, with another place for sockets.
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        other = Session(session.folder)
        assert (await asyncio.to_thread(ask, other, {"do": "echo", "value": 1}))["ok"]
        other.close()
    lock.release()


def test_nobody_there_is_a_sentence(session: Session) -> None:
    with pytest.raises(Trouble) as silent:
        ask(session, {"do": "ping"})
    assert silent.value.code == "worker-silent" and silent.value.retry


async def test_a_credential_that_is_not_taken_is_said(session: Session) -> None:
    taken: list[str] = []

    async def choosy(request: dict[str, Any]) -> dict[str, Any]:
        if request["account"] != "ada":
            return {"ok": False, "why": "This token is of bob@example.com."}
        taken.append(request["value"])
        return {"ok": True}

    async with await serve(session, choosy):
        ada, bob = (CredentialRef(vendor="aptible", account=name) for name in ("ada", "bob"))
        await asyncio.to_thread(hand_over, session, ada, Secret("the-token-of-ada"))
        with pytest.raises(Trouble) as refused:
            await asyncio.to_thread(hand_over, session, bob, Secret("the-token-of-bob"))
    assert taken == ["the-token-of-ada"]
    assert refused.value.cause == "This token is of bob@example.com."
    assert refused.value.untouched == "The run goes on as before."
