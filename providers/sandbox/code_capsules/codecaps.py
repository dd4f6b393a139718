"""Plays the vendor's command line on this machine: `python -m providers.sandbox.code_capsules.codecaps`.

Its commands, options and words are those of the documentation and of the screenshots in it (npm package
`@codecapsules/cli`, binary `codecaps`); the protocol behind the real one is unknown, so this one asks a route
of the sandbox where a database listens. What it is to play stands in options before the command, each with a
variable of the environment behind it:

    --keyring FOLDER      CODECAPS_SANDBOX_KEYRING   where it keeps its login; without a folder that exists it
                                                     fails as the real one does without a Secret Service
    --login URL           CODECAPS_SANDBOX_LOGIN     the sandbox's login service (none: any password is good)
    --application-key K   CODECAPS_SANDBOX_KEY       what that wants from an application; it is no secret
    --api URL             CODECAPS_SANDBOX_API       the sandbox's main API
    --forward HOST:PORT   CODECAPS_SANDBOX_FORWARD   where to lead to, instead of asking the sandbox
    --fails N             CODECAPS_SANDBOX_FAILS     starts of the proxy that fail first (2)
    --most N              CODECAPS_SANDBOX_MOST      connections at a time (0: any number)
    --beyond WHAT         CODECAPS_SANDBOX_BEYOND    refuse or hang: what meets one connection more
    --freezes FILE        CODECAPS_SANDBOX_FREEZES   once it is made, a proxy that was started before takes
                                                     bytes and carries none on
    --listen ADDRESS      CODECAPS_SANDBOX_LISTEN    127.0.0.1; the real one listens on every interface

It imports nothing of the sandbox, so that it starts quickly when it is run by its path.
"""

import argparse
import asyncio
import contextlib
import getpass
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

LOGIN_TYPE = "[User] Login Initiated"
LIMIT = 20.0
CHUNK = 1 << 16

Beyond = Literal["refuse", "hang"]

NO_KEYRING = "Error: Cannot autolaunch D-Bus without X11 $DISPLAY"
"""What libsecret says on a machine without a session bus."""

ANIMALS = {"PostgreSQL": "🐘", "mysql": "🐬", "Redis": "🟥"}

_OPTIONS = (
    ("--keyring", "CODECAPS_SANDBOX_KEYRING", ""),
    ("--login", "CODECAPS_SANDBOX_LOGIN", ""),
    ("--application-key", "CODECAPS_SANDBOX_KEY", ""),
    ("--api", "CODECAPS_SANDBOX_API", ""),
    ("--forward", "CODECAPS_SANDBOX_FORWARD", ""),
    ("--fails", "CODECAPS_SANDBOX_FAILS", "2"),
    ("--most", "CODECAPS_SANDBOX_MOST", "0"),
    ("--beyond", "CODECAPS_SANDBOX_BEYOND", "refuse"),
    ("--freezes", "CODECAPS_SANDBOX_FREEZES", ""),
    ("--listen", "CODECAPS_SANDBOX_LISTEN", "127.0.0.1"),
)


class Failed(Exception):
    """Said on stderr; the program ends with 1."""


