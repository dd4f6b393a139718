"""The sandbox's `codecaps` beside the sandbox: signed in at a prompt, it leads the tunnel to a database."""

import asyncio
import os
import pty
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from providers.sandbox.code_capsules import codecaps
from tests.providers.capsules_wire import Wire, capsules_wire
from tests.providers.test_sandbox_capsules_data import ready
from wizard.database.tunnel import Tunnel
from wizard.database.who_am_i import WhoAmI
from wizard.model.secret import Secret
from wizard.model.ticket import ProxyTicket


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with capsules_wire(short_folder) as made:
        yield made


def typed(words: tuple[str, ...], answer: str) -> tuple[str, int]:
    """Run it at a terminal and type `answer` at its prompt; what stood there, and the exit code."""
    pid, terminal = pty.fork()
    if not pid:
        os.execv(words[0], words)
    said, asked = b"", True
    while True:
        try:
            said += os.read(terminal, 4096)
        except OSError:
            break
        if asked and b"password:" in said:
            asked = False
            os.write(terminal, answer.encode() + b"\n")
    os.close(terminal)
    return said.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.slow
async def test_signed_in_at_its_prompt_it_leads_to_the_database(wire: Wire, tmp_path: Path) -> None:
    store = await ready(wire, "PostgreSQL")
    hosts, words = wire.sandbox.hosts, wire.sandbox.credentials
    keyring = tmp_path / "keyring"
    keyring.mkdir()
    cli = (sys.executable, "-I", "-S", codecaps.__file__, "--keyring", str(keyring))
    cli += ("--login", hosts["login"], "--application-key", hosts["application_key"], "--api", hosts["api"])
    ticket = ProxyTicket(
        program=(*cli, "proxy", "capsule", "-s", wire.space["slug"], "-c", store["id"], "-P", "{port}"),
        environment={},
        database_url=Secret(store["privateConnectionString"]),
        whoami=(*cli, "whoami"),
        login="codecaps login -e robin@acme.example",
    )

    def asked() -> str:
        return WhoAmI(ticket).answer().state

    assert await asyncio.to_thread(asked) == "nobody"
    login = (*cli, "login", "-e", words["email"])
    said, code = await asyncio.to_thread(typed, login, "not the password")
    assert code == 1 and "An error occurred while logging in" in said
    said, code = await asyncio.to_thread(typed, login, words["password"])
    assert code == 0 and "✔ Logged in successfully" in said
    assert words["password"] not in said
    assert await asyncio.to_thread(asked) == "signed in"

    def select(tunnel: Tunnel) -> object:
        tunnel.start(60)
        with psycopg.connect(tunnel.url().reveal()) as connection:
            return connection.execute("SELECT current_database(), current_user").fetchone()

    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    reasons: list[str] = []
    tunnel = Tunnel(lambda: ticket, run, lambda now: reasons.append(now.reason))
    try:
        assert await asyncio.to_thread(select, tunnel) == ("app", "postgres")
        # A token that counts no more is renewed by the one that was kept for it.
        wire.sandbox.accounts.expire_all()
        pid = tunnel.pid
        assert pid is not None
        await asyncio.to_thread(os.killpg, pid, 9)
        while tunnel.health.reconnects < 1:
            await asyncio.sleep(0.05)
        assert await asyncio.to_thread(select, tunnel) == ("app", "postgres")
    finally:
        await asyncio.to_thread(tunnel.close)
    assert sum("fetch failed" in reason for reason in reasons) >= 2
