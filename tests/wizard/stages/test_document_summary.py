"""What a screen shows of the inventory."""

import msgspec
import pytest

from wizard.document.index import Index
from wizard.document.pages.by_key import page
from wizard.document.pages.page import Fact
from wizard.document.summary import counts, dollars, monthly_bill, region_name, size_text, tree
from wizard.model.delivery import Pipeline, PipelineApp
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


def lines_of(system: System, app_id: str) -> dict[str, Fact]:
    told = page(Index(system), f"app:{app_id}")
    assert told is not None
    return {fact.name: fact for section in told.shown() for fact in section.facts if section.title != "cost"}


def test_facts_of_an_app(system: System, silent_system: System) -> None:
    lines = lines_of(system, "b")
    assert lines["web"].text == "1 × Standard-1X · 512 MB · $25/mo"
    assert lines["release"].text.startswith("on every release") and lines["release"].mark == ""
    assert lines["postgresql-fluffy-1"].text == "heroku-postgresql:essential-1 · $9/mo · owner"
    assert "Postgres 16.4 · 312 MB · 34 tables" in lines["postgresql-fluffy-1"].detail
    emailer = lines_of(silent_system, "e")
    assert emailer["job"].mark == "look" and "scaled to zero" in emailer["job"].text
    assert "of migrate-backend" in emailer["postgresql-fluffy-1"].text


def test_an_app_without_formation_says_so(system: System) -> None:
    bare = msgspec.structs.replace(system.apps[0], processes=())
    told = page(Index(msgspec.structs.replace(system, apps=(bare,))), "app:b")
    assert told is not None
    assert "never deployed?" in next(one.none for one in told.shown() if one.title == "processes")


def test_pipelines_show_apps_that_were_not_read_and_may_be_empty(system: System) -> None:
    told = (
        Pipeline(
            id="p1",
            name="migrate",
            apps=(
                PipelineApp(app_id="f", app_name="migrate-frontend", stage="staging"),
                PipelineApp(app_id="x", app_name="", stage="production"),
            ),
        ),
        Pipeline(id="p2", name="Empty"),
    )
    branches = tree(msgspec.structs.replace(system, pipelines=told))
    assert [branch.title for branch in branches] == ["Empty", "migrate", "no pipeline"]
    stages = {stage.title: stage for stage in branches[1].stages}
    assert stages["production"].app_ids == ("b",) and stages["production"].others == (("x", ""),)
    assert stages["staging"].app_ids == ("f",)


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


def test_a_region_is_an_abbreviation_or_a_place() -> None:
    assert [region_name(one) for one in ("eu", "us", "oregon")] == ["EU", "US", "Oregon"]
