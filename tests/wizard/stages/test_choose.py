"""Judging targets for the example system."""

import msgspec
import pytest

from wizard.choose.compare import choose, compare
from wizard.choose.copy_time import copy_seconds
from wizard.choose.fit import component_names, fit
from wizard.choose.price import estimate, heroku_today, rates
from wizard.choose.sizes import (
    database_disk_gb,
    less_than,
    nearest_size,
    plan_memory_mb,
    size_at_least,
    version_for,
)
from wizard.mapping.check import blocking, problems
from wizard.mapping.rules import propose
from wizard.model.network import Domain
from wizard.model.system import App, Process, System
from wizard.model.trouble import Trouble
from wizard.ports import Profile


def with_app(system: System, app_id: str, **changes: object) -> System:
    apps: list[App] = [
        msgspec.structs.replace(app, **changes) if app.id == app_id else app for app in system.apps
    ]
    return msgspec.structs.replace(system, apps=tuple(apps))


def with_can(profile: Profile, **changes: object) -> Profile:
    can = msgspec.structs.replace(profile.capabilities, **changes)
    return msgspec.structs.replace(profile, capabilities=can)


def test_the_example_system_fits(system: System, target: Profile) -> None:
    how = fit(system, target)
    assert how.choosable
    assert how.components == how.fitting == len(component_names(system)) == 10
    assert how.of("blocker") == ()
    changes = {(point.component, point.reason) for point in how.of("change")}
    assert ("migrate-backend", "needs a Dockerfile") in changes
    assert ("migrate-backend release", "the release command moves to .elsewhere.yml") in changes
    assert ("migrate-backend EMPTY_FLAG", "is empty, and Elsewhere cannot hold an empty value") in changes
    assert any("crontab" in reason for _, reason in changes)
    assert [point.reason for point in how.of("loss")] == ["review apps"]
    assert {point.component for point in how.of("by-hand")} == {"papertrail-flat-3", "www.acme.example"}


@pytest.mark.parametrize(
    ("process", "reason"),
    [
        (Process(type="web", command="x", quantity=1, size="Performance-L"), "needs 14336 MB"),
        (Process(type="web", command="x", quantity=9, size="Basic"), "runs 9 times"),
    ],
)
def test_what_is_too_large_blocks(system: System, target: Profile, process: Process, reason: str) -> None:
    how = fit(with_app(system, "f", processes=(process,)), target)
    assert how.choosable and how.why_not() == ()
    assert how.fitting == how.components - 1
    assert [point.component for point in how.of("blocker")] == ["migrate-frontend web"]
    assert reason in how.of("blocker")[0].reason


@pytest.mark.parametrize(
    ("changes", "can"),
    [
        ({"processes": (Process(type="web", command="x", quantity=1, size="Performance-L"),)}, {}),
        ({"processes": (Process(type="web", command="x", quantity=9, size="Basic"),)}, {}),
        ({"domains": (Domain(hostname="*.acme.example", kind="custom"),)}, {}),
        (
            {"domains": tuple(Domain(hostname=f"{name}.example", kind="custom") for name in "abc")},
            {"max_domains": 2},
        ),
        ({}, {"postgres_versions": (14, 15)}),
    ],
    ids=["memory", "count", "wildcard", "domains", "postgres"],
)
def test_each_blocker_stops_the_map_until_it_is_left_behind(
    system: System, target: Profile, changes: dict[str, object], can: dict[str, object]
) -> None:
    changed, profile = with_app(system, "f", **changes), with_can(target, **can)
    (blocker,) = fit(changed, profile).of("blocker")
    mapping = propose(changed, profile)
    stopping = {problem.component for problem in blocking(problems(changed, mapping, profile))}
    assert blocker.component in stopping


def test_a_large_dyno_that_does_not_run_blocks_nothing(system: System, target: Profile) -> None:
    idle = Process(type="web", command="x", quantity=0, size="Performance-L")
    assert fit(with_app(system, "f", processes=(idle,)), target).choosable


def test_domains_that_cannot_be(system: System, target: Profile) -> None:
    domains = tuple(
        Domain(hostname=name, kind="custom") for name in ("*.acme.example", "a.example", "b.example")
    )
    wild = with_app(system, "f", domains=domains)
    how = fit(wild, with_can(target, max_domains=1))
    assert [point.component for point in how.of("blocker")] == ["*.acme.example", "b.example"]
    # As on the map, what is not taken at all counts to nothing.
    assert [point.component for point in fit(wild, with_can(target, max_domains=2)).of("blocker")] == [
        "*.acme.example"
    ]


def test_a_database_that_is_too_new(system: System, target: Profile) -> None:
    how = fit(system, with_can(target, postgres_versions=(14, 15)))
    assert [point.reason for point in how.of("blocker")] == ["is Postgres 16.4; the newest there is 15"]


def test_a_target_that_does_not_tell_its_postgres(system: System, target: Profile) -> None:
    how = fit(system, with_can(target, postgres_versions=()))
    assert how.choosable
    assert any("does not say which Postgres" in point.reason for point in how.of("by-hand"))


def test_a_target_without_scheduler_and_release_phase(system: System, target: Profile) -> None:
    how = fit(system, with_can(target, scheduler="none", release_phase=False, release_hook=None))
    reasons = " ".join(point.reason for point in how.of("change"))
    assert "has no scheduler" in reasons
    assert "has no release phase" in reasons


