"""The steps of stores in a plan: their order, what is written where, gates, backups; and values for apps."""

from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from wizard.mapping import edit, edit_stores
from wizard.mapping.rules import propose
from wizard.model.mapping import ConfigChoice, Mapping
from wizard.model.plan import Plan, Step
from wizard.model.secret import Secret
from wizard.model.stores import KeyValue
from wizard.model.system import AddOn, System
from wizard.model.trouble import Trouble
from wizard.plan.plan import CUT_OVER, FINISH, make_plan
from wizard.plan.preflight_stores import machine_findings
from wizard.ports import Environment, Profile, Stack, Target, TargetDatabase
from wizard.run.context import Context
from wizard.run.kinds import KINDS
from wizard.run.kinds.store import StoreCheck, StoreLeft, StoreProve
from wizard.run.stores import value_for_app
from wizard.session.parts import Prepared, PreparedApp
from wizard.stores.progress import PartProof, StoreProof


def store(id_: str, service: str, **more: Any) -> AddOn:
    return AddOn(id=id_, name=f"{service}-1", service=service, plan="x", app_id="b", state="on", **more)


@pytest.fixture
def full(system: System) -> System:
    stores = (
        store("kv", "heroku-redis", key_value=KeyValue(version="7.2.4")),
        store("my", "jawsdb"),
        store("es", "bonsai"),
    )
    return msgspec.structs.replace(system, add_ons=(*system.add_ons, *stores))


@pytest.fixture
def profile(target: Profile) -> Profile:
    versions = {"redis": ("7.2",), "mysql": ("8.4",), "elasticsearch": ("8.9",)}
    can = msgspec.structs.replace(target.capabilities, store_versions=versions, backs_up=True)
    return msgspec.structs.replace(target, capabilities=can)


@pytest.fixture
def mapping(full: System, profile: Profile) -> Mapping:
    made = propose(full, profile)
    made = edit_stores.decide_store(made, "my", "empty", "nothing of worth is in it")
    return edit_stores.decide_store(made, "es", "by-hand", "a person moves it")


def planned(system: System, mapping: Mapping, profile: Profile) -> Plan:
    prepared = Prepared(
        apps=tuple(
            PreparedApp(app_id=one.app_id, checkout="/code", branch="offramp/x", commit="c" * 40)
            for one in mapping.apps
        )
    )
    return make_plan("acme", system, mapping, prepared, source_title="Heroku", profile=profile)


REDIS, MYSQL, SEARCH = (f"migrate-backend-{type_}" for type_ in ("redis", "mysql", "elasticsearch"))


def test_each_store_goes_its_own_way_in_order(full: System, mapping: Mapping, profile: Profile) -> None:
    plan = planned(full, mapping, profile)
    keys = [step.key for step in plan.steps]
    at = {key: place for place, key in enumerate(keys)}
    for step in plan.steps:
        assert step.kind in KINDS
        assert all(at[needed] < at[step.key] for needed in step.needs), step
    assert at[f"copy:{REDIS}"] < at[CUT_OVER] < at[f"refresh:{REDIS}"] < at[f"prove:{REDIS}"]
    assert at[f"prove:{REDIS}"] < at["deploy:migrate-backend"] < at[f"daily-backups:{REDIS}"] < at[FINISH]
    assert at[FINISH] < at[f"tidy:{REDIS}"] < at[f"back-up:{REDIS}"]
    assert at[CUT_OVER] < at[f"left:{MYSQL}"] < at["deploy:migrate-backend"]
    assert f"copy:{MYSQL}" not in at and f"tidy:{MYSQL}" not in at
    assert at[CUT_OVER] < at[f"gate:store:{SEARCH}"] < at[f"prove:{SEARCH}"]
    deploy = plan.step("deploy:migrate-backend")
    assert {f"prove:{REDIS}", f"left:{MYSQL}", f"prove:{SEARCH}"} <= set(deploy.needs)
    # Only once nothing writes any more.
    assert set(plan.step(f"refresh:{REDIS}").needs) >= {
        step.key for step in plan.steps if step.writes == "heroku"
    }
    assert f"copy:{REDIS}" in plan.step(CUT_OVER).needs
    assert plan.step(f"database:{REDIS}").args["backups"] is False
    assert plan.step("database:migrate-backend-db").args["backups"] is False


def test_terraform_is_made_ready_once_the_stores_that_it_adopts_are_there(
    full: System, mapping: Mapping, profile: Profile
) -> None:
    by_terraform = edit.set_way(mapping, "b", "terraform")
    gate = planned(full, by_terraform, profile).step("gate:ready:migrate-backend")
    made = {f"database:{handle}" for handle in ("migrate-backend-db", REDIS, MYSQL, SEARCH)}
    assert made <= set(gate.needs)


def test_the_guide_of_a_store_that_a_person_moves(full: System, mapping: Mapping, profile: Profile) -> None:
    step = planned(full, mapping, profile).step(f"gate:store:{SEARCH}")
    assert step.by == "person" and step.gate is not None and step.gate.word == "acme"
    said = "\n".join(step.gate.will_happen)
    assert "elasticdump" in said and "{port}" not in said
    assert "Then Offramp compares the documents of each index on both sides." in said


def test_a_target_that_cannot_switch_backups_is_not_asked_to(
    full: System, mapping: Mapping, profile: Profile
) -> None:
    can = msgspec.structs.replace(profile.capabilities, backs_up=False)
    plan = planned(full, mapping, msgspec.structs.replace(profile, capabilities=can))
    assert not [step for step in plan.steps if "back" in step.kind]
    assert "backups" not in plan.step(f"database:{REDIS}").args


