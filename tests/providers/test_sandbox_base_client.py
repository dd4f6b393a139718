"""The sandbox as a process of its own: started, found, told to misbehave, killed, stopped."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from providers.sandbox import client as clients
from providers.sandbox.client import SandboxClient, find, start_or_find
from providers.sandbox.control import STATE_FILE, ask, socket_of
from wizard.model.secret import redact
from wizard.model.trouble import Trouble

CANARY = "canary0sings0here"


@pytest.fixture(scope="session")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies here is shared by all sandboxes below it: the kept databases."""
    return tmp_path_factory.mktemp("sandboxes")


@pytest.fixture
async def sandbox(parent: Path) -> AsyncIterator[SandboxClient]:
    client = await start_or_find(parent / "box", size="tiny", canary=CANARY, pace=0)
    yield client
    if not clients._is_free(parent / "box"):
        await client.stop()


def ended(pid: int) -> bool:
    """Whether the process has ended; one that waits to be reaped has."""
    try:
        os.kill(pid, 0)
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True
    return False


def all_arguments() -> str:
    """The arguments of every process of this machine."""
    if sys.platform != "linux":
        return subprocess.run(["ps", "-axwwo", "args"], capture_output=True, text=True, check=True).stdout
    texts = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            texts.append(file.read_bytes().decode(errors="replace"))
        except OSError:
            continue  # ended while we looked
    return "\n".join(texts)


def pids_of(facts: dict[str, Any]) -> list[int]:
    return [pid for app in facts["heroku"]["apps"].values() for pid in app["pids"].values()]


async def status_of(url: str, **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status


async def test_a_whole_life(sandbox: SandboxClient, parent: Path) -> None:
    folder = parent / "box"
    assert set(sandbox.hosts) == {"heroku", "aptible"}
    assert set(sandbox.checkouts) == {"migrate-frontend", "migrate-backend", "migrate-emailer"}
    assert (sandbox.checkouts["migrate-backend"] / "Procfile").exists()
    assert CANARY in sandbox.credentials["heroku"]["token"]
    assert sandbox.credentials["heroku"]["token"] not in redact(str(sandbox.credentials))

    # The apps that run on it answer.
    facts = await sandbox.facts()
    for app in ("migrate-frontend", "migrate-backend"):
        assert await status_of(facts["heroku"]["apps"][app]["web_url"]) == 200

    # A second start attaches.
    said: list[str] = []
    again = await start_or_find(folder, size="tiny", progress=said.append)
    assert again.pid == sandbox.pid
    assert again.hosts == sandbox.hosts
    assert said == []

    # A third process is refused, and changes nothing.
    second = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "providers.sandbox", "--folder", str(folder), cwd=Path(__file__).parents[2]
    )
    assert await asyncio.wait_for(second.wait(), 20) == 75
    assert (await sandbox.facts())["pid"] == sandbox.pid

    # It misbehaves when told.
    token = {"Authorization": f"Bearer {sandbox.credentials['heroku']['token']}"}
    accept = {"Accept": "application/vnd.heroku+json; version=3"}
    url = sandbox.hosts["heroku"]["api"] + "/account"
    assert await status_of(url, **token, **accept) == 200
    rule = await sandbox.fault("heroku", "503", path="/account", count=None)
    assert await status_of(url, **token, **accept) == 503
    assert [one["used"] for one in (await sandbox.faults())["heroku"] if one["id"] == rule] == [1]
    await sandbox.clear_faults()
    assert await status_of(url, **token, **accept) == 200

    # No secret in a file or an argument, while it runs and afterwards.
    arguments = all_arguments()
    assert str(folder) in arguments
    assert CANARY not in arguments
    pids = [sandbox.pid, *pids_of(await sandbox.facts())]
    assert len(pids) >= 4
    assert files_with(CANARY, folder) == []
    await sandbox.stop()
    assert files_with(CANARY, folder) == []
    assert await find(folder) is None
    assert not (folder / STATE_FILE).exists()
    for pid in pids:
        assert wait_ended(pid)
    assert (folder / "code" / "migrate-backend" / ".git").is_dir(), "the code stays"


