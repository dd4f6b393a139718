"""A move into several Spaces: what goes where, what no longer reaches what, and what is said about it."""

import msgspec
import pytest

from tests.wizard.stages.capsule_target import found, with_app
from wizard.mapping import edit, edit_spaces
from wizard.mapping.check import problems
from wizard.mapping.problem import Problem
from wizard.mapping.rules import propose
from wizard.mapping.spaces import space_of_app, space_of_data, used_spaces
from wizard.model.mapping import Mapping
from wizard.model.system import Attachment, ConfigVar, Origin, System
from wizard.ports import Profile


def of_code(system: System, mapping: Mapping, profile: Profile, code: str) -> list[Problem]:
    return [one for one in problems(system, mapping, profile) if one.code == code]


def with_own_database(system: System) -> System:
    """The emailer with a database of its own, and none of the backend's."""
    own = msgspec.structs.replace(system.add_on("pg"), id="pg2", name="postgresql-round-2", app_id="e")
    config = (ConfigVar(name="DATABASE_URL", origin=Origin(kind="add-on", add_on_id="pg2")),)
    attached = (
        Attachment(id="a9", name="DATABASE", add_on_id="pg2", app_id="e", config_vars=("DATABASE_URL",)),
    )
    changed = with_app(system, "e", config=config, attachments=attached)
    return msgspec.structs.replace(changed, add_ons=(*changed.add_ons, own))


def test_a_session_from_before_has_one_space(on_pods: Mapping) -> None:
    built = msgspec.to_builtins(on_pods)
    del built["spaces"]
    for one in (*built["apps"], *built["databases"], *built["stores"]):
        del one["space"]
    known = msgspec.convert(built, Mapping)
    assert known == on_pods
    assert [one.name for one in used_spaces(known)] == [known.environment]
    assert space_of_data(known, "pg") == space_of_app(known, "b") == known.environment


def test_a_database_goes_where_the_apps_go_that_use_it(on_pods: Mapping) -> None:
    both = edit_spaces.put_app(edit_spaces.put_app(on_pods, "b", "live"), "e", "live")
    assert [one.name for one in both.spaces] == ["live"]
    assert both.spaces[0].create and both.spaces[0].region == on_pods.region
    assert space_of_data(both, "pg") == "live"
    # Of apps in two, it stays with those of the mapping's own; or where a person puts it.
    one = edit_spaces.put_app(on_pods, "b", "live")
    assert space_of_data(one, "pg") == on_pods.environment
    assert space_of_data(edit_spaces.put_data(one, "pg", "live"), "pg") == "live"


def test_a_database_is_reached_in_its_own_space_only(system: System, on_pods: Mapping, pods: Profile) -> None:
    assert not of_code(system, on_pods, pods, "other-space")
    apart = edit_spaces.put_app(on_pods, "e", "mail")
    (told,) = of_code(system, apart, pods, "other-space")
    assert told.blocks and told.component == "migrate-emailer, postgresql-fluffy-1"
    assert told.text == (
        "migrate-emailer in mail has the URL of postgresql-fluffy-1 (DATABASE_URL), which goes into migrate: "
        "a database is reached only inside its own yard"
    )
    assert told.remedy == "Put both into one yard, with migrate-backend; or drop the URL."
    # Each of the three that are named helps.
    for helps in (
        edit_spaces.put_app(apart, "e", ""),
        edit_spaces.put_app(apart, "b", "mail"),
        edit.drop_config(apart, "e", "DATABASE_URL", "it asks the backend"),
    ):
        assert not of_code(system, helps, pods, "other-space")
    # What is left behind is in no Space.
    left = edit.decide_app(apart, "e", "leave", "not needed")
    assert not of_code(system, left, pods, "other-space")


def test_an_address_across_spaces_is_the_public_one(system: System, on_pods: Mapping, pods: Profile) -> None:
    apart = edit_spaces.put_app(on_pods, "f", "sites")
    told = {one.component: one for one in of_code(system, apart, pods, "other-space-url")}
    assert set(told) == {"migrate-backend FRONTEND_URL", "migrate-frontend BACKEND_URL"}
    assert not any(one.blocks for one in told.values())
    assert "over its public address, by https" in told["migrate-frontend BACKEND_URL"].text
    assert not of_code(system, on_pods, pods, "other-space-url")


