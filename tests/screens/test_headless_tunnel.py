"""`offramp tunnel` against the sandbox's Aptible, with real ssh: what a program finds in it, how it
ends, and what is said of it."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from screens.main import main
from tests.providers.aptible_world import CANARY, World, aptible_world
from wizard.database.far_end import NoAnswer
from wizard.model.mapping import DatabaseChoice, Mapping, TargetChoice
from wizard.model.secret import Secret
from wizard.ports import DatabaseWish
from wizard.session.parts import MAPPING, TARGET
from wizard.session.store import create
from wizard.stores.ends import end_of

HANDLES = ("shop-db", "other-db")
ASK = (
    "import json, os, sys, psycopg; "
    "row = psycopg.connect('').execute('select current_user::text, current_database()::text').fetchone(); "
    "print(json.dumps([*row, os.environ['PGSSLMODE'], os.environ['TUNNEL_PORT'] == os.environ['PGPORT']]))"
)
CATCHES = "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.1; done"


class Commands:
    """`offramp tunnel` as a process, signed in by the environment."""

    def __init__(self, world: World, session: str) -> None:
        self.world, self.session = world, session

    async def start(self, *arguments: str, **environment: str) -> Process:
        hosts = self.world.sandbox.hosts
        told = {
            "APTIBLE_AUTH_ROOT_URL": hosts["auth"],
            "APTIBLE_API_ROOT_URL": hosts["api"],
            "APTIBLE_ACCESS_TOKEN": self.world.sandbox.credentials["token"],
            # They would lead it elsewhere.
            "PGHOSTADDR": "127.0.0.9",
            "PGSERVICE": "nowhere",
        }
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "screens.main", "tunnel", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env={**os.environ, **told, **environment},
        )

    async def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = await self.start(*arguments, **environment)
        try:
            out, err = await asyncio.wait_for(process.communicate(), 60)
        finally:
            if process.returncode is None:
                process.kill()
        return process.returncode or 0, out.decode(), err.decode()


async def told_of(process: Process) -> dict[str, str]:
    """What a tunnel that stays open prints."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    while True:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        if not line or line.startswith("It reopens"):
            return found
        name, _, value = line.strip().partition(" ")
        found[name] = value.strip()


@pytest.fixture
async def commands(
    short_folder: Path, private_home: Path, needs_program: Callable[[str], str]
) -> AsyncIterator[Commands]:
    needs_program("ssh")
    async with aptible_world(short_folder) as world:
        environment = await world.environment()
        wish = DatabaseWish(handle=HANDLES[0], version="16", memory_mb=1024, disk_gb=10)
        await world.target.create_database(environment, wish, world.log)
        session = create("acme-shop", hosts={"aptible": world.sandbox.hosts})
        session.save(TARGET, TargetChoice(provider="aptible"))
        databases = tuple(DatabaseChoice(add_on_id=name, handle=name) for name in HANDLES[:1])
        session.save(MAPPING, Mapping(environment=environment.handle, databases=databases))
        yield Commands(world, session.id)
        session.close()


async def test_a_program_finds_the_database_and_gives_its_exit_code(commands: Commands) -> None:
    me = commands.session
    ended = await asyncio.gather(
        commands.run(me, "--", sys.executable, "-c", ASK),
        commands.run(me, "shop-db", "--", "sh", "-c", "exit 7"),
        commands.run(me, "--", "sh", "-c", "kill -9 $$"),
        commands.run(me, APTIBLE_ACCESS_TOKEN="not-a-token-of-anybody"),
        commands.run(me, APTIBLE_API_ROOT_URL="https://api.aptible.com"),
    )
    assert ended[0][0] == 0 and json.loads(ended[0][1]) == ["aptible", "db", "require", True], ended[0]
    assert ended[1] == (7, "", "")
    assert ended[2] == (128 + 9, "", "")
    assert ended[3][:2] == (1, "") and "does not accept the token" in ended[3][2]
    assert ended[4][:2] == (2, "") and "only one names this machine" in ended[4][2]
    facts = commands.world.sandbox.facts()
    assert facts["tunnels_opened"] == 3 and facts["tunnels_open"] == 0
    assert facts["sensitive_reads"] == ["database_credentials of shop-db"] * 3

    process = await commands.start(me, "--", "sh", "-c", CATCHES)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"caught\n"
    assert await asyncio.wait_for(process.wait(), 30) == 5


async def test_it_stays_until_it_is_told_to_end_and_says_that_it_was_broken(commands: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
        code, out, err = await commands.run(commands.session, "--port", port)
        assert (code, out) == (1, "") and f"The local port {port} is taken" in err
    process, shows = await asyncio.gather(
        commands.start(commands.session, "--port", port), commands.start(commands.session, "--show-url")
    )
    told, shown = await told_of(process), await told_of(shows)
    assert told["port"] == port and told["user"] == "aptible" and told["database"] == "db"
    assert "url" not in told and CANARY not in str(told)

    def ask() -> Any:
        with psycopg.connect(shown["url"]) as connection:
            return connection.execute("select current_database()::text").fetchone()

    assert await asyncio.to_thread(ask) == ("db",)
    shows.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(shows.wait(), 30) == 128 + signal.SIGTERM

    commands.world.faults.add("abort", path="ssh:/tunnels")
    assert process.stderr is not None
    said = [(await asyncio.wait_for(process.stderr.readline(), 30)).decode() for _ in range(2)]
    assert said[0].startswith("offramp: The tunnel to shop-db is down: ")
    assert said[1].startswith("offramp: The tunnel to shop-db is open again after ")
    with socket.create_connection(("127.0.0.1", int(port)), 5):
        pass
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 0
    assert await process.stderr.read() == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), 5)
    assert commands.world.sandbox.facts()["tunnels_open"] == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("their-db",), "has no database their-db on its target (it has: shop-db, other-db)"),
        ((), "has 2 databases on its target: shop-db, other-db"),
        (("shop-db", "--show-url", "--", "true"), "--show-url is for a tunnel that stays open"),
        (("shop-db", "--", "no-such-program"), "no-such-program is not on this machine"),
    ],
)
def test_a_line_that_makes_no_sense_opens_nothing(
    private_home: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    session = create("acme-shop")
    session.save(TARGET, TargetChoice(provider="aptible"))
    databases = tuple(DatabaseChoice(add_on_id=name, handle=name) for name in HANDLES)
    session.save(MAPPING, Mapping(environment="acme", databases=databases))
    assert main(["tunnel", session.id, *more]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    session.close()


def test_every_kind_of_store_has_an_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for kind, url in (
        ("postgresql", "postgresql://u:pw@there:1/db"),
        ("redis", "redis://:pw@there:1"),
        ("mysql", "mysql://u:pw@there:1/db"),
        ("x", "x://there"),
    ):
        end = end_of(kind, tmp_path)
        here = end.local_url(Secret(url), port)
        assert f"127.0.0.1:{port}" in here.reveal() and "there" not in here.reveal()
        with pytest.raises(NoAnswer):
            end.open(here).ask()
