"""`offramp demo --stop` while the example is in use: its runs end, and an open screen is not cut off."""

import asyncio
import signal
from pathlib import Path

import pytest

from screens import example
from tests.screens.a_run import ARun
from tests.screens.fakes import FakeWorld
from wizard.model.trouble import Trouble
from wizard.session.store import Session, create, infos


class Servers:
    """Those of the example."""

    ended = 0

    async def stop(self, folder: Path) -> None:
        self.ended += 1


def test_an_open_example_is_left_whole_and_a_run_of_it_is_ended(
    world: FakeWorld, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = Servers()
    monkeypatch.setattr(example, "example_provider", lambda: servers)
    create("example", demo=True).close()
    create("acme-shop").close()
    run = ARun(create("example", demo=True)).start()
    told: list[int] = []

    def kill(pid: int, number: int) -> None:
        told.append(number)
        run.kill()
        run.session.close()

    monkeypatch.setattr(example.os, "kill", kill)
    other = Session(run.session.folder)
    assert other.claim() is None
    with pytest.raises(Trouble) as refused:
        asyncio.run(example.end())
    assert "example is open in process" in refused.value.cause
    assert (servers.ended, told, len(list(infos()))) == (0, [], 3)
    other.close()
    asyncio.run(example.end())
    assert (servers.ended, told) == (2, [signal.SIGTERM])
    assert [folder.name.rpartition("-")[0] for folder, _ in infos()] == ["acme-shop"]
