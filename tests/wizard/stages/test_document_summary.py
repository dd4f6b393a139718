"""What a screen shows of the inventory."""

import msgspec
import pytest

from wizard.document.summary import app_facts, counts, dollars, monthly_bill, size_text, tree
from wizard.model.system import System


def test_apps_stand_under_their_pipeline(system: System) -> None:
    branches = tree(system)
    assert [(branch.title, branch.in_pipeline) for branch in branches] == [
        ("migrate", True),
        ("no pipeline", False),
    ]
    assert branches[0].stages[0].title == "production"
    assert branches[0].stages[0].app_ids == ("b", "f")
    assert branches[1].stages[0].app_ids == ("e",)


def test_production_comes_before_staging(system: System) -> None:
    staged = msgspec.structs.replace(system.apps[0], pipeline_stage="staging")
    moved = msgspec.structs.replace(system, apps=(staged, *system.apps[1:]))
    assert [stage.title for stage in tree(moved)[0].stages] == ["production", "staging"]


def test_counts(system: System, silent_system: System) -> None:
    told = counts(system)
    assert (told.apps, told.processes, told.running, told.databases, told.add_ons) == (3, 5, 3, 1, 2)
    assert (told.config_vars, told.custom_domains, told.jobs) == (12, 1, 1)
    assert told.database_bytes == 312_000_000
    assert counts(silent_system).jobs is None


def test_the_bill_is_what_heroku_charges(system: System) -> None:
    bill = monthly_bill(system)
    assert bill.cents == 2500 + 2500 + 700 + 900
    assert bill.unknown == ()


def test_what_has_no_price_is_named_not_guessed(system: System) -> None:
    add_ons = (msgspec.structs.replace(system.add_ons[0], monthly_cents=None), *system.add_ons[1:])
    bill = monthly_bill(msgspec.structs.replace(system, add_ons=add_ons))
    assert bill.cents == 5700
    assert bill.unknown == ("postgresql-fluffy-1 (heroku-postgresql:essential-1)",)


def test_facts_of_an_app(system: System, silent_system: System) -> None:
    facts = app_facts(system, "b")
    lines = {line.name: line for line in facts.lines}
    assert lines["web"].text == "1 × Standard-1X"
    assert lines["release"].text == "on every release"
    assert not lines["release"].look
    assert lines["postgresql-fluffy-1"].text == "heroku-postgresql:essential-1 · $9 · owner"
    assert "Postgres 16.4 · 312 MB · 34 tables" in lines["postgresql-fluffy-1"].detail
    assert facts.config == {"add-on": 2, "person": 3, "platform": 2}
    emailer = {line.name: line for line in app_facts(silent_system, "e").lines}
    assert emailer["job"].look
    assert emailer["scheduler"].text == "jobs: ?"
    assert emailer["postgresql-fluffy-1"].kind == "attachment"
    assert "of migrate-backend" in emailer["postgresql-fluffy-1"].text


def test_an_app_without_formation_says_so(system: System) -> None:
    bare = msgspec.structs.replace(system.apps[0], processes=())
    facts = app_facts(msgspec.structs.replace(system, apps=(bare,)), "b")
    assert facts.lines[0].name == "no process"


@pytest.mark.parametrize(
    ("cents", "text"),
    [(None, "price unknown"), (0, "$0"), (900, "$9"), (750, "$7.50"), (123456, "$1,234.56")],
)
def test_dollars(cents: int | None, text: str) -> None:
    assert dollars(cents) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (312_400_000, "312 MB"), (1_240_000_000, "1.2 GB"), (2 * 10**12, "2.0 TB")],
)
def test_sizes(count: int, text: str) -> None:
    assert size_text(count) == text
