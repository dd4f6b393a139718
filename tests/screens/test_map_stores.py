"""Stores and stacks on the map: their rows, what can be decided, and the live lists of the target."""

import msgspec
import pytest

from screens.map_options import leaving, options
from screens.map_rows import entries
from tests.screens.example_system import BACKEND, example_system
from tests.screens.fakes import fake_profile
from wizard.choose.offer import Offer, with_offer
from wizard.mapping import edit_stores
from wizard.mapping.check import problems
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.stores import KeyValue
from wizard.model.system import AddOn, System
from wizard.ports import Profile, Stack

OWN = Stack(name="acme-own", region="us-east-1", dedicated=True, profiles=("m", "c", "r"))
SHARED = Stack(name="shared-eu", region="eu-central-1", profiles=("m",))
OFFER = Offer(
    provider="aptible",
    types={"postgresql": ("16", "17", "18"), "redis": ("7.2", "8.0"), "elasticsearch": ("8.12",)},
    stacks=(OWN, SHARED),
)


@pytest.fixture
def system() -> System:
    known = example_system()
    stores = (
        AddOn(
            id="kv",
            name="redis-flat-1",
            service="heroku-redis",
            plan="heroku-redis:premium-0",
            app_id=BACKEND,
            state="provisioned",
            key_value=KeyValue(version="7.2.4"),
        ),
        AddOn(
            id="es",
            name="bonsai-1",
            service="bonsai",
            plan="bonsai:sandbox",
            app_id=BACKEND,
            state="provisioned",
        ),
    )
    return msgspec.structs.replace(known, add_ons=(*known.add_ons, *stores))


@pytest.fixture
def profile() -> Profile:
    known = fake_profile()
    can = msgspec.structs.replace(known.capabilities, machines={"m": 512, "c": 2048, "r": 4096})
    return with_offer(msgspec.structs.replace(known, capabilities=can), OFFER)


@pytest.fixture
def mapping(system: System, profile: Profile) -> Mapping:
    return propose(system, profile)


def row(system: System, mapping: Mapping, profile: Profile, add_on_id: str) -> tuple[str, str, str]:
    found = entries(system, mapping, profile, problems(system, mapping, profile), ())
    one = next(one for one in found if one.component == ("add-on", add_on_id))
    return one.before, one.after, one.state


def test_the_live_lists_stand_in_place_of_the_catalogues(profile: Profile) -> None:
    can = profile.capabilities
    assert can.postgres_versions == (16, 17, 18)
    assert can.store_versions == {"redis": ("7.2", "8.0"), "elasticsearch": ("8.12",)}
    assert can.stacks == (OWN, SHARED)
    other = fake_profile("elsewhere")
    assert with_offer(other, OFFER) is other and with_offer(other, None) is other


def test_rows_say_what_a_store_is_and_becomes(system: System, mapping: Mapping, profile: Profile) -> None:
    assert row(system, mapping, profile, "kv") == (
        "Redis 7.2.4 · premium-0",
        f"copied: 7.2 · 512 MB · 10 GB · {mapping.stores[0].handle}",
        "look",  # no app of this system uses it
    )
    assert row(system, mapping, profile, "es") == ("Elasticsearch · sandbox", "?", "open")
    moved = edit_stores.decide_store(mapping, "es", "by-hand", "a person moves it")
    assert "you move it" in row(system, moved, profile, "es")[1]
    left = edit_stores.decide_store(mapping, "kv", "leave", "not needed")
    assert row(system, left, profile, "kv")[1:] == ("left behind", "left")


def test_what_can_be_decided_for_a_store(system: System, mapping: Mapping, profile: Profile) -> None:
    ids = [one.id for one in options(("add-on", "kv"), system, mapping, profile)]
    assert ids == ["copy", "empty", "handle", "version", "disk", "memory", "machine", "leave"]
    assert [one.id for one in options(("add-on", "es"), system, mapping, profile)] == [
        *("by-hand", "empty", "leave"),
    ]
    typed = {"handle": "cache", "version": "8.0", "disk": "20", "memory": "1024", "machine": "c"}
    for option in options(("add-on", "kv"), system, mapping, profile):
        if option.id in typed:
            assert option.check(typed[option.id]) == "" and option.check("no such thing")
            mapping = option.change(mapping, typed[option.id])
    (store,) = [one for one in mapping.stores if one.add_on_id == "kv"]
    assert (store.handle, store.version, store.disk_gb) == ("cache", "8.0", 20)
    assert (store.memory_mb, store.profile, store.action) == (1024, "c", "copy")
    leave = leaving(("add-on", "kv"), system, mapping, profile)
    assert leave is not None and leave.change(mapping, "old").stores[0].reason == "old"


def test_a_stack_is_chosen_with_its_region(system: System, mapping: Mapping, profile: Profile) -> None:
    found = options(("region",), system, mapping, profile)
    assert [one.id for one in found] == ["stack acme-own", "stack shared-eu", "region"]
    assert "your own (machines m, c, r)" in found[0].words and "no regulated data" in found[1].words
    chosen = found[0].change(mapping, "")
    assert (chosen.stack, chosen.region) == ("acme-own", "us-east-1")
    shown = next(one for one in entries(system, chosen, profile, (), ()) if one.component == ("region",))
    assert shown.after == "us-east-1, on acme-own"
    elsewhere = found[2].change(chosen, "eu-west-1")
    assert (elsewhere.stack, elsewhere.region) == ("", "eu-west-1")


def test_a_config_var_can_be_given_a_stores_url(system: System, mapping: Mapping, profile: Profile) -> None:
    name = next(one.name for one in mapping.config if one.app_id == BACKEND)
    ids = [one.id for one in options(("config", BACKEND, name), system, mapping, profile)]
    assert "database kv" in ids and "database es" not in ids
