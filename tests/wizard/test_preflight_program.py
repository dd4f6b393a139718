"""Before a run: whether the vendor's program is at hand, by which the tunnel goes. Nothing of it blocks."""

from collections.abc import Iterator
from typing import cast

import pytest

from wizard.model.secret import Secret
from wizard.model.ticket import ProxyTicket
from wizard.plan.preflight_program import program_findings
from wizard.ports import Target
from wizard.session.own_tunnels import keep_port
from wizard.session.store import Session, create

HANDLES = ("shop-db", "log-db")


class Capsules:
    """A target of which only its program is asked."""

    def __init__(self, *whoami: str, password: str = "secret-8812") -> None:
        self.whoami = whoami
        self.password = password

    def tunnel_program(self) -> ProxyTicket:
        return ProxyTicket(
            program=("npx", "-y", "@codecapsules/cli"),
            environment={},
            database_url=Secret("postgresql://h/d"),
            whoami=self.whoami,
            login="npx -y @codecapsules/cli login -e robin@acme.example",
            login_words=("npx",),
            password=Secret(self.password),
        )


def _nobody(doing: str) -> None:
    """Nobody watches."""


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def says(words: str, code: int = 1) -> Capsules:
    return Capsules("/bin/sh", "-c", f"echo '{words}'; exit {code}")


@pytest.mark.parametrize(
    ("target", "state", "words"),
    [
        (says("Logged in as robin@acme.example", 0), "good", "Logged in as robin@acme.example"),
        (says("You are not logged in."), "look", "or has Offramp do it there"),
        (says("Error: Cannot autolaunch D-Bus"), "look", "gnome-keyring-daemon --unlock"),
        (says("npm error code EAI_AGAIN"), "look", "reaches it"),
        (says("TypeError: fetch failed"), "look", "It is tried in the run"),
        (Capsules("npx-is-not-here"), "look", "keep a tunnel of your own ready"),
    ],
)
async def test_how_it_stands_is_said_with_a_way_out(
    target: Capsules, state: str, words: str, session: Session
) -> None:
    (finding,) = await program_findings(cast(Target, target), session, HANDLES, _nobody)
    assert finding.state == state
    assert words in f"{finding.what} {finding.detail} {finding.remedy}"
    assert "secret-8812" not in f"{finding.what} {finding.detail} {finding.remedy}"


async def test_it_is_not_asked_where_nothing_goes_by_it(session: Session) -> None:
    gone = Capsules("npx-is-not-here")
    assert await program_findings(cast(Target, object()), session, HANDLES, _nobody) == []
    assert await program_findings(cast(Target, gone), session, (), _nobody) == []
    keep_port(session, "shop-db", 5433)
    assert len(await program_findings(cast(Target, gone), session, HANDLES, _nobody)) == 1
    keep_port(session, "log-db", 5434)
    assert await program_findings(cast(Target, gone), session, HANDLES, _nobody) == []
