"""What points at what in a system, and what follows from it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, example_system
from wizard.document.links.circles import circles
from wizard.document.links.connections import connections
from wizard.document.links.edges import Edge
from wizard.document.links.observations import in_groups
from wizard.model.network import Domain, Drain, Webhook
from wizard.model.system import App, Attachment, ConfigVar, Job, Origin, Process, System

PERSON = Origin(kind="person")


def _with(system: System, app_id: str, **changed: object) -> System:
    return replace(
        system, apps=tuple(replace(app, **changed) if app.id == app_id else app for app in system.apps)
    )


def _config(system: System, app_id: str, *config: ConfigVar) -> System:
    return _with(system, app_id, config=(*system.app(app_id).config, *config))


def _var(name: str, **more: object) -> ConfigVar:
    return ConfigVar(name=name, origin=PERSON, **more)  # type: ignore[arg-type]


def _kinds(system: System, kind: str) -> list[str]:
    return [one.text for one in connections(system).observations if one.kind == kind]


def test_the_example_system() -> None:
    found = connections(example_system())
    by_pair = {(edge.kind, edge.source, edge.target): edge.by for edge in found.edges}
    assert by_pair == {
        ("calls", f"app:{BACKEND}", f"app:{FRONTEND}"): ("FRONTEND_URL",),
        ("calls", f"app:{FRONTEND}", f"app:{BACKEND}"): ("BACKEND_URL",),
        ("attaches", f"app:{BACKEND}", f"add-on:{DATABASE}"): ("DATABASE_URL", "HEROKU_POSTGRESQL_BLUE_URL"),
        ("attaches", f"app:{EMAILER}", "add-on:addon-scheduler"): (),
        ("attaches", f"app:{EMAILER}", "add-on:addon-papertrail"): (),
        ("shares", f"app:{EMAILER}", f"add-on:{DATABASE}"): ("DATABASE_URL",),
    }
    assert [one.app_ids for one in found.shared] == [(BACKEND, EMAILER)]
    (circle,) = found.circles
    assert circle.app_ids == (BACKEND, FRONTEND)
    assert circle.by == ("migrate-backend FRONTEND_URL", "migrate-frontend BACKEND_URL")
    (said,) = (one for one in found.observations if one.kind == "circle")
    assert said.text == (
        "migrate-backend and migrate-frontend hold each other's addresses: migrate-backend FRONTEND_URL and "
        "migrate-frontend BACKEND_URL."
    )
    assert "deploy all, then set all" in said.remedy


def test_custom_domains_make_no_circle() -> None:
    system = _with(example_system(), FRONTEND, config=(_var("SHOP", domains_of=(BACKEND,)),))
    assert connections(system).circles == ()


def test_commands_jobs_drains_and_webhooks_connect_too() -> None:
    system = example_system()
    address = system.app(BACKEND).web_url.rstrip("/")
    system = _with(
        system,
        EMAILER,
        processes=(Process(type="job", command=f"curl {address}/x", quantity=1, size="Basic"),),
        release_command=f"curl {address}/y",
        jobs=(Job(id="j", command=f"curl -fsS {address}/z", every=10),),
        drains=(
            Drain(id="d", address=address),
            Drain(id="e", address="https://x.example", add_on_id=DATABASE),
        ),
        webhooks=(Webhook(id="w", address=address),),
    )
    edges = {
        (edge.kind, edge.target): edge.by for edge in connections(system).edges if EMAILER in edge.source
    }
    assert edges["calls", f"app:{BACKEND}"] == ("command of job", "release phase", "scheduler job")
    assert edges["feeds", f"app:{BACKEND}"] == ("log drain", "webhook")
    assert edges["feeds", f"add-on:{DATABASE}"] == ("log drain",)


def _staged(system: System) -> System:
    system = _with(system, BACKEND, pipeline="shop", pipeline_stage="production")
    return _with(system, FRONTEND, pipeline="shop", pipeline_stage="staging")


OBSERVED = [
    ("missing-scheme", _var("API_URL", refers_to_apps=(BACKEND,), bare_hosts=(BACKEND,)), True),
    ("missing-scheme", _var("API_HOST", refers_to_apps=(BACKEND,), bare_hosts=(BACKEND,)), False),
    (
        "missing-scheme",
        _var("CORS_ORIGIN", refers_to_apps=(BACKEND,), bare_hosts=(BACKEND,), origins=True),
        False,
    ),
    ("gone", _var("OLD_URL", gone_hosts=("gone-0123456789ab.herokuapp.com",)), True),
    ("all-of-heroku", _var("CORS", gone_hosts=("*.herokuapp.com",), origins=True), True),
    ("callback", _var("OAUTH_CALLBACK_URL", refers_to_apps=(BACKEND,)), True),
    ("allowed-origins", _var("CORS_ORIGINS", refers_to_apps=(FRONTEND,), origins=True), True),
    ("allowed-origins", _var("CORS_ORIGINS", domains_of=(FRONTEND,), origins=True), False),
    ("several", _var("PEERS", refers_to_apps=(FRONTEND, BACKEND)), True),
    ("by-name", _var("SCALE_APP", names_apps=(BACKEND,)), True),
    ("by-name", _var("SERVICE_URL", names_apps=(BACKEND,)), True),
    ("by-name", _var("HEROKU_SERVICE", names_apps=(EMAILER,)), True),
    ("by-name", _var("IMAGE_BUCKET", names_apps=(BACKEND,)), False),
    ("by-name", _var("OTEL_SERVICE_NAME", names_apps=(BACKEND,)), False),
    ("by-name", _var("NEW_RELIC_APP_NAME", names_apps=(EMAILER,)), False),
    ("copied", _var("REPORTS", copied_from=DATABASE, copied_as="url"), True),
]


@pytest.mark.parametrize(("kind", "var", "seen"), OBSERVED, ids=lambda one: getattr(one, "name", str(one)))
def test_what_one_config_var_shows(kind: str, var: ConfigVar, seen: bool) -> None:
    said = [text for text in _kinds(_config(example_system(), EMAILER, var), kind) if var.name in text]
    assert bool(said) is seen


def test_an_address_that_is_not_the_apps_own_names_the_app_that_may_be_meant() -> None:
    var = _var("OLD_URL", gone_hosts=("migrate-backend.herokuapp.com",))
    (found,) = (
        one for one in connections(_config(example_system(), EMAILER, var)).observations if one.kind == "gone"
    )
    assert "migrate-backend is meant" in found.remedy
    assert found.components == (f"config-var:{EMAILER}:OLD_URL",)


def test_a_stage_that_works_on_another_is_said() -> None:
    system = _staged(example_system())
    said = _kinds(system, "other-stage")
    assert said == [
        "FRONTEND_URL of migrate-backend (production) points at migrate-frontend (staging).",
        "BACKEND_URL of migrate-frontend (staging) points at migrate-backend (production).",
    ]
    assert _kinds(example_system(), "other-stage") == []
    domain = _with(system, FRONTEND, config=(_var("SHOP", domains_of=(BACKEND,)),))
    assert any("SHOP of" in text for text in _kinds(domain, "other-stage"))


def test_many_of_a_kind_are_said_once_the_gravest_first() -> None:
    system = _config(
        _staged(example_system()),
        EMAILER,
        *(_var(f"API_{number}_URL", refers_to_apps=(BACKEND,), bare_hosts=(BACKEND,)) for number in range(9)),
        _var("OLD", gone_hosts=("gone-0123456789ab.herokuapp.com", "migrate-backend.herokuapp.com")),
        _var("BUCKET", names_apps=(BACKEND,)),
    )
    found = connections(system)
    groups = in_groups(found.observations)
    assert [(group.title, len(group.members), bool(group.remedy)) for group in groups] == [
        (
            "2 config vars point from production at another stage, or from another at production.",
            2,
            True,
        ),
        (
            "2 config vars name an address of Heroku that belongs to no app of this inventory.",
            2,
            False,
        ),
        ("9 config vars name an app without https://.", 9, True),
        (
            "migrate-backend and migrate-frontend hold each other's addresses: migrate-backend FRONTEND_URL "
            "and migrate-frontend BACKEND_URL.",
            1,
            True,
        ),
        ("postgresql-cubed-12345 is used by migrate-backend (production) and migrate-emailer.", 1, True),
    ]
    assert [one for group in groups for one in group.members] == list(found.observations)
    assert not [edge for edge in found.edges if edge.kind == "names"]


def test_stores_across_stages_and_pipelines() -> None:
    system = _with(example_system(), BACKEND, pipeline="shop", pipeline_stage="production")
    staging = _with(system, EMAILER, pipeline="shop", pipeline_stage="staging")
    assert "production and another stage" in _kinds(staging, "store-across-stages")[0]
    other = _with(system, EMAILER, pipeline="mail", pipeline_stage="production")
    assert "of the pipelines mail and shop" in _kinds(other, "store-across-pipelines")[0]
    assert len(_kinds(example_system(), "shared-store")) == 1


def test_a_store_that_nobody_uses() -> None:
    system = example_system()
    bare = replace(
        system,
        apps=tuple(replace(app, attachments=(), config=()) for app in system.apps),
        add_ons=tuple(replace(one, config_vars=()) for one in system.add_ons),
    )
    assert len(_kinds(bare, "unused-store")) == 1
    # What was not read says nothing.
    unread = replace(bare, apps=tuple(replace(app, unread=("attachments",)) for app in bare.apps))
    assert _kinds(unread, "unused-store") == []
    attached = Attachment(id="x", name="DATABASE", add_on_id=DATABASE, app_id=BACKEND)
    assert _kinds(_with(bare, BACKEND, attachments=(attached,)), "unused-store") == []


def test_apps_that_run_nothing_or_no_web() -> None:
    system = example_system(jobs_known=True)
    worker = (Process(type="worker", command="x", quantity=1, size="Basic"),)
    idle = (Process(type="web", command="x", quantity=0, size="Basic"),)
    assert len(_kinds(_with(system, FRONTEND, processes=worker), "no-web")) == 1
    assert len(_kinds(_with(system, FRONTEND, processes=idle), "nothing-runs")) == 1
    # The emailer has a scheduler job.
    assert not any("emailer" in text for text in _kinds(system, "nothing-runs"))


def test_custom_domains_are_places_too() -> None:
    system = _with(
        example_system(), FRONTEND, domains=(Domain(hostname="www.acme.example", kind="custom", cname="x"),)
    )
    job = Job(id="j", command="curl https://www.acme.example", every=10)
    edges = connections(_with(system, EMAILER, jobs=(job,))).edges
    assert (
        Edge(kind="calls", source=f"app:{EMAILER}", target=f"app:{FRONTEND}", by=("scheduler job",)) in edges
    )


def test_services_elsewhere() -> None:
    system = _config(example_system(), EMAILER, _var("MONGO", outside=("MongoDB Atlas",)))
    assert connections(system).outside == {"MongoDB Atlas": (EMAILER,)}


@given(st.dictionaries(st.sampled_from("abcdefg"), st.lists(st.sampled_from("abcdefg"), max_size=4)))
def test_circles_are_those_that_reach_each_other(reached: dict[str, list[str]]) -> None:
    ways = {(a, b) for a, targets in reached.items() for b in targets}
    for middle, a, b in itertools.product("abcdefg", repeat=3):
        if (a, middle) in ways and (middle, b) in ways:
            ways.add((a, b))
    both = {
        frozenset(x for x in "abcdefg" if x == a or ((a, x) in ways and (x, a) in ways)) for a in "abcdefg"
    }
    assert {frozenset(one) for one in circles(reached)} == {one for one in both if len(one) > 1}


def test_a_long_chain_needs_no_recursion() -> None:
    chain = {str(number): [str(number + 1)] for number in range(20_000)} | {"20000": ["0"]}
    assert [len(one) for one in circles(chain)] == [20_001]


def test_a_var_that_names_its_own_app_is_no_connection() -> None:
    app: App = example_system().app(BACKEND)
    system = replace(
        example_system(), apps=(replace(app, config=(_var("SELF", refers_to_apps=(BACKEND,)),)),)
    )
    assert [edge for edge in connections(system).edges if edge.kind == "calls"] == []
