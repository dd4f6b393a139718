"""A portal that knows nothing newer than SHA-1: let in on the second try, and said aloud."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.ssh_portal import Portal
from wizard.database.far_end import NoAnswer
from wizard.database.progress import TunnelHealth
from wizard.database.tunnel import Tunnel
from wizard.model.secret import Secret


class Silent:
    """An end that answers whatever is behind the portal: this is about the door."""

    def local_url(self, store: Secret, port: int) -> Secret:
        return store

    def open(self, url: Secret) -> "Silent":
        return self

    def ask(self) -> None:
        return

    def close(self) -> None:
        return


class Deaf(Silent):
    def open(self, url: Secret) -> "Silent":
        raise NoAnswer("nobody is at home")


@pytest.fixture
def sshd(needs_program: Callable[[str], str]) -> str:
    needs_program("ssh")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    return needs_program("sshd")


def opened(portal: Portal, folder: Path, end: Silent) -> tuple[Tunnel, list[TunnelHealth]]:
    folder.mkdir(mode=0o700)
    health: list[TunnelHealth] = []
    return Tunnel(portal.ticket, folder, health.append, end=end), health


def test_it_gets_in_with_a_fresh_ticket_and_says_how(sshd: str, tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    portal = Portal(sshd, tmp_path / "portal", tmp_path / "nowhere", "shop", older=True)
    portal.start()
    tunnel, health = opened(portal, tmp_path / "run", Silent())
    try:
        tunnel.start(20)
        assert portal.tickets == 2, "once as ssh is, once with the older signatures"
        assert health[-1].older_algorithms
        assert "older algorithms" in next(now.reason for now in health if now.state == "broken")
        pid = tunnel.pid
        assert pid is not None
        os.kill(pid, 9)
        with tunnel._change:
            tunnel._change.wait_for(lambda: tunnel.health.reconnects == 1, 20)
        assert portal.tickets == 3, "and from then on at once"
    finally:
        tunnel.close()
        portal.stop()


def test_what_is_behind_the_door_counts_as_much(sshd: str, tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    portal = Portal(sshd, tmp_path / "portal", tmp_path / "nowhere", "shop")
    portal.start()
    tunnel, health = opened(portal, tmp_path / "run", Deaf())
    try:
        with pytest.raises(Exception, match="nobody is at home"):
            tunnel.start(2)
        assert not any(now.state == "up" for now in health)
    finally:
        tunnel.close()
        portal.stop()
