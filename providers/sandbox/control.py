"""How the sandbox's process is spoken to: one JSON object a line over a unix socket in a private folder.

Requests: `{"do": "status"}`, `"hosts"`, `"credentials"`, `"checkouts"`, `"facts"`, `"faults"`,
`{"do": "fault", "vendor": "heroku", "kind": "500", "path": "/apps*"}`, `{"do": "clear-faults"}`,
`"stop"`; for Aptible `{"do": "aptible-image", "name": "acme/shop:v1", "folder": "/path"}` and
`{"do": "aptible-dns", "name": "www.shop.example", "kind": "CNAME", "values": ["elb.example"]}`; for Heroku
`{"do": "heroku-add-on", "app": "shop", "plan": "jawsdb:kitefin", "name": "jawsdb-flat-1", "attached_as":
"JAWSDB", "values": {"JAWSDB_URL": "mysql://..."}}` and `{"do": "heroku-drain", "app": "shop", "url":
"syslog+tls://logs.example:6514"}`; for Code Capsules `{"do": "capsules", "what": "link", "url":
"https://github.com/acme/migrate"}`, see `Dashboard.do`.
Answers: `{"ok": true, "value": ...}` or `{"ok": false, "error": "..."}`.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from providers.sandbox import embedded
from wizard.model.trouble import Trouble

if TYPE_CHECKING:
    from providers.sandbox.server import Sandbox

STATE_FILE = "sandbox.json"
"""Says where the socket is; it holds no secret."""

LONGEST_LINE = 64 * 1024 * 1024


class Control:
    """The listener. Attach the sandbox once it has started.

    Attributes:
        ended: set when somebody asked the sandbox to stop.
        last_contact: monotonic time of the last request.
    """

    def __init__(self, folder: Path) -> None:
        self.ended = asyncio.Event()
        self.last_contact = time.monotonic()
        self._folder = folder
        self._doing = "Starting"
        self._failed: dict[str, str] | None = None
        self._sandbox: Sandbox | None = None
        self._server: asyncio.Server | None = None
        self._socket_folder: Path | None = None

    async def start(self) -> None:
        """Listen, and leave word in the sandbox folder where."""
        self._socket_folder = embedded.private_folder("offramp-control-")
        path = self._socket_folder / "socket"
        self._server = await asyncio.start_unix_server(self._accept, path=path, limit=LONGEST_LINE)
        _write_state(self._folder / STATE_FILE, {"socket": str(path), "pid": os.getpid()})

    async def stop(self) -> None:
        """Stop listening and take the word back."""
        if self._server is not None:
            self._server.close()
        _remove(self._folder / STATE_FILE)
        if self._socket_folder is not None:
            embedded.remove_private_folder(self._socket_folder)

    def say(self, doing: str) -> None:
        """What the sandbox is doing now, for whoever waits for it."""
        self._doing = doing

    def ready(self, sandbox: "Sandbox") -> None:
        """The sandbox stands; from now on all requests are answered."""
        self._sandbox = sandbox

    def fail(self, trouble: Trouble) -> None:
        """The sandbox does not start; whoever waits is told why."""
        self._failed = {"cause": trouble.cause, "remedy": trouble.remedy, "code": trouble.code}

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError):  # a client that goes away, a line too long
            while line := await reader.readline():
                self.last_contact = time.monotonic()
                writer.write(json.dumps(self._answer(line), default=str).encode() + b"\n")
                await writer.drain()
        writer.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            return {"ok": True, "value": self._do(request)}
        except Trouble as trouble:
            return {"ok": False, "error": trouble.sentence()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    def _do(self, request: dict[str, Any]) -> Any:
        what = request["do"]
        if what == "status":
            return {"ready": self._sandbox is not None, "doing": self._doing, "failed": self._failed}
        if what == "stop":
            self.ended.set()
            return None
        if self._sandbox is None:
            raise ValueError("the sandbox is not ready yet")
        match what:
            case "hosts":
                return self._sandbox.hosts
            case "credentials":
                return self._sandbox.credentials
            case "checkouts":
                return self._sandbox.checkouts
            case "facts":
                return self._sandbox.facts()
            case "aptible-image" | "aptible-dns" | "heroku-add-on" | "heroku-drain" | "capsules":
                return _act(self._sandbox, request)
            case "heroku-bucket":
                self._sandbox.heroku.bucket.fill()
                return None
            case "faults" | "fault" | "clear-faults":
                return self._faults(self._sandbox, request)
        raise ValueError(f"there is no request {what!r}")

    def _faults(self, sandbox: "Sandbox", request: dict[str, Any]) -> Any:
        if request["do"] == "faults":
            return {vendor: faults.list() for vendor, faults in sandbox.faults.items()}
        if request["do"] == "fault":
            rule = {key: value for key, value in request.items() if key not in {"do", "vendor", "kind"}}
            return sandbox.faults[request["vendor"]].add(request["kind"], **rule)
        for vendor, faults in sandbox.faults.items():
            if request.get("vendor") in {None, vendor}:
                faults.clear(request.get("id"))
        return None


def _act(sandbox: "Sandbox", request: dict[str, Any]) -> Any:
    """What is done to one vendor."""
    match request["do"]:
        case "aptible-image":
            login = {key: str(request[key]) for key in ("username", "password") if key in request}
            return sandbox.aptible.images.publish(request["name"], Path(request["folder"]), **login)
        case "aptible-dns":
            return _tell_dns(sandbox, request)
        case "heroku-add-on":
            told = {key: str(request[key]) for key in ("plan", "name", "attached_as")}
            return sandbox.heroku.give_add_on(request["app"], values=request["values"], **told)
        case "heroku-drain":
            return sandbox.heroku.give_drain(request["app"], request["url"])
    words = {key: value for key, value in request.items() if key not in {"do", "what"}}
    return sandbox.capsules.dashboard.do(request["what"], **words)


def _tell_dns(sandbox: "Sandbox", request: dict[str, Any]) -> None:
    """`name`, `kind` and `values`: set; without values: remove; `fail` instead: a code, or "silent"."""
    names = sandbox.capsules.dns if sandbox.target == "code-capsules" else sandbox.aptible.dns
    if "fail" in request:
        names.fail(request["name"], request["fail"])
    elif request.get("values"):
        names.set(request["name"], request["kind"], *request["values"])
    else:
        names.remove(request["name"], request.get("kind"))


async def ask(socket: Path, request: Mapping[str, Any]) -> Any:
    """Send one request to the control socket and return its value.

    Raises:
        OSError: nobody listens there.
        ValueError: the sandbox refuses; its words are the message.
    """
    reader, writer = await asyncio.open_unix_connection(socket, limit=LONGEST_LINE)
    try:
        writer.write(json.dumps(request).encode() + b"\n")
        await writer.drain()
        line = await reader.readline()
    finally:
        writer.close()
    if not line:
        raise ConnectionResetError("the sandbox ended in the middle of an answer")
    answer = json.loads(line)
    if not answer["ok"]:
        raise ValueError(answer["error"])
    return answer["value"]


def socket_of(folder: Path) -> Path | None:
    """Where the sandbox of `folder` says that it listens; None if none said so."""
    try:
        return Path(json.loads((folder / STATE_FILE).read_text())["socket"])
    except (OSError, ValueError, KeyError):
        return None


def _write_state(path: Path, state: Mapping[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(state))
    part.chmod(0o600)
    part.replace(path)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
