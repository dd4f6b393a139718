"""Cloning an app's code from Heroku Git, with the token and nothing else.

Heroku Git takes any user with the token as password (Dev Center). git asks a credential helper for it, and
the helper reads it from a pipe that only this git and its children have: once, for this host only. So the
token stands in no argument, no URL, no file and no environment, and is gone from the pipe when it was read.
git runs in a home of its own, where no other helper, hook, netrc or rewriting of URLs is; what it needs of a
person's settings to reach the network (a proxy, certificates) is copied there.
"""

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import stat
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from providers.heroku.client import Client
from providers.heroku.clone_failures import checkout_failure, empty, failure, no_room
from providers.heroku.fields import text
from wizard import child
from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret, redact
from wizard.model.text import clean
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import Log

SILENT_SECONDS: Final = 180.0
"""How long git may say nothing; a server that packs a large repository counts aloud."""

LOCAL_SECONDS: Final = 60.0
"""For a git command that asks nobody."""

_NETWORK_SETTINGS: Final = frozenset(
    {
        "http.proxy",
        "http.proxyauthmethod",
        "http.proxysslcainfo",
        "http.sslbackend",
        "http.sslcainfo",
        "http.sslcapath",
        "http.sslversion",
    }
)
_PREFIX: Final = ".offramp-clone-"
_LOCK: Final = "in-use"
_PERCENT = re.compile(r"^(?P<phase>.*?):\s+(?P<percent>\d+)% ")


async def clone(client: Client, app_id: str, folder: Path, log: Log) -> str:
    """Clone the code of an app into `folder`, which is new or empty; returns the commit that is checked out.

    What fails, or is broken off, leaves nothing; what was killed is cleared by the next clone beside it.

    Args:
        log: takes git's progress, a clean line at a time.

    Raises:
        SignInNeeded: Heroku Git does not take the token.
        Gone, Refused: there is no such app, or this account may not read its code.
        Unreachable: the connection broke, or nothing came for three minutes.
        Trouble: the folder is not empty; nothing was ever pushed to the app; git is not installed.
    """
    host = client.hosts.get("git")
    if host is None:
        raise Trouble(
            "No address of Heroku Git is known beside this API.",
            remedy="Clone the app yourself, and name the folder.",
            code="no-git-host",
        )
    folder = await asyncio.to_thread(_checked, folder)
    app = await client.get(f"/apps/{urllib.parse.quote(app_id, safe='')}")
    name = text(app, "name")
    if not re.fullmatch(r"[a-z0-9-]{1,60}", name):
        raise Trouble(
            "Heroku tells no name of the app that its code could be cloned by.",
            remedy="Clone it yourself, and name the folder.",
            code="no-app-name",
        )
    try:
        await asyncio.to_thread(_clear_left, folder.parent)
        with (
            tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder.parent) as place,
            _held(Path(place)) as hold,
        ):
            work = _Work(Path(place), f"{host}/{name}.git", client.token, hold)
            await work.fetch(name, log)
            commit = await work.check_out(name, text(app, "stack", "name"))
            work.code.chmod(0o700)
            work.code.rename(folder)
    except OSError as error:
        raise no_room(folder, error) from error
    return commit


