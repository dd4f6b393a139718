"""The sandbox as a process: `python -m providers.sandbox --folder FOLDER --size standard`."""

import argparse
import asyncio
import fcntl
import os
import signal
import sys
import time
from pathlib import Path

from providers.sandbox.control import Control, ask, socket_of
from providers.sandbox.watchdog import WATCHDOG
from wizard.model.trouble import Trouble

CANARY = "OFFRAMP_SANDBOX_CANARY"
"""Environment variable: a word that is put into every secret the sandbox makes."""

TAKEN = 75
"""Exit code: another sandbox has this folder."""

_PATIENCE = 30.0
"""Seconds to wait for what a sandbox that was killed leaves running; its watchdog ends it."""


def main() -> int:
    """Run until told to stop. Returns the exit code."""
    arguments = _arguments()
    folder: Path = arguments.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not _locked(lock, folder):
        return TAKEN
    # The watchdog keeps the lock until all children of this process are gone.
    WATCHDOG.hold(lock)
    return asyncio.run(_serve(folder, arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m providers.sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where databases, code and logs are")
    parser.add_argument("--size", default="standard", help="tiny, small, standard or large")
    parser.add_argument("--pace", type=float, default=1.0, help="how slow the target is; 0: at once")
    parser.add_argument(
        "--stores",
        default="",
        help="attachments of Key-Value Stores that the example has besides: REDIS,CACHE",
    )
    parser.add_argument(
        "--colleague", action="store_true", help="set the DNS records of the example's domains when asked for"
    )
    parser.add_argument("--target", default="aptible", choices=("aptible", "code-capsules"))
    parser.add_argument("--hours", type=float, default=12.0, help="end after so long without a request")
    return parser.parse_args()


def _locked(lock: int, folder: Path) -> bool:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end or asyncio.run(_somebody_answers(folder)):
                return False
            time.sleep(0.05)
        else:
            return True


async def _somebody_answers(folder: Path) -> bool:
    socket = socket_of(folder)
    if socket is None:
        return False
    try:
        await asyncio.wait_for(ask(socket, {"do": "status"}), 5)
    except (OSError, ValueError):
        return False
    return True


async def _serve(folder: Path, arguments: argparse.Namespace) -> int:
    control = Control(folder)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, control.ended.set)
    await control.start()
    try:
        return await _run(folder, arguments, control)
    except Trouble as trouble:
        control.fail(trouble)
        print(trouble.sentence(), file=sys.stderr, flush=True)  # noqa: T201 - this is the log
        await _until_told(control, seconds=10)  # whoever waits for the sandbox asks in this time
        return 1
    finally:
        await control.stop()


async def _run(folder: Path, arguments: argparse.Namespace, control: Control) -> int:
    from providers.sandbox.server import Sandbox

    sandbox = Sandbox(
        folder,
        size=arguments.size,
        canary=os.environ.pop(CANARY, ""),
        pace=arguments.pace,
        stores=tuple(name for name in arguments.stores.split(",") if name),
        colleague=arguments.colleague,
        target=arguments.target,
    )
    starting = asyncio.create_task(sandbox.start(control.say))
    told = asyncio.create_task(control.ended.wait())
    await asyncio.wait((starting, told), return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
    told.cancel()
    try:
        await starting
    except asyncio.CancelledError:
        return 0
    control.ready(sandbox)
    try:
        while not control.ended.is_set() and time.monotonic() - control.last_contact < arguments.hours * 3600:
            await _until_told(control, seconds=60)
    finally:
        await sandbox.stop()
    return 0


async def _until_told(control: Control, *, seconds: float) -> None:
    try:
        await asyncio.wait_for(control.ended.wait(), seconds)
    except TimeoutError:
        return


if __name__ == "__main__":
    sys.exit(main())
