"""Heroku's own command line, installed once outside the repository, run against the sandbox.

How it is led to another address: seen in its source and when run. It gets a home
of its own, since it writes into git's configuration whenever it starts, and no network but loopback wherever
this machine has namespaces.

`python tests/conformance/heroku_cli.py` installs it and says where.
"""

import asyncio
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.processes import free_port

VERSION = "11.10.0"
SECONDS = 90.0
"""For one command in a process of its own; it takes one or two. A sitting may take three times that."""

_RELAY = Path(__file__).with_name("loopback_only.py")
_SITTING = Path(__file__).with_name("heroku_cli_sitting.mjs")
_AT_START = dict(os.environ)
"""Before a test gets another home, and a proxy that lets nothing out."""


class NotHereError(Exception):
    """The command line cannot be run on this machine; the text says why."""


def installed() -> Path:
    """Its folder: `$OFFRAMP_HEROKU_CLI`, or one in the user's own cache. npm puts it there when it is missing
    (395 MB, half a minute to two).

    Raises:
        NotHereError: there is no Node 20, no npm, or npm could not get it.
    """
    given = _AT_START.get("OFFRAMP_HEROKU_CLI", "")
    home = Path(_AT_START.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)
    folder = Path(given) if given else home / ".cache" / "offramp-tests" / f"heroku-cli-{VERSION}"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        raise NotHereError("node is missing")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    if int(re.sub(r"\D.*", "", said.lstrip("v")) or 0) < 20:
        raise NotHereError(f"node is {said.strip()}, and Heroku's command line wants 20")
    if not _program(folder).exists():
        if npm is None:
            raise NotHereError("npm is missing")
        _install(npm, folder)
    return folder


def _program(folder: Path) -> Path:
    return folder / "node_modules" / "heroku" / "bin" / "run.js"


def _install(npm: str, folder: Path) -> None:
    """Beside its place first, so that a broken installation is never taken for a whole one."""
    part = folder.with_name(f"{folder.name}.{os.getpid()}")
    part.mkdir(parents=True)
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(part)]
    try:
        done = subprocess.run(
            [*command, f"heroku@{VERSION}"],
            env=_AT_START,
            capture_output=True,
            text=True,
            check=False,
            timeout=400,
            cwd=part,
        )
        if done.returncode:
            last = done.stderr.strip().splitlines() or ["no reason told"]
            raise NotHereError(f"npm could not install heroku@{VERSION}: {last[-1][:200]}")
        if not _program(folder).exists():
            part.rename(folder)
    except subprocess.TimeoutExpired as late:
        raise NotHereError("npm did not end within 400 s") from late
    finally:
        shutil.rmtree(part, ignore_errors=True)


def namespace() -> list[str]:
    """What puts a command into a network namespace of its own; empty where that does not work."""
    unshare = shutil.which("unshare")
    for flags in (["-n"], ["-rn"]):
        if unshare is not None:
            tried = subprocess.run([unshare, *flags, "true"], capture_output=True, check=False)
            if tried.returncode == 0:
                return [unshare, *flags]
    return []


@dataclass
class Ran:
    """What a command came to."""

    command: str
    code: int
    out: str
    err: str

    def rows(self) -> list[list[str]]:
        """The cells of every line of a table: what two blanks and more divide."""
        return [re.split(r"\s{2,}", line.strip()) for line in self.out.splitlines() if line.strip()]


class Cli:
    """Heroku's command line, led to one sandbox."""

    def __init__(self, program: Path, folder: Path, ca: Path) -> None:
        self.home = folder / "home"
        self.work = folder / "work"
        self.fence = namespace()
        self._program = program
        self._port = free_port()
        self._socket = folder / "s"
        self._ca = ca
        self._token = ""

    async def join(self, sandbox: HerokuSandbox) -> None:
        """Open the sandbox's one address for it."""
        self.home.mkdir(mode=0o700)
        self.work.mkdir(mode=0o700)
        await sandbox.open_together(self._port, self._socket if self.fence else None)
        self._token = sandbox.credentials["token"]

    def environment(self) -> dict[str, str]:
        address = f"https://127.0.0.1:{self._port}"
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": "240",
            "HEROKU_HOST": address,
            "HEROKU_DATA_HOST": "localhost",
            "HEROKU_PARTICLEBOARD_URL": address,
            "HEROKU_API_KEY": self._token,
            "DISABLE_TELEMETRY": "true",
            "HEROKU_SKIP_NEW_VERSION_CHECK": "true",
            "HEROKU_DISABLE_AUTOUPDATE": "true",
            "NODE_EXTRA_CA_CERTS": str(self._ca),
        }

    def fenced(self, *words: str) -> list[str]:
        """A command line that runs `words` where only the sandbox can be reached."""
        if not self.fence:
            return list(words)
        return [*self.fence, sys.executable, str(_RELAY), str(self._port), str(self._socket), *words]

    async def run(self, commands: Sequence[str]) -> dict[str, Ran]:
        """Run `heroku <command>` for each, one after the other in one process, with Heroku's own hooks.

        If the process dies, -9 is the code of the command that ended it, and of the rest.
        """
        code, out, err = await self._to_the_end(
            "--no-deprecation", str(_SITTING), str(self._program), *commands, seconds=SECONDS * 3
        )
        lines = out.splitlines()
        told = {
            command: Ran(command, **json.loads(line)) for command, line in zip(commands, lines, strict=False)
        }
        died = f"the process ended with {code}\n{err}"
        return {command: told.get(command, Ran(command, -9, "", died)) for command in commands}

    async def run_alone(self, command: str) -> Ran:
        """Run `heroku <command>` as a person does, in a process of its own."""
        line = (str(_program(self._program)), *command.split())
        return Ran(command, *await self._to_the_end(*line, seconds=SECONDS))

    async def _to_the_end(self, *words: str, seconds: float) -> tuple[int, str, str]:
        """Code, output and errors of node with `words`; one that takes longer is ended (-9)."""
        child = await asyncio.create_subprocess_exec(
            *self.fenced("node", *words),
            env=self.environment(),
            cwd=self.work,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = await asyncio.wait_for(child.communicate(), seconds)
        except TimeoutError:
            os.killpg(child.pid, 9)
            out, err = await child.communicate()
        code = child.returncode if child.returncode is not None else -1
        return code, out.decode(errors="replace"), err.decode(errors="replace")


if __name__ == "__main__":
    try:
        print(installed())
    except NotHereError as missing:
        sys.exit(f"Heroku's command line cannot be run here: {missing}.")