@contextlib.contextmanager
def _held(place: Path) -> Iterator[int]:
    """Lock a file in `place`, under its name only when it is locked, and give its descriptor."""
    making = place / f"{_LOCK}.new"
    lock = os.open(making, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with contextlib.suppress(OSError):
            # Where a file system knows no locks nothing gets the name, and nothing is ever cleared.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            making.rename(place / _LOCK)
        yield lock
    finally:
        os.close(lock)


def _clear_left(parent: Path) -> None:
    """Remove what clones left in `parent` that were killed: folders of this user with our name, closed to
    others, with our file in them, which no process holds. All else stays."""
    for place in parent.glob(f"{_PREFIX}*"):
        try:
            about = place.lstat()
            ours = about.st_uid == os.geteuid() and about.st_mode & 0o077 == 0
            if not (ours and stat.S_ISDIR(about.st_mode)):
                continue
            lock = os.open(place / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue  # not ours, or gone meanwhile
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
        except OSError:
            continue  # in use
        finally:
            os.close(lock)


class _Work:
    """One clone in the making. `place` is a private folder beside the one that it becomes, `hold` the open
    file whose lock says that it is in use."""

    def __init__(self, place: Path, url: str, token: Secret, hold: int) -> None:
        self._hold = hold
        self.code = place / "code"
        self._home = place / "home"
        self._url = url
        self._token = token
        self._environment: dict[str, str] = {}

    async def fetch(self, name: str, log: Log) -> None:
        """Run `git clone`; raises what its failure means."""
        self._home.mkdir(mode=0o700)
        await asyncio.to_thread(self._prepare)
        reading, writing = os.pipe()
        try:
            # Shorter than a pipe holds, so it is written before anybody reads.
            os.write(writing, f"username=offramp\npassword={self._token.reveal()}\n".encode())
            os.close(writing)
            helper = f'!f() {{ test "$1" = get && cat /dev/fd/{reading}; }}; f'
            process = await child.start(
                "git",
                *_settings(self._url, helper),
                "clone",
                "--progress",
                "--template=",
                "--origin=heroku",
                "--",
                self._url,
                str(self.code),
                env=self._environment,
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                # git may live on when this process is killed; its folder is in use as long.
                pass_fds=(reading, self._hold),
            )
        except FileNotFoundError as error:
            raise Trouble(
                "The program git is not on this machine.",
                remedy="Install git and try again.",
                code="no-git",
            ) from error
        finally:
            os.close(reading)
        said = await _watch(process, log)
        if process.returncode:
            raise failure(name, said)

    async def check_out(self, name: str, stack: str) -> str:
        """Make sure that a commit is checked out: a server's HEAD can name a branch that was never pushed."""
        head = await self._line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if head:
            return head
        refs = "refs/remotes/heroku/"
        told = await self._line("for-each-ref", "--format=%(refname)", refs, first_only=False)
        branches = [line.removeprefix(refs) for line in told.split("\n") if line]
        if not branches:
            raise empty(name, stack)
        branch = next((one for one in ("main", "master") if one in branches), branches[0])
        done = await self._git("checkout", "--quiet", "-B", branch, f"heroku/{branch}")
        head = await self._line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if done.returncode or not head:
            raise checkout_failure(name, done.stderr.decode(errors="replace").splitlines())
        return head

    def _prepare(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SSH_ASK"))}
        kept |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1"}
        if is_loopback(urllib.parse.urlsplit(self._url).hostname or ""):
            kept |= {"NO_PROXY": "*", "no_proxy": "*"}
        for name, value in _network_settings(self._home, self._url).items():
            words = ["git", "config", "--file", str(self._home / ".gitconfig"), name, value]
            subprocess.run(words, check=False, capture_output=True, timeout=LOCAL_SECONDS, env=kept)
        # Not only HOME: git looks below XDG_CONFIG_HOME first, and curl for a .netrc in HOME.
        kept |= {"HOME": str(self._home), "XDG_CONFIG_HOME": str(self._home)}
        self._environment = kept

    async def _line(self, *arguments: str, first_only: bool = True) -> str:
        """What git prints; nothing where it fails."""
        told = (await self._git(*arguments)).stdout.decode(errors="replace").strip()
        return told.split("\n", 1)[0] if first_only else told

    async def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        def run() -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(
                ["git", *_settings(self._url, ""), *arguments],
                cwd=self.code,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LOCAL_SECONDS,
                check=False,
            )

        try:
            return await asyncio.to_thread(run)
        except subprocess.TimeoutExpired as error:
            raise Trouble(
                f"git {arguments[0]} takes longer than {LOCAL_SECONDS:.0f} s on this machine.",
                remedy="Try again when the machine has less to do, or clone the app yourself.",
                code="git-slow",
                retry=True,
            ) from error


def _settings(url: str, helper: str) -> list[str]:
    parts = urllib.parse.urlsplit(url)
    words = [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "http.followRedirects=false",
        "protocol.allow=never",
        f"protocol.{parts.scheme}.allow=always",
        "credential.helper=",
        # For this host only: a token is not given to one that this one names.
        *([f"credential.{parts.scheme}://{parts.netloc}.helper={helper}"] if helper else []),
    ]
    return [word for setting in words for word in ("-c", setting)]


def _network_settings(home: Path, url: str) -> Mapping[str, str]:
    """What a person's own git settings say about reaching this URL."""
    try:
        done = subprocess.run(
            ["git", "config", "--null", "--get-urlmatch", "http", url],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LOCAL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    pairs = (entry.partition("\n") for entry in done.stdout.decode(errors="replace").split("\0"))
    return {name: value for name, _, value in pairs if name in _NETWORK_SETTINGS}


async def _watch(process: asyncio.subprocess.Process, log: Log) -> list[str]:
    """Pass on what git says until it ends; returns its last lines. Whatever ends this ends git, too."""
    assert process.stderr is not None
    said: list[str] = []
    rest, seen = "", ""
    try:
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                part = await process.stderr.read(4096)
            if not part:
                break
            *lines, rest = re.split(r"[\r\n]+", rest + part.decode(errors="replace"))
            rest = rest[-4096:]
            for line in lines:
                told = redact(clean(line.strip(), limit=300))
                if told:
                    said = [*said[-19:], told]
                    seen = _pass_on(told, seen, log)
        if told := redact(clean(rest.strip(), limit=300)):
            said.append(told)
        async with asyncio.timeout(SILENT_SECONDS):
            await process.wait()
    except TimeoutError as error:
        raise Unreachable(
            f"Heroku Git sends nothing for {SILENT_SECONDS / 60:.0f} minutes.",
            remedy="Look at the network and at status.heroku.com, then try again.",
            code="clone-silent",
        ) from error
    finally:
        await child.end(process)
    return said


def _pass_on(line: str, seen: str, log: Log) -> str:
    """Log a line, of a counter only each tenth per cent; returns what was logged last of a counter."""
    match = _PERCENT.match(line)
    if match is None:
        if not line.startswith(("Cloning into", "warning: You appear to have cloned an empty")):
            log(line)
        return seen
    now = f"{match['phase']} {int(match['percent']) // 10}"
    if now != seen:
        log(line)
    return now


def _checked(folder: Path) -> Path:
    try:
        folder = folder.expanduser().absolute()
        if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
            raise Trouble(
                f"{clean(str(folder), limit=200)} is there already, and not an empty folder.",
                remedy="Name a folder that is not there yet.",
                code="folder-not-empty",
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise no_room(folder, error) from error
    if shutil.which("git") is None:
        raise Trouble(
            "The program git is not on this machine.", remedy="Install git and try again.", code="no-git"
        )
    return folder