class Keyring:
    """A file in a folder, in place of the Secret Service."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) if folder else None

    def want(self) -> None:
        """Raises Failed where there is none: before anybody types a password for nothing."""
        self._file("")

    def _file(self, name: str) -> Path:
        if self._folder is None or not self._folder.is_dir():
            raise Failed(NO_KEYRING)
        return self._folder / name

    def read(self) -> dict[str, str]:
        """Who is signed in, with tokens. Raises Failed where nobody is."""
        try:
            kept: dict[str, str] = json.loads(self._file("codecaps.json").read_text())
        except FileNotFoundError as error:
            raise Failed("You are not logged in. Please run `codecaps login` first.") from error
        return kept

    def write(self, kept: dict[str, str]) -> None:
        """Keep a login."""
        file = self._file("codecaps.json")
        file.touch(mode=0o600)
        file.write_text(json.dumps(kept))

    def forget(self) -> None:
        """Nobody is signed in any more."""
        self._file("codecaps.json").unlink(missing_ok=True)

    def failed_before(self, capsule: str) -> int:
        """How often the proxy to it has failed so far; this time counts from now on."""
        file = self._file(f"fails-{capsule}")
        before = len(file.read_text()) if file.exists() else 0
        file.write_text("x" * (before + 1))
        return before


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str] | None = None) -> int:
    """Run it; the exit code."""
    options = _parser().parse_args(words)
    keyring = Keyring(options.keyring)
    try:
        return int(options.do(options, keyring))
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="codecaps", description="Plays @codecapsules/cli for the sandbox.")
    for name, variable, default in _OPTIONS:
        parser.add_argument(name, default=os.environ.get(variable, default))
    parser.add_argument("-l", "--log-level", default="info")
    commands = parser.add_subparsers(required=True)
    login = commands.add_parser("login")
    login.add_argument("-e", "--email", required=True)
    login.add_argument("-p", "--password")
    login.set_defaults(do=_login)
    commands.add_parser("logout").set_defaults(do=_logout)
    commands.add_parser("whoami").set_defaults(do=_whoami)
    proxy = commands.add_parser("proxy")
    proxy.add_argument("target", choices=("capsule",))
    proxy.add_argument("-s", "--space", required=True)
    proxy.add_argument("-c", "--capsule", required=True)
    proxy.add_argument("-P", "--port", type=int, default=0)
    proxy.set_defaults(do=_proxy)
    return parser


def _login(options: argparse.Namespace, keyring: Keyring) -> int:
    _say(f"Logging in as {options.email}")
    keyring.want()
    password = options.password or getpass.getpass("Please enter your Code Capsules password: ")
    kept = {"email": options.email}
    if options.login:
        body = {"email": options.email, "password": password, "type": LOGIN_TYPE}
        answer = _asked(f"{options.login}/api/auth/login", options, body=body)
        if "refreshToken" not in answer:
            raise Failed("✖ An error occurred while logging in\n[ERROR] A second factor is needed")
        kept |= {"token": answer["token"], "refresh": answer["refreshToken"]}
    elif not password:
        raise Failed("✖ An error occurred while logging in\n[ERROR] Invalid email or password.")
    keyring.write(kept)
    _say("✔ Logged in successfully")
    _say(_box("Welcome to Code Capsules", [f"You are logged in as {options.email}"]))
    return 0


def _logout(options: argparse.Namespace, keyring: Keyring) -> int:
    keyring.forget()
    _say("✔ Logged out successfully")
    return 0


def _whoami(options: argparse.Namespace, keyring: Keyring) -> int:
    _say(f"Logged in as {keyring.read()['email']}")
    return 0


def _proxy(options: argparse.Namespace, keyring: Keyring) -> int:
    kept = keyring.read()
    if keyring.failed_before(options.capsule) < int(options.fails):
        raise _no_proxy("TypeError: fetch failed")
    door = _door(options, keyring, kept)
    try:
        return asyncio.run(_forward(options, door))
    except OSError as error:
        raise _no_proxy(f"Error: listen EADDRINUSE: address already in use :::{options.port}") from error


def _no_proxy(why: str) -> Failed:
    return Failed(f"✖ An error occurred while creating the proxy\n[ERROR] {why}")


def _door(options: argparse.Namespace, keyring: Keyring, kept: dict[str, str]) -> dict[str, Any]:
    """Where the capsule's database listens, and what it is called."""
    if options.forward:
        host, _, port = options.forward.rpartition(":")
        return {"host": host, "port": int(port), "engine": "PostgreSQL", "database": "app"}
    try:
        return _asked_for_door(options, kept)
    except urllib.error.HTTPError as error:
        if error.code != 401 or not options.login:
            raise _no_proxy(f"Error: {error.code} {error.reason}") from error
    body = {"refreshToken": kept.get("refresh", "")}
    try:
        answer = _asked(f"{options.login}/api/auth/refresh", options, body=body)
    except Failed as error:
        raise Failed("Your session has expired. Please run `codecaps login` again.") from error
    kept |= {"token": answer["token"], "refresh": answer["refreshToken"]}
    keyring.write(kept)
    try:
        return _asked_for_door(options, kept)
    except urllib.error.HTTPError as error:
        raise _no_proxy(f"Error: {error.code} {error.reason}") from error