def test_what_is_said_of_a_space_itself(system: System, on_pods: Mapping, pods: Profile) -> None:
    some = msgspec.structs.replace(
        pods,
        capabilities=msgspec.structs.replace(pods.capabilities, teams={"acme": "Acme", "shop": "Shop"}),
    )
    named = edit_spaces.add_space(on_pods, "live")
    assert found(system, named, some)["space-empty", "yard live"] is False
    used = edit_spaces.put_app(msgspec.structs.replace(on_pods, region=""), "f", "live")
    told = found(system, used, some)
    assert told["space-region", "yard live"] and told["space-team", "yard live"]
    good = edit_spaces.set_space(used, "live", region="eu-1", team="shop")
    assert not {code for code, _ in found(system, good, some)} & {
        "space-region",
        "space-team",
        "space-empty",
    }
    there = edit_spaces.set_space(used, "live", create=False)
    assert not {code for code, _ in found(system, there, some)} & {"space-region", "space-team"}
    twice = edit_spaces.rename_space(used, "live", on_pods.environment)
    assert found(system, twice, some)["space-twice", f"yard {on_pods.environment}"]
    assert found(system, edit_spaces.rename_space(used, "live", "Live!"), some)["space-name", "yard Live!"]


def test_a_space_that_is_gone_is_said_of_what_goes_into_it(
    system: System, on_pods: Mapping, pods: Profile
) -> None:
    lost = msgspec.structs.replace(edit_spaces.put_app(on_pods, "f", "live"), spaces=())
    assert found(system, lost, pods)["space-gone", "migrate-frontend"]


def test_names_and_takings_away_are_followed(on_pods: Mapping) -> None:
    apart = edit_spaces.put_data(edit_spaces.put_app(on_pods, "e", "mail"), "pg", "mail")
    called = edit_spaces.rename_space(apart, "mail", "post")
    assert (space_of_app(called, "e"), space_of_data(called, "pg")) == ("post", "post")
    gone = edit_spaces.remove_space(called, "post")
    assert gone == on_pods
    held = edit_spaces.put_data(on_pods, "pg", on_pods.environment)
    other = edit.set_environment(held, "shop", create=True)
    assert space_of_data(other, "pg") == "shop"
    with pytest.raises(KeyError):
        edit_spaces.remove_space(on_pods, "mail")
    with pytest.raises(KeyError):
        edit_spaces.put_app(on_pods, "nobody", "mail")


def test_a_target_of_one_environment_takes_no_second(system: System, target: Profile) -> None:
    mapping = edit_spaces.put_app(propose(system, target), "f", "live")
    assert found(system, mapping, target)["one-environment", "yard"] is True
    assert ("one-environment", "yard") not in found(system, propose(system, target), target)


def test_what_was_decided_stays_when_the_system_is_read_anew(
    system: System, on_pods: Mapping, pods: Profile
) -> None:
    apart = edit_spaces.put_app(on_pods, "f", "live")
    kept = edit.keep_decisions(apart, propose(system, pods))
    assert (kept.spaces, kept.app("f")) == (apart.spaces, apart.app("f"))


def test_stages_that_share_nothing_may_go_apart(system: System, on_pods: Mapping, pods: Profile) -> None:
    assert edit_spaces.stages(system, on_pods) == {}
    staged = with_app(system, "e", pipeline="migrate", pipeline_stage="staging")
    # The emailer of staging has the database of production: they belong together.
    assert edit_spaces.stages(staged, on_pods) == {}
    own = with_own_database(staged)
    mapping = propose(own, pods)
    assert edit_spaces.stages(own, mapping) == {"staging": ("e",)}
    split = edit_spaces.split_by_stage(own, mapping)
    assert [one.name for one in used_spaces(split)] == ["migrate", "migrate-staging"]
    assert [space_of_data(split, one) for one in ("pg", "pg2")] == ["migrate", "migrate-staging"]
    assert not of_code(own, split, pods, "other-space")
    # Nothing is proposed apart: one Space until a person says otherwise.
    assert mapping.spaces == ()
