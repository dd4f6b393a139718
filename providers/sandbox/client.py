"""Starting the sandbox's process, or finding the one that runs, and speaking to it."""

import asyncio
import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from providers.sandbox.control import ask, socket_of
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME", "TZ")
LOG = "sandbox.log"
_TAKEN = 75
_TRIES = 3


class SandboxClient:
    """A running sandbox.

    Attributes:
        hosts: `{"heroku": {...}, "aptible": {...}}`, what a provider's `open` takes.
        credentials: what signs in there, per vendor. Each value is known to the register of secrets.
        checkouts: path of each example app's git repository.
        pid: of the sandbox's process.
    """

    def __init__(self, folder: Path, socket: Path) -> None:
        self.hosts: dict[str, dict[str, str]] = {}
        self.credentials: dict[str, dict[str, str]] = {}
        self.checkouts: dict[str, Path] = {}
        self.pid = 0
        self._folder = folder
        self._socket = socket

    async def read(self) -> None:
        """Read hosts, credentials and checkouts again."""
        self.hosts = await self._ask(do="hosts")
        self.credentials = await self._ask(do="credentials")
        self.checkouts = {app: Path(path) for app, path in (await self._ask(do="checkouts")).items()}
        self.pid = (await self.facts())["pid"]
        for vendor, values in self.credentials.items():
            for name, value in values.items():
                if name != "email":
                    Secret(value, f"{vendor} {name}")

    async def facts(self) -> dict[str, Any]:
        """What stands in the sandbox now: counts of objects, POSTs, processes, per vendor."""
        facts: dict[str, Any] = await self._ask(do="facts")
        return facts

    async def fault(self, vendor: str, kind: str, **rule: Any) -> int:
        """Make a vendor's servers misbehave; see `providers.sandbox.faults.Faults.add`. Returns the id."""
        number: int = await self._ask(do="fault", vendor=vendor, kind=kind, **rule)
        return number

    async def faults(self) -> dict[str, list[dict[str, Any]]]:
        """All rules of misbehaviour, with how often each was used."""
        rules: dict[str, list[dict[str, Any]]] = await self._ask(do="faults")
        return rules

    async def clear_faults(self, vendor: str | None = None) -> None:
        """Let everything go well again, of one vendor or of all."""
        await self._ask(do="clear-faults", vendor=vendor)

    async def fill_bucket(self) -> None:
        """Give the account at Heroku all of its requests back, as an hour without one does."""
        await self._ask(do="heroku-bucket")

    async def stop(self) -> None:
        """End the sandbox with all its processes; returns when its folder is free again."""
        await self._ask(do="stop")
        await _until_free(self._folder)

    async def _ask(self, **request: Any) -> Any:
        try:
            return await ask(self._socket, request)
        except OSError as error:
            raise Trouble(
                f"The sandbox does not answer: {error}.",
                remedy="Start the demo again; it starts a new sandbox.",
                code="sandbox-gone",
                retry=True,
            ) from error


async def find(folder: Path) -> SandboxClient | None:
    """The sandbox that runs in `folder` and is ready, or None."""
    socket = socket_of(folder)
    if socket is None:
        return None
    try:
        status = await ask(socket, {"do": "status"})
    except (OSError, ValueError):
        return None
    if not status["ready"]:
        return None
    client = SandboxClient(folder, socket)
    await client.read()
    return client


async def stop(folder: Path) -> None:
    """End the sandbox of `folder`, also one that is still starting; nothing happens when none runs.

    Raises:
        Trouble: it does not end.
    """
    if _is_free(folder):
        return
    for _ in range(100):
        # One that has just begun has its folder, and does not listen yet.
        if socket_of(folder) is not None or _is_free(folder):
            break
        await asyncio.sleep(0.05)
    await _ask_to_end(folder)
    await _until_free(folder)


async def start_or_find(
    folder: Path,
    *,
    size: str = "standard",
    progress: Callable[[str], None] = lambda doing: None,
    canary: str = "",
    pace: float = 1.0,
    stores: tuple[str, ...] = (),
    colleague: bool = False,
    target: str = "aptible",
) -> SandboxClient:
    """The sandbox of `folder`: the running one, or a new one, ready to be used.

    Args:
        size: of the example's data, if it must be made: tiny, small, standard, large.
        progress: takes what the sandbox is doing, in words, while one waits.
        canary: put into every secret that the sandbox makes, so that a test can look for leaks.
        pace: seconds of the sandbox per second of the target's operations.
        stores: attachments of Key-Value Stores ("REDIS") that the example has besides, each a real Redis.
        colleague: somebody sets the DNS records of the example's domains when they are asked for; with Code
            Capsules, links the repository, pushes the branch and sets what only the dashboard sets.
        target: "aptible" or "code-capsules".

    Raises:
        Trouble: it does not start; the cause is the sandbox's own.
    """
    found = await find(folder)
    if found is not None:
        return found
    told = ["--pace", str(pace), "--stores", ",".join(stores), *(["--colleague"] if colleague else [])]
    told += ["--target", target]
    process = await asyncio.to_thread(_spawn, folder, size, canary, told)
    said = ""
    refused = 0
    while True:
        status = await _status(folder)
        if status is not None:
            if status["doing"] != said:
                said = status["doing"]
                progress(said)
            if status["failed"]:
                failed = status["failed"]
                await _ask_to_end(folder)
                raise Trouble(failed["cause"], remedy=failed["remedy"], code=failed["code"])
            if status["ready"]:
                ready = await find(folder)
                if ready is not None:
                    return ready
        elif process.poll() == _TAKEN and refused < _TRIES:
            refused += 1
            process = await asyncio.to_thread(_spawn, folder, size, canary, told)
        elif process.poll() is not None:
            raise Trouble(
                f"The sandbox ended while it started: {_log_end(folder) or 'another one has its folder'}",
                remedy="See its log (sandbox.log in the sandbox folder).",
                code="sandbox-ended",
            )
        await asyncio.sleep(0.05)


async def _status(folder: Path) -> dict[str, Any] | None:
    socket = socket_of(folder)
    if socket is None:
        return None
    try:
        status: dict[str, Any] = await ask(socket, {"do": "status"})
    except (OSError, ValueError):
        return None
    return status


async def _ask_to_end(folder: Path) -> None:
    socket = socket_of(folder)
    if socket is not None:
        with contextlib.suppress(OSError, ValueError):  # it ends by itself soon
            await ask(socket, {"do": "stop"})


def _spawn(folder: Path, size: str, canary: str, told: list[str]) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    if canary:
        environment["OFFRAMP_SANDBOX_CANARY"] = canary
    command = [sys.executable, "-P", "-m", "providers.sandbox", "--folder", str(folder.absolute())]
    log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(
            [*command, "--size", size, *told],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(log)


async def _until_free(folder: Path) -> None:
    for _ in range(600):
        if _is_free(folder):
            return
        await asyncio.sleep(0.05)
    raise Trouble(
        "The sandbox does not end.",
        remedy=f"See its log ({LOG} in {folder}), and end its process yourself.",
        code="sandbox-stays",
    )


def _is_free(folder: Path) -> bool:
    """Whether no sandbox, and nothing that one left behind, holds the folder."""
    if not folder.is_dir():
        return True
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _log_end(folder: Path) -> str:
    try:
        return (folder / LOG).read_text(errors="replace").strip()[-600:]
    except OSError as error:
        return str(error)
