"""Whatever stands on Heroku: each component is in the proposal exactly once, and the check misses none."""

from collections import Counter

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard.mapping import edit
from wizard.mapping.check import choices, components, problems
from wizard.mapping.names import is_handle
from wizard.mapping.rules import propose
from wizard.model.network import Domain
from wizard.model.noun import encode
from wizard.model.stores import Postgres
from wizard.model.system import Account, AddOn, App, ConfigVar, Job, Origin, Process, System
from wizard.ports import Capabilities, Prices, Profile, ReleaseHook

IDS = [f"id{number}" for number in range(6)]
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,29}", fullmatch=True)
SIZES = st.sampled_from(["Basic", "Standard-1X", "Standard-2X", "Performance-M", "Performance-L", "odd"])


def unique(strategy: st.SearchStrategy, field: str, most: int) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most, unique_by=lambda one: getattr(one, field)).map(tuple)


processes = st.builds(
    Process,
    type=st.sampled_from(["web", "worker", "release", "console", "cron", "clock-1"]),
    command=st.text(max_size=20),
    quantity=st.integers(0, 12),
    size=SIZES,
    memory_mb=st.none() | st.integers(1, 20000),
)
origins = st.builds(
    Origin,
    kind=st.sampled_from(["add-on", "platform", "app-json", "person"]),
    add_on_id=st.none() | st.sampled_from(IDS),
)
config_vars = st.builds(
    ConfigVar,
    name=st.sampled_from(["DATABASE_URL", "PORT", "A", "B_URL", "DYNO", "WEB_CONCURRENCY", "X_KEY"]),
    origin=origins,
    empty=st.booleans(),
    refers_to_apps=st.lists(st.sampled_from(IDS), max_size=2, unique=True).map(tuple),
)
jobs = st.builds(
    Job,
    id=st.sampled_from(IDS),
    command=st.text(max_size=10),
    every=st.sampled_from([10, 60, 1440]),
    at=st.integers(0, 9),
)
domains = st.builds(
    Domain,
    hostname=st.sampled_from(["a.example", "*.b.example", "c.example"]),
    kind=st.sampled_from(["heroku", "custom"]),
)
apps = st.builds(
    App,
    id=st.sampled_from(IDS),
    name=NAMES,
    region=st.sampled_from(["eu", "us"]),
    stack=st.just("heroku-24"),
    web_url=st.just("https://x.example/"),
    processes=unique(processes, "type", 4),
    config=unique(config_vars, "name", 5),
    domains=unique(domains, "hostname", 3),
    jobs=st.none() | unique(jobs, "id", 3),
)
add_ons = st.builds(
    AddOn,
    id=st.sampled_from(IDS),
    name=NAMES,
    service=st.sampled_from(
        ["heroku-postgresql", "scheduler", "papertrail", "heroku-redis", "jawsdb", "bonsai", "heroku-kafka"]
    ),
    plan=st.sampled_from(["heroku-postgresql:essential-0", "heroku-postgresql:standard-4", "x:y"]),
    app_id=st.sampled_from(IDS),
    state=st.just("provisioned"),
    postgres=st.none()
    | st.builds(
        Postgres,
        version=st.sampled_from(["", "13.2", "16.4", "18.1"]),
        plan=st.just("x"),
        bytes=st.none() | st.integers(0, 10**12),
    ),
)
systems = st.builds(
    System,
    taken_at=st.just("2026-11-20T12:00:00+00:00"),
    account=st.just(Account(id="1", email="a@b.example")),
    apps=unique(apps, "id", 4),
    add_ons=unique(add_ons, "id", 4),
)
profiles = st.builds(
    lambda can, sizes: Profile(
        name="x",
        title="X",
        capabilities=can,
        prices=Prices(source="s", date="2026-01-01"),
        memory_sizes_mb=sizes,
    ),
    st.builds(
        Capabilities,
        works=st.just(True),
        max_memory_mb=st.none() | st.just(7168),
        max_containers=st.none() | st.just(4),
        postgres_versions=st.sampled_from([(), (15,), (15, 16, 17)]),
        release_phase=st.booleans(),
        release_hook=st.none() | st.just(ReleaseHook(file="x.yml", key="k")),
        scheduler=st.sampled_from(["none", "cron-service"]),
        empty_config_values=st.booleans(),
        wildcard_domains=st.booleans(),
        layout=st.sampled_from(["services", "capsules"]),
        ways=st.sampled_from([("git",), ("linked",)]),
        runtimes=st.sampled_from([{}, {"python": ("3.13",)}]),
        memory_range_mb=st.none() | st.just((205, 7168)),
        max_root_domains=st.none() | st.just(1),
        own_config=st.sampled_from([{}, {"A": "its own", "PORT": "its port"}]),
        store_versions=st.sampled_from(
            [
                {},
                {"redis": ("10", "8.2", "7.2")},
                {"redis": ("6.2",), "mysql": ("8.4",), "elasticsearch": ("8.9",)},
            ]
        ),
    ),
    st.sampled_from([(), (512, 1024, 2048, 7168)]),
)
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(systems, profiles)
def test_every_component_is_proposed_exactly_once(system: System, profile: Profile) -> None:
    mapping = propose(system, profile)
    found = Counter(component for component, _, _ in choices(mapping))
    known = components(system)
    assert {one for one in found if one[::2] != ("config", "PORT")} <= set(known)
    assert set(known) <= set(found)
    assert set(found.values()) <= {1}
    assert all(reason for _, _, reason in choices(mapping))
    assert propose(system, profile) == mapping


@QUICK
@given(systems, profiles)
def test_the_check_finds_nothing_missing_in_a_proposal(system: System, profile: Profile) -> None:
    mapping = propose(system, profile)
    codes = {problem.code for problem in problems(system, mapping, profile)}
    assert not codes & {"unmapped", "twice", "gone", "no-reason", "handle", "handle-twice", "environment"}
    assert is_handle(profile, mapping.environment)


@QUICK
@given(systems, profiles, st.randoms(use_true_random=False))
def test_the_check_finds_any_choice_that_is_taken_out(
    system: System, profile: Profile, random: object
) -> None:
    mapping = propose(system, profile)
    field = random.choice(
        ["apps", "processes", "jobs", "databases", "stores", "add_ons", "config", "domains"]
    )  # type: ignore[attr-defined]
    listed = getattr(mapping, field)
    gone = [choice for choice in listed if getattr(choice, "name", "") != "PORT"]
    if not gone:
        return
    victim = random.choice(gone)  # type: ignore[attr-defined]
    without = msgspec.structs.replace(mapping, **{field: tuple(one for one in listed if one is not victim)})
    assert "unmapped" in {problem.code for problem in problems(system, without, profile) if problem.blocks}


@QUICK
@given(systems, profiles)
def test_nothing_undecided_goes_on(system: System, profile: Profile) -> None:
    mapping = propose(system, profile)
    undecided = {component for component, action, _ in choices(mapping) if action == "undecided"}
    blocked = [one for one in problems(system, mapping, profile) if one.code == "undecided"]
    assert len(blocked) == len(undecided)
    assert all(problem.blocks for problem in blocked)
    settled = edit.leave_undecided(mapping, "said so")
    assert not [one for one in problems(system, settled, profile) if one.code in ("undecided", "no-reason")]


@QUICK
@given(systems, profiles)
def test_a_proposal_survives_being_saved(system: System, profile: Profile) -> None:
    mapping = propose(system, profile)
    assert msgspec.json.decode(encode(mapping), type=type(mapping)) == mapping
