"""`offramp tell SESSION more|fewer`: a wish about a copy reaches a copy, or is refused."""

from types import SimpleNamespace
from typing import Any

import pytest

from screens.headless import follow
from wizard.model.trouble import Trouble
from wizard.session.store import create


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A run at work, what its worker was asked, and no worker that could be started."""
    create("acme-shop").close()
    words: list[str] = []

    def ask(session: object, request: dict[str, str], timeout: float) -> dict[str, Any]:
        words.append(request["do"])
        return {"ok": True}

    monkeypatch.setattr(follow, "ask", ask)
    monkeypatch.setattr(follow, "running", lambda session: True)
    monkeypatch.setattr(follow, "start_worker", lambda session, vault: words.append("started"))
    monkeypatch.setattr(follow, "ready", lambda session: None)
    return words


def at_work(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    seen = SimpleNamespace(
        worker="alive",
        run=SimpleNamespace(state="running"),
        copies={"DATABASE": SimpleNamespace(workers=workers)},
    )
    monkeypatch.setattr(follow, "view", lambda session: seen)


@pytest.mark.parametrize("what", ["more", "fewer"])
def test_only_a_copy_at_work_takes_or_gives_a_worker(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    at_work(monkeypatch, 0)
    with pytest.raises(Trouble, match="No copy is at work now") as refused:
        follow.tell("acme-shop", what)
    assert "offramp status acme-shop" in refused.value.remedy and asked == []
    at_work(monkeypatch, 2)
    assert follow.tell("acme-shop", what) == 0 and asked == [what]


@pytest.mark.parametrize("what", ["more", "fewer"])
def test_a_run_is_not_started_to_be_told_of_workers(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(follow, "running", lambda session: False)
    with pytest.raises(Trouble) as refused:
        follow.tell("acme-shop", what)
    assert refused.value.code == "no-worker" and asked == []


def test_what_a_worker_refuses_is_said_with_what_to_do(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        follow, "ask", lambda session, request, timeout: {"ok": False, "why": "Nothing moves now."}
    )
    with pytest.raises(Trouble, match="Nothing moves now") as refused:
        follow.tell("acme-shop", "pause")
    assert "offramp status" in refused.value.remedy