def test_a_target_that_does_not_work_says_what_is_missing(system: System, target: Profile) -> None:
    lacking = with_can(target, works=False, missing=("It does not sign in yet.",))
    table = compare(system, [target, lacking])
    assert [column.choosable for column in table.columns] == [True, False]
    with pytest.raises(Trouble) as caught:
        choose(compare(system, [lacking]), "elsewhere")
    assert "It does not sign in yet." in caught.value.cause
    assert caught.value.code == "target-not-choosable"


def test_prices(system: System, target: Profile) -> None:
    assert heroku_today(system).cents == 6600
    guess = estimate(system, target)
    assert {line.what: line.cents for line in guess.lines} == {
        "migrate-backend web: 1 × 512 MB": 2000,
        "migrate-backend: web address": 500,
        "migrate-backend worker: 1 × 512 MB": 2000,
        "migrate-frontend web: 1 × 512 MB": 2000,
        "migrate-frontend: web address": 500,
        "migrate-emailer cron: 512 MB": 2000,
        "postgresql-fluffy-1: 1024 MB, 10 GB disk": 4200,
    }
    assert guess.cents == 13200
    assert guess.text() == "about $132 (2026-11)"
    assert guess.source == "its price list"


def test_the_table_has_a_cell_for_each_target(system: System, target: Profile) -> None:
    table = compare(system, [target, target])
    assert all(len(row.cells) == 2 for row in table.rows)
    rows = {row.label: row.cells[0] for row in table.rows}
    assert rows["Fits"].lines == ("all 10 components",)
    assert rows["Blockers"].lines == ("none",)
    assert rows["Per month (Heroku today $66)"].lines == ("about $132 (2026-11)",)
    assert rates(target.prices) == "$40 a GB of memory, $0.20 a GB of disk, $5 a web address"
    assert rows["Region"].lines == ("eu-1 (yours: eu)",)
    assert rows["Data to move"].lines == ("312 MB in 34 tables",)
    assert rows["Data moved in about"].lines == ("1 min",)
    assert compare(system, [target]) == compare(system, [target])


def test_one_connection_takes_longer_and_says_so(system: System, target: Profile) -> None:
    narrow = with_can(target, lanes=1)
    table = compare(system, [target, narrow])
    (cells,) = [row.cells for row in table.rows if row.label == "Data moved in about"]
    assert [cell.lines for cell in cells] == [("1 min",), ("1 to 2 min (one stream)",)]
    usual, longer = (copy_seconds(8_000_000_000, one) for one in (target, narrow))
    assert usual == (200, 1000)
    assert longer[0] > usual[0] and 2 * usual[1] < longer[1] < 3 * usual[1]


def test_a_size_is_never_smaller_than_the_dyno(target: Profile) -> None:
    assert size_at_least(target, 513) == 1024
    assert size_at_least(target, 7168) == 7168
    assert size_at_least(target, 7169) is None
    assert nearest_size(target, 14336) == 7168


def test_a_few_mb_more_do_not_make_it_the_next_size(target: Profile, system: System) -> None:
    """A plan of 61 GB does not cost as one of 150 GB, and a person is told of the difference."""
    sizes = (512, 1024, 30720, 61440, 153600)
    can = msgspec.structs.replace(target.capabilities, max_memory_mb=None)
    large = msgspec.structs.replace(target, memory_sizes_mb=sizes, capabilities=can)
    assert plan_memory_mb("heroku-postgresql:standard-5") == 62464
    assert nearest_size(large, 62464) == 61440 and less_than(large, 62464) == 61440
    assert nearest_size(large, 65000) == 153600 and less_than(large, 65000) is None
    assert nearest_size(large, 1024) == 1024 and less_than(large, 1024) is None
    assert nearest_size(msgspec.structs.replace(large, memory_sizes_mb=()), 62464) == 62464
    plans = tuple(
        msgspec.structs.replace(one, plan="heroku-postgresql:standard-5") if one.id == "pg" else one
        for one in system.add_ons
    )
    grown = msgspec.structs.replace(system, add_ons=plans)
    points = {(point.component, point.reason) for point in fit(grown, large).points}
    assert (
        "postgresql-fluffy-1",
        "has 62464 MB of memory today, and 61440 MB there, the nearest size",
    ) in points
    (choice,) = propose(grown, large).databases
    assert choice.memory_mb == 61440 and "its plan has 62464 MB: look" in choice.reason
    assert any("61440 MB" in line.what for line in estimate(grown, large).lines)


@pytest.mark.parametrize(
    ("wanted", "found"), [("16.4", 16), ("14", 15), ("18.0", None), ("", None), ("x", None)]
)
def test_versions(target: Profile, wanted: str, found: int | None) -> None:
    assert version_for(target, wanted) == found


def test_database_sizes() -> None:
    assert database_disk_gb(None) == 10
    assert database_disk_gb(6_000_000_001) == 14
    assert plan_memory_mb("heroku-postgresql:essential-2") == 1024
    assert plan_memory_mb("heroku-postgresql:standard-2") == 8192
    assert plan_memory_mb("heroku-postgresql:mini") == 1024
