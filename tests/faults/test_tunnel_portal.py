"""The portal of the sandbox's Aptible misbehaves under an open tunnel: what mends itself, what stops and says
so."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from providers.aptible.live_log import PortalLog
from providers.aptible.portal import Portal as Tickets
from tests.providers.aptible_world import World, aptible_world
from wizard.database.progress import TunnelHealth
from wizard.database.ssh_command import SshChild
from wizard.database.tunnel import Tunnel
from wizard.model.ticket import SshTicket
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.plan.answer import answer_of
from wizard.ports import DatabaseWish, TargetDatabase
from wizard.run.tunnel_tale import TunnelTale

WISH = DatabaseWish(handle="shop-db", version="16", memory_mb=1024, disk_gb=10)


class Open:
    """A database with a tunnel to it, what was told of it, and its portal."""

    def __init__(self, world: World, database: TargetDatabase, folder: Path) -> None:
        loop = asyncio.get_running_loop()
        self.world, self.portal = world, world.sandbox.portal
        self.tickets: list[SshTicket] = []
        self.health: list[TunnelHealth] = []
        self.told: list[str] = []
        self.change: Callable[[SshTicket], None] = lambda ticket: None
        tale = TunnelTale("shop-db", self.told.append)

        def ticket() -> SshTicket:
            made = answer_of(world.target.ticket(database), loop, vendor="Aptible", seconds=20)
            self.change(made)
            self.tickets.append(made)
            return made

        def heard(now: TunnelHealth) -> None:
            self.health.append(now)
            tale.heard(now)

        self.tunnel = Tunnel(ticket, folder, heard)

    async def start(self) -> None:
        await asyncio.to_thread(self.tunnel.start, 40)

    async def answers(self) -> bool:
        def ask() -> Any:
            with psycopg.connect(self.tunnel.url().reveal(), connect_timeout=10) as connection:
                return connection.execute("select current_database()::text").fetchone()

        return await asyncio.to_thread(ask) == ("db",)

    async def until(self, true: Callable[[], bool], seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, (self.told, self.health[-1])
            await asyncio.sleep(0.02)

    async def reconnected(self, number: int) -> None:
        """Until it is open for the so many-th time again; the waits between two tries are cut short."""

        def again() -> bool:
            if self.tunnel.health.state == "broken":
                self.tunnel.retry()
            return self.tunnel.health.reconnects == number and self.tunnel.health.state == "up"

        await self.until(again)
        assert await self.answers()

    async def stopped(self) -> Trouble:
        """Why it was given up."""
        await self.until(lambda: self.tunnel.failure is not None)
        failure = self.tunnel.failure
        assert failure is not None
        with pytest.raises(Trouble):
            self.tunnel.url()
        return failure


@pytest.fixture
async def opened(
    short_folder: Path, tmp_path: Path, needs_program: Callable[[str], str]
) -> AsyncIterator[Open]:
    needs_program("ssh")
    async with aptible_world(short_folder) as world:
        database = await world.target.create_database(await world.environment(), WISH, world.log)
        made = Open(world, database, tmp_path)
        try:
            yield made
        finally:
            await asyncio.to_thread(made.tunnel.close)


async def test_what_mends_itself(opened: Open) -> None:
    await opened.start()
    # The end of a tunnel's life (24 hours at Aptible).
    opened.portal.time_out()
    await opened.reconnected(1)
    assert "The tunnel to shop-db is down: the tunnel's time was over" in opened.told
    # Another portal: no host key but RSA, where the first showed ECDSA.
    await opened.portal.speak("rsa")
    await opened.portal.drop(abort=True)
    await opened.reconnected(2)
    assert {key.split()[1] for key in opened.tickets[-1].known_hosts} == {"ssh-rsa", "ecdsa-sha2-nistp256"}
    # New host keys that Aptible's API names.
    await opened.portal.change_host_keys(told=True)
    await opened.portal.drop(abort=False)
    await opened.reconnected(3)
    assert opened.tickets[-1].known_hosts != opened.tickets[0].known_hosts
    # One socket refused: ssh says that it is ready, the database does not answer.
    opened.world.faults.add("refuse", path="ssh:/forward", count=2)
    await opened.portal.drop(abort=True)
    await opened.reconnected(4)
    assert any("the database behind the tunnel" in sentence for sentence in opened.told)
    # One certificate refused.
    opened.world.faults.add("refuse", path="ssh:/connect")
    await opened.portal.drop(abort=True)
    await opened.reconnected(5)
    assert f":{opened.tunnel.port}/" in opened.tunnel.url().reveal()
    assert len(opened.tickets) == 7, "each connection has a ticket of its own, and one was refused"
    assert len([one for one in opened.told if re.search(r"is open again after \d+ s", one)]) == 5


async def test_ten_cuts_are_ten_sentences_and_what_stops_it_says_so(opened: Open) -> None:
    await opened.start()
    for number in range(1, 11):
        await opened.portal.drop(abort=True)
        await opened.reconnected(number)
    again = [one for one in opened.told if "is open again" in one]
    assert len(again) == 10 and opened.told[0] == "The tunnel to shop-db is open"
    assert opened.portal.opened == len(opened.tickets) == 11

    # No certificate is taken any more.
    opened.portal.refuse_certificates = True
    await opened.portal.drop(abort=True)
    trouble = await opened.stopped()
    assert trouble.code == "certificate-refused" and "clock" in trouble.remedy
    assert len(opened.tickets) == 11 + 3
    opened.portal.refuse_certificates = False
    await opened.start()
    assert await opened.answers(), "and it can be begun anew"

    # Another host key than the one that Aptible names: never tried again.
    await opened.portal.change_host_keys()
    await opened.portal.drop(abort=True)
    trouble = await opened.stopped()
    assert trouble.code == "host-key" and "differs from the one the target's API names" in trouble.cause
    assert len(opened.tickets) == 11 + 3 + 1 + 1

    # The token has ended: what is open stays open, and a sign-in is asked for when it breaks.
    await opened.portal.change_host_keys(told=True)
    await opened.start()
    opened.world.sandbox.tokens.expire_all()
    assert await opened.answers()
    await opened.portal.drop(abort=True)
    trouble = await opened.stopped()
    assert isinstance(trouble, SignInNeeded) and trouble.vendor == "aptible"


@pytest.mark.slow
async def test_a_portal_that_freezes_is_noticed_and_left(opened: Open) -> None:
    await opened.start()
    began = time.monotonic()
    opened.portal.freeze(300)
    await opened.reconnected(1)
    assert time.monotonic() - began < 60
    assert any("is down" in sentence for sentence in opened.told)


@pytest.mark.parametrize("dialect", ["modern", "sha1"])
async def test_the_log_of_an_operation_is_read_live_from_older_portals_too(
    short_folder: Path,
    tmp_path: Path,
    needs_program: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    dialect: Any,
) -> None:
    needs_program("ssh")
    read = SshChild._read_stderr

    def read_late(child: SshChild) -> None:
        """As on a busy machine: what ssh says is read when it has ended."""
        time.sleep(0.3)
        read(child)

    monkeypatch.setattr(SshChild, "_read_stderr", read_late)
    async with aptible_world(short_folder) as world:
        await world.sandbox.portal.speak(dialect)
        environment = await world.environment()
        app = await world.target.create_app(environment, "shop", world.log)
        api = world.target._api
        operations = world.target._apps._operations
        started = await operations.start(
            f"apps/{app.id}", {"type": "logs", "status": "succeeded"}, what="logs"
        )
        world.sandbox.world.apps[int(app.id)].log.extend(["one line", "and another"])
        live = PortalLog(Tickets(api, world.target._token))
        for _ in range(2):
            lines: list[str] = []
            task = asyncio.create_task(live.stream(started, tmp_path, lines.append))
            end = time.monotonic() + 40
            while len(lines) < 2 and time.monotonic() < end and not task.done():
                await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert any("one line" in line for line in lines), lines
        tickets = world.posts("/operations/*/ssh_portal_connections")
        assert tickets == (2 if dialect == "modern" else 3), "once as ssh is, and from then on with SHA-1"
        assert list(tmp_path.iterdir()) == []
