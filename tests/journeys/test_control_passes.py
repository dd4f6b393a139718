"""Two people at two terminals of one login: control passes by consent, and the second of them then has it."""

from pathlib import Path

import pytest

from tests.journeys.terminal import Terminal, no_traceback
from tests.journeys.test_bad_leaving import far_along
from wizard.run.journal import Journal
from wizard.session.store import Session

pytestmark = pytest.mark.slow


def test_who_watches_asks_and_who_has_it_agrees(private_home: Path) -> None:
    folder = far_along()
    bastion = {"SSH_CONNECTION": "192.0.2.7 50022 198.51.100.1 22", "LOGNAME": "ada"}
    other = {"SSH_CONNECTION": "192.0.2.9 50023 198.51.100.1 22", "LOGNAME": "bob"}
    with Terminal(env=bastion) as ada, Terminal(env=other) as bob:
        ada.wait("acme-shop", "Your migrations")
        ada.press("enter")
        ada.wait("Copy migrate-db", "run ●")
        bob.wait("acme-shop")
        bob.press("enter")
        bob.wait("Read only: process", "from 192.0.2.7", "ask for it with c", "c control")
        bob.press("c")
        ada.wait("bob (pts/", "from 192.0.2.9) asks to control this migration.", "Type yes or no")
        ada.press("yes", "enter")
        bob.wait("You have control: ada (pts/", "agreed.", gone="read only")
        ada.wait("has control now; you watch.", "read only")
        # The way back: who has it now is killed while asked.
        ada.press("c")
        bob.wait("asks to control this migration.")
        bob.process.kill()
        ada.wait("You have control: bob (pts/", "had ended.", gone="read only")
        no_traceback(ada, private_home)
    session = Session(folder)
    told = [event.text for event in Journal(session).events() if event.kind == "person"]
    session.close()
    assert [line.partition(":")[0].partition(" (")[0] for line in told[-2:]] == [
        "Control went to bob",
        "Control went to ada",
    ]
