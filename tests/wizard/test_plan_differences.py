"""What differs on Heroku from what the plan was made of: what would be lost stops a run, the rest is told."""

import random
from collections.abc import Iterable

import pytest

from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, PAPERTRAIL
from tests.wizard import heroku_edits as edits
from tests.wizard.heroku_edits import DRAIN, Edit, documented, fresh_app, of_app, of_database, with_
from tests.wizard.test_plan_steps import example_mapping
from wizard.model.network import Drain
from wizard.model.plan import Finding
from wizard.model.system import Gap, System, UnreadApp
from wizard.plan.differences import differences, differences_in_what_runs, not_compared

CHANCE = random.Random(1)


def found(now: System, then: System | None = None) -> list[Finding]:
    then = then or documented()
    mapping = example_mapping(then)
    return [*differences(then, now, mapping), *differences_in_what_runs(then, now, mapping)]


def after(edit: Edit, app_id: str) -> list[Finding]:
    then = documented()
    now = edit(then, then.app(app_id), random.Random(1))
    assert now is not None
    return found(now)


def words(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(one.state, one.what) for one in findings]


def test_where_nothing_differs_nothing_is_told() -> None:
    assert found(documented()) == []


@pytest.mark.parametrize(
    ("edit", "app", "state"),
    [
        (edits.domain_added, FRONTEND, "blocks"),
        (edits.domain_removed, FRONTEND, "look"),
        (edits.drain_added, BACKEND, "blocks"),
        (edits.other_buildpacks, BACKEND, "look"),
        (edits.other_stack, BACKEND, "look"),
        (edits.config_added, BACKEND, "blocks"),
        (edits.attachment_added, FRONTEND, "blocks"),
        (edits.promoted, BACKEND, "blocks"),
        (edits.other_credential, BACKEND, "look"),
        (edits.other_plan, BACKEND, "look"),
        (edits.other_version, BACKEND, "look"),
        (edits.renamed, BACKEND, "look"),
        (edits.transferred, BACKEND, "look"),
        (edits.other_stage, BACKEND, "look"),
        (edits.app_added, BACKEND, "look"),
        (edits.user_added, BACKEND, "blocks"),
        (edits.app_removed, FRONTEND, "blocks"),
        (edits.released, BACKEND, "look"),
        (edits.scaled, BACKEND, "look"),
    ],
)
def test_one_change_is_one_sentence_and_says_what_to_do(edit: Edit, app: str, state: str) -> None:
    (one,) = after(edit, app)
    assert one.state == state and one.what and one.detail and one.remedy


def test_a_new_add_on_is_told_once_with_the_config_vars_that_it_sets() -> None:
    (one,) = after(edits.add_on_added, BACKEND)
    assert one.state == "blocks" and "has a new add-on: " in one.what


def test_a_database_that_is_gone_stops_and_an_add_on_that_was_left_does_not() -> None:
    gone = found(edits.without_add_on(documented(), DATABASE))
    assert words(gone) == [("blocks", "postgresql-cubed-12345 is not on Heroku any more")]
    left = found(edits.without_add_on(documented(), PAPERTRAIL))
    assert words(left) == [("look", "The add-on papertrail-flat-2 is not on Heroku any more")]


def test_a_config_var_that_is_gone_stops_where_the_plan_copies_it() -> None:
    then = documented()
    backend = then.app(BACKEND)
    kept = tuple(one for one in backend.config if one.name not in ("SECRET_KEY", "WEB_CONCURRENCY"))
    told = found(of_app(then, backend, config=kept))
    assert [one.state for one in told if "SECRET_KEY" in one.what] == ["blocks"]
    dropped = with_(
        example_mapping(then),
        config=tuple(
            with_(one, action="drop", reason="old") if one.name == "SECRET_KEY" else one
            for one in example_mapping(then).config
        ),
    )
    now = of_app(then, backend, config=tuple(one for one in backend.config if one.name != "SECRET_KEY"))
    assert words(differences(then, now, dropped)) == [
        ("look", "migrate-backend has no config vars SECRET_KEY any more")
    ]


def test_a_drain_stops_where_the_plan_moves_it_and_an_add_on_s_own_says_nothing() -> None:
    then = documented()
    mapping = example_mapping(then)
    moved = with_(mapping, drains=tuple(with_(one, action="move") for one in mapping.drains))
    now = of_app(then, then.app(BACKEND), drains=())
    assert [one.state for one in differences(then, now, mapping)] == ["look"]
    assert [one.state for one in differences(then, now, moved)] == ["blocks"]
    gone = with_(then, spaces=(with_(edits.SPACE, drain=None),))
    assert [one.state for one in differences(then, gone, moved)] == ["blocks"]
    assert [one.state for one in differences(then, gone, mapping)] == ["look"]
    other = with_(then, spaces=(with_(edits.SPACE, drain=Drain(id="d-3", address="https://x")),))
    assert words(found(other)) == [("blocks", "The space acme-space has a new log drain: https://x")]
    own = Drain(id="d-2", address="syslog+tls://logs.papertrailapp.com:1", add_on_id=PAPERTRAIL)
    assert found(of_app(then, then.app(BACKEND), drains=(DRAIN, own))) == []


def test_minor_versions_and_review_apps_come_and_go_by_themselves() -> None:
    then = documented()
    postgres = with_(then.add_on(DATABASE).postgres, version="16.9")
    assert found(of_database(then, postgres=postgres)) == []
    review = fresh_app(CHANCE, pipeline=edits.PIPELINE, pipeline_stage="review", team="acme")
    assert found(with_(then, apps=(*then.apps, review))) == []
    assert found(with_(then, apps=(*then.apps, fresh_app(CHANCE, team="others")))) == []


def test_an_app_that_is_gone_says_why() -> None:
    then = documented()
    lost = UnreadApp(id=EMAILER, name="migrate-emailer", why="It was deleted.")
    now = with_(then, apps=then.apps[:2], unread_apps=(lost,))
    (one,) = found(now)
    assert one.what == "migrate-emailer is not on Heroku any more" and one.detail == "It was deleted."


def test_a_process_type_that_runs_and_that_nobody_knows_stops() -> None:
    then = documented()
    backend = then.app(BACKEND)
    for quantity, state in ((2, "blocks"), (0, "look")):
        one = with_(backend.processes[0], type="clock", quantity=quantity)
        (told,) = found(of_app(then, backend, processes=(*backend.processes, one)))
        assert (told.state, "clock" in told.what) == (state, True)


def test_a_part_that_was_not_told_then_is_no_news_where_nobody_can_know() -> None:
    then = documented()
    backend = then.app(BACKEND)
    before = of_app(then, backend, unread=("buildpacks", "config vars", "process types"), buildpacks=())
    now = of_app(then, backend, buildpacks=("x",), config=(), processes=())
    assert found(now, before) == []


def test_a_list_that_is_not_told_is_not_one_that_did_not_change() -> None:
    gap = Gap(
        key="unread:1:domains",
        kind="acknowledge",
        app_id=BACKEND,
        question="The domains of migrate-backend are not known.",
        why="Heroku does not answer.",
    )
    (one,) = not_compared(with_(documented(), gaps=(gap,)))
    assert one.state == "look" and one.what == "The domains of migrate-backend are not known now"
    assert "Heroku does not answer." in one.detail
