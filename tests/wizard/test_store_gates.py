"""What the gates say of stores: what waits in one that starts empty, and where a person reaches a new one."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from wizard.database.control import Control
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import TargetDatabase
from wizard.run.context import Context
from wizard.run.kinds import store_gate
from wizard.run.kinds.store import NOT_BACKED_UP, DailyBackups
from wizard.run.kinds.store_gate import by_hand_facts, store_facts
from wizard.stores.progress import PartProgress, StoreInspection, Waiting


class FakeTunnel:
    """Comes up, or says why not."""

    port = 40123

    def __init__(self, trouble: Trouble | None = None) -> None:
        self._trouble = trouble

    def start(self, seconds: float) -> None:
        if self._trouble is not None:
            raise self._trouble


class FakeContext:
    def __init__(self, planned: Step, tunnel: FakeTunnel, gauges: dict[str, str] | None = None) -> None:
        self.control = Control()
        self.plan = SimpleNamespace(steps=(planned,))
        self.system = SimpleNamespace(add_on=lambda id_: SimpleNamespace(name="redis-flat-1"))
        self.journal = SimpleNamespace(gauges=lambda: gauges or {})
        self._tunnel = tunnel

    def tunnel(self, handle: str) -> FakeTunnel:
        return self._tunnel


def step(kind: str, type_: str = "redis") -> Step:
    args = {"add_on": "kv", "handle": "shop-cache", "type": type_, "memory_mb": 512}
    key = f"{kind}:shop-cache"
    return Step(key=key, kind=kind, title="t", phase="cut-over", args=args)  # type: ignore[arg-type]


def inspected(keys: int, *waiting: Waiting) -> StoreInspection:
    return StoreInspection(
        store="redis-flat-1",
        unit="keys",
        source="Redis 7",
        target="Redis 7",
        bytes=1,
        parts=(PartProgress(name="db 0", estimated=keys),),
        target_state="empty",
        waiting=waiting,
    )


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (
            inspected(53, Waiting(what="Sidekiq", queue="mailers", count=3, jobs=True)),
            "look",
            "shop-cache starts empty: about 53 keys of redis-flat-1 stay behind"
            " (3 jobs wait in Sidekiq's queue mailers)",
        ),
        (inspected(0), "good", "shop-cache starts empty: about 0 keys of redis-flat-1 stay behind"),
    ],
)
async def test_what_stays_behind_is_said_before_the_cut_over(
    monkeypatch: pytest.MonkeyPatch, found: StoreInspection, state: str, words: str
) -> None:
    mover = SimpleNamespace(inspect=lambda: found)
    monkeypatch.setattr(store_gate, "mover", lambda context, step: mover)
    context = cast(Context, FakeContext(step("store-left"), FakeTunnel()))
    assert await store_facts(context) == [(state, words)]


async def test_what_cannot_be_looked_at_does_not_keep_the_gate_shut() -> None:
    down = Trouble("The portal is closed.", remedy="Wait.", code="x")
    context = cast(Context, FakeContext(step("store-left"), FakeTunnel(down)))
    ((state, words),) = await store_facts(context)
    assert state == "look" and "could not be looked at: The portal is closed." in words
    needed = SignInNeeded("aptible", "The token ended.", remedy="Sign in.", code="token")
    with pytest.raises(SignInNeeded):
        await store_facts(cast(Context, FakeContext(step("store-left"), FakeTunnel(needed))))


async def test_a_store_that_was_proven_before_loses_what_was_written_since() -> None:
    def facts(gauges: dict[str, str]) -> Any:
        return store_facts(cast(Context, FakeContext(step("store-copy"), FakeTunnel(), gauges)))

    assert await facts({}) == []
    ((state, words),) = await facts({"store-proof:shop-cache": "{}"})
    assert state == "look" and "was proven before" in words and "redis-flat-1" in words


async def test_backups_that_cannot_be_turned_on_are_told_and_take_nothing_back() -> None:
    refused = Trouble("Aptible refuses it.", remedy="r", code="refused", retry=True)

    class Target:
        def __init__(self, trouble: Trouble | None) -> None:
            self.trouble = trouble
            self.on = False

        async def back_up_daily(self, database: TargetDatabase) -> None:
            if self.trouble is not None:
                raise self.trouble
            self.on = True

        async def database(self, handle: str) -> TargetDatabase:
            return TargetDatabase(
                id="1", handle=handle, environment_id="1", version="7", state="on", backups=self.on
            )

    async def turned_on(target: Target) -> Evidence:
        context = cast(Context, SimpleNamespace(target=target, database=target.database))
        kind, one = DailyBackups(), step("daily-backups")
        assert await kind.probe(context, one) is None
        await kind.do(context, one)
        return await kind.verify(context, one)

    assert await turned_on(Target(None)) == Evidence(summary="shop-cache is backed up daily")
    found = await turned_on(Target(refused))
    assert found.summary == "daily backups of shop-cache are not on yet: Aptible refuses it."
    assert NOT_BACKED_UP in found.facts
    with pytest.raises(SignInNeeded):
        await turned_on(Target(SignInNeeded("aptible", "The token ended.", remedy="Sign in.", code="token")))


async def test_a_person_learns_where_the_new_store_is_reached() -> None:
    context = cast(Context, FakeContext(step("gate", "mongodb"), FakeTunnel()))
    ((state, words),) = await by_hand_facts(context, step("gate", "mongodb"))
    assert state == "good" and "127.0.0.1 port 40123" in words
    down = Trouble("The portal is closed.", remedy="Wait.", code="x")
    context = cast(Context, FakeContext(step("gate", "mongodb"), FakeTunnel(down)))
    ((state, words),) = await by_hand_facts(context, step("gate", "mongodb"))
    assert state == "look" and "The portal is closed." in words
