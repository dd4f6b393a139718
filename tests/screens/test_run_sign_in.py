"""From the monitor: Offramp signs in to the vendor's tunnel program, once a person picks that."""

import pytest

from screens import run_sign_in
from screens.monitor.guide import enter_does
from screens.monitor.run_keys import enter_word
from tests.screens.a_run import COPY, ARun
from tests.screens.a_worker import Worker, opened, settle
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.run.guide import GUIDE, Guide, guide_lines
from wizard.run.view import view

OFFERS = Guide(
    step=COPY,
    waits="sign in to the program of Code Capsules",
    lines=guide_lines("Have Offramp sign in.", "Or sign in yourself:", "$ npx -y @codecapsules/cli login"),
    seen="@codecapsules/cli: You are not logged in",
    offers="Have Offramp sign in to the program of Code Capsules",
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, worker: Worker) -> Worker:
    monkeypatch.setattr(run_sign_in, "ask", worker.ask)
    return worker


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"ok": True, "said": "codecaps is signed in: robin@acme.example"}, "is signed in: robin@acme.ex"),
        ({"ok": False, "why": "codecaps is not signed in: it ended with code 1."}, "it ended with code 1"),
    ],
)
async def test_it_is_asked_for_by_a_row_of_its_own(
    run: ARun, vault: Vault, asked: Worker, answer: dict[str, object], says: str
) -> None:
    asked.answer = answer
    run.copying()
    run.journal.gauge(GUIDE, OFFERS)
    run.journal.set_run("running", waiting_for=f"you: {OFFERS.waits}", current=COPY)
    found = view(run.session)
    assert enter_word(found) == "sign in" and "have Offramp sign in" in enter_does(OFFERS)
    app = opened(run, vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "by Offramp, with the password of this migration" in seen(app)
        assert asked.asked == [], "opening the list asks for nothing"
        await pilot.press("enter")
        await settle(pilot)
        assert asked.asked == [{"do": "sign-in"}]
        assert says in " ".join(seen(app).split())
