"""A run is asked to sign in to the vendor's program: in its worker, and by an answers file."""

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import pytest

from screens.headless import guides as guides_module
from screens.headless.guides import SIGN_IN, Guides
from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.credentials import Vault
from wizard.model.trouble import Trouble
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.guide import Guide, guide_lines
from wizard.run.journal import Journal
from wizard.run.program_sign_in import ProgramSignIn
from wizard.session.store import Session, create

SAID = "codecaps is signed in: robin@acme.example"


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


class Waiting:
    """A tunnel that waits for a sign-in, and takes its time over it."""

    def __init__(self, wanted: object | None) -> None:
        self.sign_in = wanted
        self.asked = 0

    def sign_in_there(self) -> str:
        self.asked += 1
        return SAID


class Tunnels:
    def __init__(self, *tunnels: Waiting) -> None:
        self.tunnels = list(tunnels)

    def opened_tunnels(self) -> list[Waiting]:
        return self.tunnels


async def test_the_one_that_waits_is_signed_in_once(session: Session) -> None:
    up, waits = Waiting(None), Waiting("wanted")
    journal = Journal(session)
    journal.start_run(PLAN_OF_FOUR)
    commands = Commands(journal, PLAN_OF_FOUR, Vault(None))
    request = {"do": "sign-in", "who": "robin"}
    with pytest.raises(Trouble, match="No tunnel waits"):
        await commands.handle(request)
    commands.program_sign_in = ProgramSignIn(cast(Context, Tunnels(up, waits))).done
    both = await asyncio.gather(commands.handle(request), commands.handle(request), return_exceptions=True)
    assert {"ok": True, "said": SAID} in both
    assert any(isinstance(one, Trouble) and "already" in one.cause for one in both)
    assert (up.asked, waits.asked) == (0, 1)
    assert journal.events()[-1].text == f"{SAID} by robin"


def test_an_answers_file_has_it_done_once_and_says_how_else(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, Any]] = []

    def ask(session: Session, request: dict[str, Any], *, timeout: float) -> dict[str, Any]:
        asked.append(request)
        return {"ok": False, "why": "codecaps is not signed in: it ended with code 1."}

    monkeypatch.setattr(guides_module, "ask", ask)
    guide = Guide(step="copy:db", waits="sign in", lines=guide_lines("Sign in."), offers="Have it done")
    told = Guides(session, {SIGN_IN: "x"}, set(), "answers.toml (0f)")
    assert told.tell(guide) and told.tell(guide)
    assert [one["do"] for one in asked] == ["sign-in"]
    said = capsys.readouterr().out
    assert "it ended with code 1" in said and said.count("sign-in` has Offramp do that") == 1
    assert "sign_in_program = true" in said
