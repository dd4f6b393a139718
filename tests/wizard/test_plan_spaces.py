"""The plan of a move into several Spaces: each is made, and each thing says in which it lies."""

import msgspec

from tests.screens.example_system import BACKEND, EMAILER, FRONTEND
from tests.wizard.test_plan_capsules import ADDRESS, mapping, of_kind, plan, profile
from wizard.mapping import edit, edit_spaces
from wizard.model.mapping import Mapping, StorageChoice
from wizard.model.plan import Plan, Step
from wizard.plan.capsule_backups import backups_by_hand
from wizard.run.kinds import KINDS


def two_spaces() -> Mapping:
    """The frontend apart, in a Space of the same team in another region."""
    apart = edit_spaces.put_app(mapping(), FRONTEND, "sites")
    return edit_spaces.set_space(apart, "sites", region="UK (South)")


def by_key(made: Plan) -> dict[str, Step]:
    return {step.key: step for step in made.steps}


def test_every_step_has_a_kind_and_needs_what_comes_before_it() -> None:
    made = plan(two_spaces())
    done: set[str] = set()
    for step in made.steps:
        assert step.kind in KINDS
        assert set(step.needs) <= done, step.key
        assert step.key not in done
        done.add(step.key)


def test_each_space_is_made_and_holds_what_is_its_own() -> None:
    own = mapping().environment
    steps = by_key(plan(two_spaces()))
    assert steps["environment"].args["handle"] == own
    further = steps["environment:sites"]
    assert further.title == "Create the Space sites in UK (South), for the team acme"
    assert further.args == {"handle": "sites", "create": True, "region": "UK (South)", "team": "acme"}
    capsules = {str(one.args["app"]): one for one in steps.values() if one.kind == "capsule"}
    assert capsules[FRONTEND].needs == ("environment:sites", f"repository:{ADDRESS}")
    assert capsules[FRONTEND].title.endswith(", stopped, in the Space sites")
    assert capsules[BACKEND].args["space"] == own and "environment" in capsules[BACKEND].needs
    (database,) = of_kind(plan(two_spaces()), "database")
    assert database.args["space"] == own
    with_data = edit_spaces.put_app(edit_spaces.put_app(mapping(), BACKEND, "live"), EMAILER, "live")
    (moved,) = of_kind(plan(with_data), "database")
    assert (moved.args["space"], moved.needs) == ("live", ("environment:live",))
    (domain,) = of_kind(plan(two_spaces()), "capsule-domain") or (None,)
    assert domain is None or domain.args["space"] == "sites"


def test_a_repository_is_linked_once_for_each_team() -> None:
    (same,) = of_kind(plan(two_spaces()), "link-repository")
    assert same.args["team"] == "acme"
    other = plan(edit_spaces.set_space(two_spaces(), "sites", team="shop"))
    links = {str(one.args["space"]): one for one in of_kind(other, "link-repository")}
    assert [one.args["team"] for one in links.values()] == ["acme", "shop"]
    assert len({one.key for one in links.values()}) == 2
    (frontend,) = [one for one in of_kind(other, "capsule") if one.args["app"] == FRONTEND]
    assert links["sites"].key in frontend.needs
    # Whose a Space is that is there already is not known: it is looked at by itself.
    there = plan(edit_spaces.set_space(two_spaces(), "sites", create=False))
    assert len(of_kind(there, "link-repository")) == 2
    assert by_key(there)["environment:sites"].title == "Find the Space sites"


def test_one_space_is_planned_as_ever() -> None:
    plain = plan(mapping())
    assert not any("space" in step.args for step in plain.steps)
    # What nothing goes into is not made.
    empty = plan(edit_spaces.add_space(mapping(), "sites"))
    assert empty.digest() == plain.digest()
    gone = edit.decide_app(two_spaces(), FRONTEND, "leave", "not needed")
    assert "environment:sites" not in by_key(plan(gone))


def test_backups_are_turned_on_where_each_lies() -> None:
    files = StorageChoice(app_id=FRONTEND, action="mount", handle="files")
    (step,) = backups_by_hand(msgspec.structs.replace(two_spaces(), storages=(files,)), profile().dashboard)
    lines = step.args["lines"]
    assert isinstance(lines, tuple)
    own = two_spaces().environment
    assert lines[0].endswith(f"the Spaces {own} and sites.")
    assert f"in {own}: tab Backups" in lines[2] and "files in sites: tab Backups" in lines[3]