def _asked_for_door(options: argparse.Namespace, kept: dict[str, str]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {kept.get('token', '')}"}
    space = _fetched(f"{options.api}/spaces/slug/{options.space}", headers)
    cluster = space["data"]["cluster"]["clusterApiEndpoint"]
    return _fetched(f"{cluster}/sandbox/proxy/{options.space}/{options.capsule}", headers)


def _asked(url: str, options: argparse.Namespace, *, body: dict[str, str]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "X-Api-Key": options.application_key}
    headers["x-auth-transport"] = "body"
    try:
        return _fetched(url, headers, json.dumps(body).encode())
    except urllib.error.HTTPError as error:
        raise Failed(f"✖ An error occurred while logging in\n[ERROR] {error.code} {error.reason}") from error


def _fetched(url: str, headers: dict[str, str], body: bytes | None = None) -> dict[str, Any]:
    # The sandbox listens on loopback: no proxy of the environment is asked.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - an address of the sandbox
    try:
        with opener.open(request, timeout=LIMIT) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except urllib.error.HTTPError:
        raise
    except OSError as error:
        raise _no_proxy("TypeError: fetch failed") from error


async def _forward(options: argparse.Namespace, door: dict[str, Any]) -> int:
    forwarder = Forwarder(
        (door["host"], door["port"]),
        listen=options.listen,
        port=options.port,
        most=int(options.most),
        beyond=options.beyond,
        freezes=options.freezes,
    )
    await forwarder.start()
    _say("✔ Successfully created proxy")
    engine, capsule, space = door["engine"], door.get("capsule", {}), door.get("space", {})
    _say(
        _box(
            "Code Capsules Proxy Started",
            [
                f"Forwarding your {ANIMALS.get(engine, '📦')} {engine} Capsule to port {forwarder.port}",
                "",
                f"Capsule: {capsule.get('name', options.capsule)} ({capsule.get('slug', options.capsule)})",
                f"Space: {space.get('name', options.space)} ({space.get('slug', options.space)})"
                f" on cluster {door.get('cluster', 'United Kingdom')}",
                "",
                f"{engine.lower()}://********:********@localhost:{forwarder.port}/{door['database']}",
                "",
                "Press Q to copy the connection string to your clipboard",
            ],
        )
    )
    over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def end(code: int) -> None:
        if not over.done():
            over.set_result(code)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, end, 0)
    threading.Thread(target=_read_keys, args=(loop, end), daemon=True).start()
    code = await over
    if code:
        sys.stderr.write("Error: Couldn't find the `xsel` binary and fallback didn't work.\n")
    return code


def _read_keys(loop: asyncio.AbstractEventLoop, end: Any) -> None:
    """A `q` ends it, as without a clipboard it ends the real one. The end of stdin means nothing."""
    while key := os.read(0, 1):
        if key in b"qQ":
            loop.call_soon_threadsafe(end, 1)
            return


def _box(title: str, lines: list[str]) -> str:
    width = max(len(line) for line in (title, *lines)) + 2
    rows = [f"│ {line.ljust(width - 1)}│" for line in lines]
    return "\n".join([f"╭ {title} {'─' * (width - len(title) - 2)}╮", *rows, f"╰{'─' * width}╯"])


class Forwarder:
    """Forwards `port` of `listen` to `there` (host, port).

    Args:
        most: connections at a time, 0 for any number.
        beyond: what meets one more: it is closed (`refuse`), or taken and never answered (`hang`).
        freezes: a file; once it is made later than this, bytes are taken and not carried on.
    """

    def __init__(
        self,
        there: tuple[str, int],
        *,
        listen: str,
        port: int,
        most: int = 0,
        beyond: Beyond = "refuse",
        freezes: str = "",
    ) -> None:
        self._freezes = Path(freezes) if freezes else None
        self._began = time.time()
        self._there = there
        self._listen = listen
        self._most = most
        self._beyond = beyond
        self._now = 0
        self._server: asyncio.Server | None = None
        self.port = port

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        self._server = await asyncio.start_server(self._carry, self._listen, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def _frozen(self) -> bool:
        with contextlib.suppress(OSError):
            return self._freezes is not None and self._freezes.stat().st_mtime >= self._began
        return False

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._most and self._now >= self._most:
            if self._beyond == "hang":
                await near.read()
            back.transport.abort()
            return
        self._now += 1
        try:
            far, away = await asyncio.open_connection(*self._there)
        except OSError:
            self._now -= 1
            back.transport.abort()
            return
        ways = ((near, away), (far, back))
        pumps = [asyncio.create_task(_pump(reader, writer, self._frozen)) for reader, writer in ways]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for end in (away, back):
                end.close()
            self._now -= 1


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frozen: Callable[[], bool]
) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            if frozen():
                continue
            writer.write(data)
            await writer.drain()


if __name__ == "__main__":
    sys.exit(main())
