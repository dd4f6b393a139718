"""Aptible beside Code Capsules, by their own catalogues: for the example system, for systems that fit one of
them only, and for one that fits neither."""

import msgspec
import pytest

from tests.wizard.stages.capsule_target import SITE, code_of, web, with_app
from wizard.choose.compare import Comparison, compare
from wizard.choose.fit import Fit, fit
from wizard.choose.offer import Offer, with_offer
from wizard.choose.price import estimate, rates
from wizard.document.checkout import Checkout
from wizard.mapping.check import blocking, problems
from wizard.mapping.rules import propose
from wizard.model.delivery import Deploy, GitHubLink, Pipeline, PipelineApp
from wizard.model.network import Domain, Drain
from wizard.model.stores import Postgres
from wizard.model.system import AddOn, Autoscale, Process, System
from wizard.ports import Profile
from wizard.registry import target_provider


@pytest.fixture(scope="module")
def aptible() -> Profile:
    return target_provider("aptible").profile()


@pytest.fixture(scope="module")
def capsules() -> Profile:
    return target_provider("code-capsules").profile()


@pytest.fixture
def on_github(system: System) -> System:
    """The example system, deployed from GitHub."""
    apps = tuple(
        msgspec.structs.replace(
            app, deploy=Deploy(kind="github", github=GitHubLink(repository="acme/migrate"))
        )
        for app in system.apps
    )
    return msgspec.structs.replace(system, apps=apps)


def with_postgres(system: System, **changes: object) -> System:
    told = {"version": "16.4", "plan": "essential-1", "bytes": 312_000_000, "tables": 34} | changes
    add_ons = tuple(
        msgspec.structs.replace(one, postgres=Postgres(**told)) if one.id == "pg" else one  # type: ignore[arg-type]
        for one in system.add_ons
    )
    return msgspec.structs.replace(system, add_ons=add_ons)


def reasons(how: Fit, kind: str) -> list[str]:
    return [f"{one.component}: {one.reason}" for one in how.points if one.kind == kind]


def cells(table: Comparison, label: str) -> list[tuple[str, ...]]:
    return next([cell.lines for cell in row.cells] for row in table.rows if row.label.startswith(label))


def test_the_example_system_fits_both(on_github: System, aptible: Profile, capsules: Profile) -> None:
    table = compare(on_github, [aptible, capsules])
    assert cells(table, "Fits") == [("all 10 components",)] * 2
    changes = cells(table, "Changes")
    assert "migrate-backend: needs a Dockerfile" in changes[0]
    assert changes[1] == (
        "migrate-backend release: Code Capsules has no release phase: it runs before the web command, at "
        "each of its starts",
        "migrate-emailer job python send_emails.py: Code Capsules has no scheduler: a clock in a capsule of "
        "its own starts it",
        "migrate-backend: web and worker become 2 capsules: each is built and paid for itself",
    )
    there = cells(table, "Done by you")[1]
    version = (
        "postgresql-fluffy-1: Code Capsules does not say which Postgres it runs; it must be 16.4 or newer"
    )
    assert version in there and not any("has to be on GitHub" in line for line in there)
    assert cells(table, "Region")[1][0] == "Europe (North) (yours: eu)"


def test_the_price_is_reckoned_by_memory_and_cpu(
    on_github: System, aptible: Profile, capsules: Profile
) -> None:
    guess = estimate(on_github, capsules)
    assert {line.what: line.cents for line in guess.lines} == {
        # Half a GB at $12.50 a GB, and 12.5 % of a CPU at $1.
        "migrate-backend web: 1 × 512 MB": 1875,
        "migrate-backend worker: 1 × 512 MB": 1875,
        "migrate-frontend web: 1 × 512 MB": 1875,
        "migrate-emailer clock: 256 MB": 938,
        "postgresql-fluffy-1: 1024 MB, 5 GB disk": 4000,
    }
    assert rates(capsules.prices) == (
        "$12.50 a GB of memory, $1 for 1 % of a CPU (25 % with each GB), $0.50 a GB of disk"
    )
    assert guess.cents < estimate(on_github, aptible).cents
    # Files that are only served take little.
    site = with_app(on_github, "f", processes=web("npm start"), buildpacks=("heroku/nodejs",))
    less = estimate(site, capsules, {"f": code_of(SITE)})
    assert {line.what: line.cents for line in less.lines}["migrate-frontend web: 1 × 123 MB"] == 450


def test_prices_that_the_account_is_told_stand_in_place_of_the_formula(
    on_github: System, capsules: Profile
) -> None:
    live = msgspec.structs.replace(
        capsules.prices, memory_gb_cents=2500.0, source="its plans", date="2026-11-30"
    )
    offer = Offer(provider="code-capsules", prices={"Europe (North)": live, "USA": capsules.prices})
    told = with_offer(capsules, offer, "Europe (North)")
    guess = estimate(on_github, told)
    assert (guess.source, guess.date) == ("its plans", "2026-11-30")
    assert guess.cents > estimate(on_github, capsules).cents