def test_a_store_that_is_left_behind_has_no_step(full: System, mapping: Mapping, profile: Profile) -> None:
    left = edit_stores.decide_store(mapping, "kv", "leave", "not needed")
    assert not [step for step in planned(full, left, profile).steps if REDIS in step.key]
    assert planned(full, left, profile).digest() != planned(full, mapping, profile).digest()


class FakeContext:
    """Gives each credential of a store a URL of its own."""

    def __init__(self, system: System, url: str) -> None:
        self.system = system
        self.target = self
        self.url = url
        self.asked: list[str] = []
        self.source = None

    async def database(self, handle: str) -> TargetDatabase:
        return TargetDatabase(id="1", handle=handle, environment_id="1", version="1", state="provisioned")

    async def database_url(self, database: TargetDatabase, credential: str = "") -> Secret:
        self.asked.append(credential)
        return Secret(self.url, "a URL")

    def tunnel(self, handle: str) -> Any:
        class Tunnel:
            url: Callable[[], Secret] = lambda self: Secret("x")

        return Tunnel()


@pytest.mark.parametrize(
    ("name", "old", "credential", "value"),
    [
        ("REDIS_URL", "rediss://:p@h:1", "redis+ssl", "rediss://u:p%40w@db.aptible.in:6380/5"),
        ("REDIS_URL", "redis://:p@h:1", "", "rediss://u:p%40w@db.aptible.in:6380/5"),
        ("REDIS_TLS_URL", "", "redis+ssl", "rediss://u:p%40w@db.aptible.in:6380/5"),
        ("CACHE_HOST", "h", "", "db.aptible.in"),
        ("CACHE_PORT", "1", "", "6380"),
        ("CACHE_PASSWORD", "x", "", "p@w"),
        ("CACHE_USER", "x", "", "u"),
        ("CACHE_DATABASE", "x", "", "5"),
    ],
)
async def test_apps_get_the_url_that_they_speak_or_its_part(
    full: System, mapping: Mapping, name: str, old: str, credential: str, value: str
) -> None:
    context = FakeContext(full, "rediss://u:p%40w@db.aptible.in:6380/5")
    choice = ConfigChoice(app_id="b", name=name, action="replace", replacement="database", refers_to="kv")
    (redis,) = [one for one in mapping.stores if one.add_on_id == "kv"]
    found = await value_for_app(cast(Context, context), choice, redis, old)
    assert (found.reveal(), context.asked) == (value, [credential])


async def test_a_part_that_the_new_url_lacks_is_said(full: System, mapping: Mapping) -> None:
    context = FakeContext(full, "redis://:p@db.aptible.in:6379")
    choice = ConfigChoice(app_id="b", name="CACHE_USER", action="replace", replacement="database")
    with pytest.raises(Trouble) as caught:
        await value_for_app(cast(Context, context), choice, mapping.stores[0], "")
    assert caught.value.code == "no-such-part" and "CACHE_USER" in caught.value.cause


def step_of(kind: str, type_: str) -> Step:
    args = {"add_on": "es", "handle": SEARCH, "type": type_, "memory_mb": 1024}
    return Step(key=f"prove:{SEARCH}", kind=kind, title="t", phase="cut-over", args=args)  # type: ignore[arg-type]


async def test_what_cannot_be_counted_rests_on_a_persons_word(full: System) -> None:
    context = cast(Context, FakeContext(full, ""))

    class Journal:
        def gauge(self, name: str, value: object) -> None:
            assert name == f"store-proof:{SEARCH}"

    context.journal = Journal()  # type: ignore[assignment]
    check = StoreCheck()
    await check.do(context, step_of("store-check", "mongodb"))
    said = (await check.verify(context, step_of("store-check", "mongodb"))).summary
    assert said == (
        "moved by a person, who confirmed it, since nothing of MongoDB is counted: Every collection has the"
        " same count of documents on both sides"
    )
    left = StoreLeft()
    await left.do(context, step_of("store-left", "mongodb"))
    said = (await left.verify(context, step_of("store-left", "mongodb"))).summary
    assert said == f"{SEARCH} starts empty; nobody counted the old MongoDB"


async def test_machines_are_held_against_the_stack_that_is_there(mapping: Mapping) -> None:
    class There:
        async def stacks(self) -> list[Stack]:
            return [Stack(name="shared-eu", region="eu-1", profiles=("m",))]

    on = Environment(id="1", handle="migrate", region="eu-1", stack="shared-eu")
    assert await machine_findings(cast(Target, There()), mapping, on) == []
    large = edit_stores.set_store(mapping, "kv", profile="r")
    (found,) = await machine_findings(cast(Target, There()), large, on)
    assert found.state == "blocks" and REDIS in found.what and "shared-eu" in found.what
    assert await machine_findings(cast(Target, There()), large, None) == []


async def test_what_a_person_moved_is_counted_again_before_all_is_taken_back(full: System) -> None:
    check, prove = StoreCheck(), StoreProve()
    part = PartProof(name="goods", kind="index", source=5, target=4, equal=False)
    for kind in (check, prove):
        kind._proof = StoreProof(store="bonsai-1", unit="documents", parts=(part,))
        with pytest.raises(Trouble) as caught:
            await kind.verify(cast(Context, FakeContext(full, "")), step_of("store-check", "elasticsearch"))
        assert caught.value.code == "proof-failed" and "goods" in caught.value.cause
        assert caught.value.retry == (kind is check)