@pytest.mark.slow  # starts the whole example; of the example's own life
async def test_killed_it_takes_all_with_it_and_can_be_started_again(
    sandbox: SandboxClient, parent: Path
) -> None:
    pids = pids_of(await sandbox.facts())
    os.kill(sandbox.pid, signal.SIGKILL)
    with pytest.raises(Trouble, match="does not answer"):
        await sandbox.facts()
    again = await start_or_find(parent / "box", size="tiny")
    for pid in pids:
        assert wait_ended(pid)
    assert again.pid != sandbox.pid
    facts = await again.facts()
    assert await status_of(facts["heroku"]["apps"]["migrate-backend"]["web_url"]) == 200
    await again.stop()


@pytest.mark.slow  # starts the whole example; of the example's own life
async def test_two_that_start_at_once_share_one(parent: Path) -> None:
    first, second = await asyncio.gather(
        start_or_find(parent / "twins", size="tiny"), start_or_find(parent / "twins", size="tiny")
    )
    assert first.pid == second.pid
    await first.stop()


@pytest.mark.slow  # starts the whole example; of the example's own life
async def test_a_start_that_fails_says_why(parent: Path) -> None:
    with pytest.raises(Trouble, match="enormous") as error:
        await start_or_find(parent / "wrong", size="enormous")
    assert error.value.code == "unknown-size"
    assert "tiny" in error.value.remedy
    with pytest.raises(Trouble, match="gigantic"):
        await start_or_find(parent / "wrong", size="gigantic")


async def test_a_folder_that_cannot_be_used_is_said(parent: Path) -> None:
    folder = parent / "spoiled"
    folder.mkdir()
    (folder / "code").write_text("a file where a folder must be")
    with pytest.raises(Trouble, match="ended while it started") as error:
        await start_or_find(folder, size="tiny")
    assert "sandbox.log" in error.value.remedy


@pytest.mark.slow  # starts the whole example; of the example's own life
async def test_one_that_nobody_speaks_to_ends_by_itself(parent: Path) -> None:
    command = ["-m", "providers.sandbox", "--folder", str(parent / "alone"), "--size", "tiny", "--hours", "0"]
    lonely = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=Path(__file__).parents[2])
    assert await asyncio.wait_for(lonely.wait(), 30) == 0
    assert clients._is_free(parent / "alone")


@pytest.mark.slow  # starts the whole example; of the example's own life
async def test_what_control_cannot_do_is_said(sandbox: SandboxClient, parent: Path) -> None:
    socket = socket_of(parent / "box")
    assert socket is not None
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    for wrong in ({"do": "dance"}, {}, {"do": "fault", "vendor": "none", "kind": "500"}):
        with pytest.raises(ValueError, match=r"."):
            await ask(socket, wrong)
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(b"this is not JSON\n")
    assert b'"ok": false' in await reader.readline()
    writer.close()
    assert (await sandbox.facts())["pid"] == sandbox.pid


async def test_sigterm_ends_it_in_order(sandbox: SandboxClient, parent: Path) -> None:
    os.kill(sandbox.pid, signal.SIGTERM)
    assert await asyncio.to_thread(wait_ended, sandbox.pid)
    assert not (parent / "box" / STATE_FILE).exists()


async def test_no_sandbox_is_found_where_none_runs(tmp_path: Path) -> None:
    assert await find(tmp_path) is None
    (tmp_path / STATE_FILE).write_text('{"socket": "/nowhere/socket", "pid": 1}')
    assert await find(tmp_path) is None
    (tmp_path / STATE_FILE).write_text("half a fi")
    assert await find(tmp_path) is None


def files_with(word: str, folder: Path) -> list[Path]:
    found = []
    for file in folder.rglob("*"):
        try:
            if file.is_file() and word.encode() in file.read_bytes():
                found.append(file)
        except FileNotFoundError:
            continue  # Postgres removes its own files while it runs
    return found


def wait_ended(pid: int) -> bool:
    for _ in range(500):
        if ended(pid):
            return True
        time.sleep(0.02)
    return False