def test_what_fits_aptible_only(on_github: System, aptible: Profile, capsules: Profile) -> None:
    domains = ("acme.example", "acme.test", *(f"h{n}.acme.example" for n in range(6)), "*.acme.example")
    large = with_app(
        on_github,
        "f",
        processes=web("node server.js", quantity=4, size="Performance-L", memory_mb=14336),
        domains=tuple(Domain(hostname=name, kind="custom") for name in domains),
    )
    assert reasons(fit(large, aptible), "blocker") == []
    assert reasons(fit(large, capsules), "blocker") == [
        "migrate-frontend web: needs 14336 MB of memory (at most 8192 MB)",
        "migrate-frontend web: runs 4 times (at most 3 times)",
        "*.acme.example: wildcard domains are not possible",
        "acme.test: a capsule has 1 root domain there, and this is one more",
        "h5.acme.example: a capsule has at most 5 subdomains there",
    ]
    table = compare(large, [aptible, capsules])
    assert cells(table, "Fits") == [("all 18 components",), ("14 of 18",)]
    # A price for less is no price for the same.
    assert cells(table, "Per month")[1][0].endswith("(2026-08), 1 with less memory than today")


def test_what_fits_code_capsules_only(on_github: System, aptible: Profile, capsules: Profile) -> None:
    newest = with_postgres(on_github, version="18.1")
    assert reasons(fit(newest, aptible), "blocker") == [
        "postgresql-fluffy-1: is Postgres 18.1; the newest there is 17"
    ]
    how = fit(newest, capsules)
    assert reasons(how, "blocker") == []
    # Said, and not promised.
    assert "it must be 18.1 or newer" in " ".join(reasons(how, "by-hand"))


def test_what_fits_neither(on_github: System, aptible: Profile, capsules: Profile) -> None:
    many = with_app(on_github, "f", processes=web("node server.js", quantity=40))
    assert reasons(fit(many, aptible), "blocker") == [
        "migrate-frontend web: runs 40 times (at most 32 times)"
    ]
    assert reasons(fit(many, capsules), "blocker") == [
        "migrate-frontend web: runs 40 times (at most 3 times)"
    ]
    huge = with_postgres(on_github, bytes=15_000_000_000_000)
    (reason,) = reasons(fit(huge, capsules), "blocker")
    assert reason.endswith("GB of disk (at most 1000 GB)")
    assert reasons(fit(huge, aptible), "blocker")


@pytest.mark.parametrize("profile", ["aptible", "capsules"])
def test_each_blocker_stops_the_map_too(
    on_github: System, profile: str, request: pytest.FixtureRequest
) -> None:
    target: Profile = request.getfixturevalue(profile)
    names = ("acme.example", "acme.test", *(f"h{n}.acme.example" for n in range(6)))
    bad = with_app(
        with_postgres(on_github, version="18.1", bytes=20_000_000_000_000),
        "f",
        processes=web("node server.js", quantity=40, size="odd", memory_mb=300_000),
        domains=tuple(Domain(hostname=name, kind="custom") for name in names),
    )
    code = {app.id: Checkout(path=f"/code/{app.id}") for app in bad.apps}
    stopping = {one.component for one in blocking(problems(bad, propose(bad, target, code), target))}
    found = {point.component for point in fit(bad, target).of("blocker")}
    assert found and found <= stopping


def test_what_else_a_person_is_told_of_capsules(system: System, capsules: Profile) -> None:
    site = with_app(
        system,
        "f",
        processes=web("npm start", autoscale=Autoscale(least=1, most=4)),
        buildpacks=("heroku/nodejs",),
        drains=(Drain(id="d", address="syslog+tls://logs.example:1"),),
        region="tokyo",
    )
    stages = (
        PipelineApp(app_id="b", app_name="migrate-backend", stage="production"),
        PipelineApp(app_id="x", app_name="migrate-staging", stage="staging"),
    )
    queue = AddOn(id="mq", name="cloudamqp-1", service="cloudamqp", plan="x", app_id="b", state="x")
    known = msgspec.structs.replace(
        site,
        pipelines=(Pipeline(id="p", name="acme", apps=stages),),
        add_ons=(*site.add_ons, queue),
    )
    old = code_of({"requirements.txt": "", "runtime.txt": "python-3.11.4\n"}, "b")
    how = fit(known, capsules, {"f": code_of(SITE), "b": msgspec.structs.replace(old, repository="")})
    changes, losses, hands = (reasons(how, kind) for kind in ("change", "loss", "by-hand"))
    assert any(
        line.startswith("migrate-frontend web: http-server serves its files: a static site")
        for line in changes
    )
    assert any(
        line.startswith(
            "migrate-backend: becomes a Docker capsule, built from a Dockerfile: it wants Python 3.11.4"
        )
        for line in changes
    )
    assert "migrate-frontend web: Heroku runs 1 to 4 of it by need; there runs what is set" in losses
    assert "migrate-frontend: 1 log drain: Code Capsules sends logs nowhere" in losses
    assert "acme: the pipeline ends: staging become capsules of another branch" in losses
    assert any(
        line.startswith("migrate-backend, migrate-emailer: the code has to be on GitHub") for line in hands
    )
    assert any("FROM rabbitmq" in line for line in hands)
    (region,) = [row.cells[0] for row in compare(known, [capsules]).rows if row.label == "Region"]
    assert region.mark == "look" and region.lines[0] == "none near tokyo"


def test_a_release_command_and_a_lone_worker(system: System, capsules: Profile) -> None:
    worker = Process(type="worker", command="python worker.py", quantity=1, size="Basic", memory_mb=512)
    alone = with_app(system, "b", processes=(worker,))
    assert not [
        line for line in reasons(fit(alone, capsules), "change") if line.startswith("migrate-backend")
    ]
