"""The way to speak to a worker: JSON lines over a unix socket in a 0700 folder, same user only.

A request is one object with `do` (pause, resume, retry, more, fewer, accept, stop, back, port, answer,
secret, ping) and what belongs to it; the answer is one object, `{"ok": true}` or
`{"ok": false, "why": "..."}`, with `code` where a trouble is why.
Secrets travel here and nowhere else: never by argument, never by environment.
"""

import asyncio
import contextlib
import json
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from wizard.credentials import CredentialRef
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble, joined, tag
from wizard.session.lock import Lock
from wizard.session.places import run_folder
from wizard.session.store import Session

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

LIMIT = 1 << 20
"""Bytes of one request; longer ones end the connection."""


def socket_path(session: Session) -> Path:
    """Where a worker that this process starts for a session listens."""
    return run_folder() / f"{session.id[-24:]}.sock"


def _socket_in_use(session: Session) -> Path:
    """Where the worker that runs listens. It may have been started in another login with another place
    for sockets, so it says so in its lock."""
    holder = Lock(session.worker_lock_file).holder()
    return Path(holder.socket) if holder is not None and holder.socket else socket_path(session)


def _peer_uid(peer: socket.socket) -> int | None:
    linux = getattr(socket, "SO_PEERCRED", None)
    if linux is not None:
        credentials = peer.getsockopt(socket.SOL_SOCKET, linux, struct.calcsize("3i"))
        return int(struct.unpack("3i", credentials)[1])
    # macOS and the BSDs: SOL_LOCAL = 0, LOCAL_PEERCRED = 1, struct xucred {u_int version; uid_t uid; ...}.
    with contextlib.suppress(OSError):
        return int(struct.unpack("II", peer.getsockopt(0, 1, 76)[:8])[1])
    return None


async def serve(session: Session, handle: Handler) -> asyncio.Server:
    """Listen for requests; `handle` answers each. The caller holds the worker's lock, so a socket file
    that is there is a leftover."""
    path = socket_path(session)
    path.unlink(missing_ok=True)

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            uid = _peer_uid(writer.get_extra_info("socket"))
            if uid is not None and uid not in (os.getuid(), 0):
                return
            while line := await reader.readline():
                answer = await _answer(line, handle)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.LimitOverrunError):
            return  # a client that breaks off or floods is gone; nothing of ours depends on it
        finally:
            writer.close()

    server = await asyncio.start_unix_server(client, path=str(path), limit=LIMIT)
    path.chmod(0o600)
    return server


async def _answer(line: bytes, handle: Handler) -> dict[str, Any]:
    try:
        request = json.loads(line)
        if not isinstance(request, dict) or not isinstance(request.get("do"), str):
            return {"ok": False, "why": "not a request"}
        return await handle(request)
    except Trouble as trouble:
        why = joined(trouble.cause, trouble.untouched, trouble.remedy)
        return {"ok": False, "why": why, "code": trouble.code}
    except (ValueError, KeyError, RecursionError):
        return {"ok": False, "why": "not a request"}


def refused(answer: dict[str, Any], *, remedy: str, untouched: str = "Nothing was changed.") -> Trouble:
    """What an answer that is not ok says, under the worker's own code for it, where it has one."""
    return Trouble(
        str(answer.get("why", "The worker refused.")),
        # The words of a trouble say it already.
        untouched="" if "code" in answer else untouched,
        remedy=remedy,
        code=str(answer.get("code", "not-taken")),
    )


def said(answer: dict[str, Any]) -> str:
    """Why an answer is not ok, in a line."""
    return joined(
        str(answer.get("why", "The worker refused.")), tag(answer["code"]) if "code" in answer else ""
    )


def ask(session: Session, request: dict[str, Any], *, timeout: float = 5.0) -> dict[str, Any]:
    """Send one request to a session's worker and return its answer.

    Raises:
        Trouble: there is no worker, or it does not answer within `timeout` seconds.
    """
    path = _socket_in_use(session)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                block = connection.recv(65536)
                if not block:
                    break
                answer += block
        decoded = json.loads(answer)
    except (OSError, ValueError) as error:
        raise Trouble(
            f"The worker of {session.name} does not answer.",
            untouched="What it has done so far is in the journal.",
            remedy="Press r to start it again; it goes on where it stopped.",
            code="worker-silent",
            retry=True,
        ) from error
    if not isinstance(decoded, dict):
        raise Trouble(
            "The worker answered with nonsense.", remedy="Press r to ask again.", code="worker-silent"
        )
    return decoded


HAND_OVER = 30.0
"""Seconds that a worker may take for a credential: it asks the vendor whose it is."""


def hand_over(session: Session, ref: CredentialRef, secret: Secret) -> None:
    """Give a credential to the worker; it keeps it in memory only.

    Raises:
        Trouble: there is no worker, or it does not take it: it is of another account than the run's.
    """
    answer = ask(
        session,
        {
            "do": "secret",
            "vendor": ref.vendor,
            "account": ref.account,
            "kind": ref.kind,
            "value": secret.reveal(),
        },
        timeout=HAND_OVER,
    )
    if not answer.get("ok"):
        raise refused(
            answer,
            untouched="The run goes on as before.",
            remedy="Sign in as the account that the run belongs to.",
        )
