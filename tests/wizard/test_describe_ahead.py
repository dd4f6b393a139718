"""Schemas are described ahead once the source's token is there, which a worker gets after it has begun."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from wizard.model.plan import Step
from wizard.model.trouble import SignInNeeded
from wizard.run import context as context_module
from wizard.run.context import Context

STEP = Step(key="copy:shop-db", kind="copy", title="Copy", phase="copy", args={"handle": "shop-db"})


class Fake:
    """As much of a context as is asked; its token comes at the look `comes`."""

    def __init__(self, *, comes: int, state: str = "pending") -> None:
        self.plan = SimpleNamespace(steps=(STEP,))
        self.events: list[str] = []
        steps = {STEP.key: SimpleNamespace(state=state)}
        self.journal = SimpleNamespace(
            steps=lambda: steps, event=lambda kind, text, step: self.events.append(text)
        )
        self._ahead: dict[str, Any] = {}
        self._comes = comes
        self.looks = 0

    @property
    def source(self) -> object:
        self.looks += 1
        if self.looks < self._comes:
            raise SignInNeeded("heroku", "There is no Heroku token at hand.", remedy="Sign in.")
        return object()

    def move(self, step: Step) -> Any:
        return SimpleNamespace(read_ahead=lambda: "described")

    async def _signed_in_before(self, key: str) -> bool:
        return await Context._signed_in_before(cast(Context, self), key)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context_module, "TOKEN_PAUSE", 0.0)


async def test_a_token_that_comes_after_the_worker_has_begun_is_waited_for() -> None:
    fake = Fake(comes=4)
    await Context.describe_ahead(cast(Context, fake))
    assert (fake._ahead, fake.looks, fake.events) == ({"shop-db": "described"}, 4, [])


async def test_a_copy_that_has_begun_is_nothing_to_be_ahead_of() -> None:
    fake = Fake(comes=4, state="intent")
    await Context.describe_ahead(cast(Context, fake))
    assert (fake._ahead, fake.looks, fake.events) == ({}, 1, [])
