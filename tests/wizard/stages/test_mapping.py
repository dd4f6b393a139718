"""The proposal for the example system, a person's edits, and what the check says of them."""

from collections.abc import Callable

import msgspec
import pytest

from wizard.choose.sizes import size_at_least
from wizard.document.checkout import Checkout
from wizard.mapping import edit
from wizard.mapping.check import blocking, decided, problems
from wizard.mapping.config_rules import follow
from wizard.mapping.names import common_name, cron_service, make_handle
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.secret import DOTS
from wizard.model.system import Process, System
from wizard.ports import Profile


@pytest.fixture
def checkouts() -> dict[str, Checkout]:
    return {app_id: Checkout(path=f"/code/{app_id}") for app_id in ("b", "f", "e")}


@pytest.fixture
def mapping(system: System, target: Profile, checkouts: dict[str, Checkout]) -> Mapping:
    return propose(system, target, checkouts)


@pytest.fixture
def settled(mapping: Mapping) -> Mapping:
    """The proposal with the two things decided that only a person can."""
    decided_one = edit.drop_config(mapping, "b", "EMPTY_FLAG", "nobody reads it")
    return edit.decide_add_on(decided_one, "pt", "leave", "logs go elsewhere")


def codes(system: System, mapping: Mapping, target: Profile, *, blocks: bool = True) -> set[tuple[str, str]]:
    return {
        (problem.code, problem.component)
        for problem in problems(system, mapping, target)
        if problem.blocks == blocks
    }


def test_the_proposal(mapping: Mapping) -> None:
    assert mapping.environment == "migrate"
    assert mapping.create_environment
    assert [(app.handle, app.action, app.checkout) for app in mapping.apps] == [
        ("migrate-backend", "move", "/code/b"),
        ("migrate-frontend", "move", "/code/f"),
        ("migrate-emailer", "move", "/code/e"),
    ]
    processes = {(one.app_id, one.type): one for one in mapping.processes}
    assert (processes["b", "web"].action, processes["b", "web"].count, processes["b", "web"].memory_mb) == (
        "service",
        1,
        512,
    )
    assert processes["b", "release"].action == "release-hook"
    assert processes["e", "job"].action == "leave"
    assert [job.action for job in mapping.jobs] == ["cron"]
    (store,) = mapping.databases
    assert (store.handle, store.version, store.disk_gb, store.memory_mb) == (
        "migrate-backend-db",
        "16",
        10,
        1024,
    )
    assert {one.add_on_id: one.action for one in mapping.add_ons} == {"sc": "leave", "pt": "undecided"}
    assert [one.action for one in mapping.domains] == ["by-hand"]


def test_the_proposal_for_config_vars(mapping: Mapping) -> None:
    said = {(one.app_id, one.name): (one.action, one.replacement, one.refers_to) for one in mapping.config}
    assert said == {
        ("b", "DATABASE_URL"): ("replace", "database", "pg"),
        ("b", "HEROKU_POSTGRESQL_BLUE_URL"): ("replace", "database", "pg"),
        ("b", "SECRET_KEY"): ("copy", "", ""),
        ("b", "FRONTEND_URL"): ("replace", "app-url", "f"),
        ("b", "EMPTY_FLAG"): ("undecided", "", ""),
        ("b", "WEB_CONCURRENCY"): ("copy", "", ""),
        ("b", "HEROKU_APP_NAME"): ("drop", "", ""),
        ("b", "PORT"): ("replace", "port", ""),
        ("f", "BACKEND_URL"): ("replace", "app-url", "b"),
        ("f", "SESSION_SECRET"): ("copy", "", ""),
        ("f", "PORT"): ("replace", "port", ""),
        ("e", "DATABASE_URL"): ("replace", "database", "pg"),
        ("e", "MAIL_API_KEY"): ("copy", "", ""),
        ("e", "PAPERTRAIL_API_TOKEN"): ("drop", "", ""),
    }
    assert all(one.reason for one in mapping.config)


def test_only_what_a_person_must_say_is_open(system: System, mapping: Mapping, target: Profile) -> None:
    assert codes(system, mapping, target) == {
        ("undecided", "migrate-backend EMPTY_FLAG"),
        ("undecided", "papertrail-flat-3"),
    }
    assert decided(system, mapping) == (23, 25)


def test_a_settled_mapping_may_go_on(system: System, settled: Mapping, target: Profile) -> None:
    assert blocking(problems(system, settled, target)) == ()
    assert decided(system, settled) == (25, 25)
    loose = edit.leave_undecided(propose(system, target), "demo")
    assert {one.code for one in blocking(problems(system, loose, target))} == {"no-checkout"}


def test_two_apps_may_have_one_checkout(system: System, settled: Mapping, target: Profile) -> None:
    """Each has a branch of its own there."""
    shared = edit.set_checkout(settled, "b", "/code/f")
    assert blocking(problems(system, shared, target)) == ()


EDITS: list[tuple[Callable[[Mapping], Mapping], tuple[str, str]]] = [
    (lambda m: edit.decide_add_on(m, "pt", "leave", " "), ("no-reason", "papertrail-flat-3")),
    (lambda m: edit.drop_config(m, "b", "SECRET_KEY", ""), ("no-reason", "migrate-backend SECRET_KEY")),
    (lambda m: edit.decide_process(m, "b", "web", "leave"), ("no-reason", "migrate-backend web")),
    (
        lambda m: edit.decide_job(m, "e", "j", "undecided"),
        ("undecided", "migrate-emailer job python send_emails.py"),
    ),
    (lambda m: edit.set_app_handle(m, "b", "No Good"), ("handle", "migrate-backend")),
    (
        lambda m: edit.set_app_handle(m, "b", "migrate-frontend"),
        ("handle-twice", "migrate-backend, migrate-frontend"),
    ),
    (lambda m: edit.set_checkout(m, "b", None), ("no-checkout", "migrate-backend")),
    (lambda m: edit.set_environment(m, "", create=True), ("environment", "yard")),
    (lambda m: edit.set_port(m, 80), ("port", "port")),
    (lambda m: edit.set_service_memory(m, "b", "web", 700), ("memory-size", "migrate-backend web")),
    (lambda m: edit.set_service_count(m, "b", "web", 9), ("count", "migrate-backend web")),
    (lambda m: edit.set_database(m, "pg", version="15"), ("database-older", "postgresql-fluffy-1")),
    (lambda m: edit.set_database(m, "pg", version="9"), ("database-version", "postgresql-fluffy-1")),
    (lambda m: edit.set_database(m, "pg", disk_gb=9), ("database-disk", "postgresql-fluffy-1")),
    (lambda m: edit.set_database(m, "pg", memory_mb=900), ("database-memory", "postgresql-fluffy-1")),
    (
        lambda m: edit.decide_database(m, "pg", "leave", "old"),
        ("no-database", "migrate-emailer DATABASE_URL"),
    ),
    (lambda m: edit.copy_config(m, "b", "DATABASE_URL"), ("old-database", "migrate-backend DATABASE_URL")),
    (lambda m: edit.copy_config(m, "b", "EMPTY_FLAG"), ("empty", "migrate-backend EMPTY_FLAG")),
    (lambda m: edit.decide_app(m, "f", "leave", "old"), ("no-app", "migrate-backend FRONTEND_URL")),
    (
        lambda m: edit.replace_config(m, "b", "FRONTEND_URL", "app-url", refers_to="e"),
        ("no-web", "migrate-backend FRONTEND_URL"),
    ),
    (lambda m: edit.decide_process(m, "f", "web", "leave", "old"), ("nothing-runs", "migrate-frontend")),
    (lambda m: edit.decide_process(m, "b", "web", "release-hook"), ("two-releases", "migrate-backend")),
    (lambda m: msgspec.structs.replace(m, config=()), ("unmapped", "migrate-backend SECRET_KEY")),
    (
        lambda m: msgspec.structs.replace(m, jobs=m.jobs * 2),
        ("twice", "migrate-emailer job python send_emails.py"),
    ),
]


@pytest.mark.parametrize(("change", "wanted"), EDITS, ids=[wanted[0] for _, wanted in EDITS])
def test_what_may_not_go_on(
    system: System,
    settled: Mapping,
    target: Profile,
    change: Callable[[Mapping], Mapping],
    wanted: tuple[str, str],
) -> None:
    assert wanted not in codes(system, settled, target)
    assert wanted in codes(system, change(settled), target)


def test_what_is_only_to_be_looked_at(system: System, settled: Mapping, target: Profile) -> None:
    large = msgspec.structs.replace(
        system,
        apps=tuple(
            msgspec.structs.replace(
                app, processes=(Process(type="web", command="x", quantity=2, size="Standard-2X"),)
            )
            if app.id == "f"
            else app
            for app in system.apps
        ),
    )
    looked = codes(large, settled, target, blocks=False)
    assert ("less-memory", "migrate-frontend web") in looked
    assert ("fewer", "migrate-frontend web") in looked
    assert codes(large, settled, target) == set()
    stopped = edit.set_service_count(settled, "f", "web", 0)
    assert ("web-stopped", "migrate-frontend web") in codes(system, stopped, target, blocks=False)
    newer = edit.set_database(settled, "pg", version="17")
    assert ("database-newer", "postgresql-fluffy-1") in codes(system, newer, target, blocks=False)


def test_a_choice_for_what_is_gone_stops_until_it_is_dropped(
    system: System, settled: Mapping, target: Profile
) -> None:
    fewer = msgspec.structs.replace(system, apps=system.apps[:2])
    found = codes(fewer, settled, target)
    assert ("gone", "migrate-emailer") in found and ("gone", "migrate-emailer job") in found
    assert codes(fewer, edit.keep_decisions(settled, propose(fewer, target)), target) == set()


def test_unknown_jobs_stop_everything(silent_system: System, target: Profile) -> None:
    found = codes(silent_system, propose(silent_system, target), target)
    assert ("unknown-jobs", "migrate-emailer") in found
    assert ("undecided", "scheduler-round-2") in found


@pytest.mark.parametrize(("part", "blocks"), [("config vars", True), ("add-ons", True), ("webhooks", False)])
def test_an_app_of_which_too_little_is_known_is_left_or_read_again(
    part: str, blocks: bool, system: System, settled: Mapping, target: Profile
) -> None:
    backend = msgspec.structs.replace(system.app("b"), unread=(part,))
    partly = msgspec.structs.replace(
        system, apps=tuple(backend if app.id == "b" else app for app in system.apps)
    )
    assert (("unread", "migrate-backend") in codes(partly, settled, target)) == blocks
    left = edit.decide_app(settled, "b", "leave", "nobody may read it")
    assert ("unread", "migrate-backend") not in codes(partly, left, target)


def test_what_hangs_on_a_left_app_is_left_with_it(system: System, mapping: Mapping, target: Profile) -> None:
    left = edit.decide_app(mapping, "b", "leave", "is rewritten")
    found = {component for code, component in codes(system, left, target) if code == "undecided"}
    assert found == {"papertrail-flat-3"}


def test_config_follows_other_decisions(system: System, settled: Mapping, target: Profile) -> None:
    left = follow(system, target, settled, edit.decide_database(settled, "pg", "leave", "stays"))
    assert {one.action for one in left.config if one.name == "DATABASE_URL"} == {"drop"}
    back = follow(system, target, left, edit.decide_database(left, "pg", "move", "moves after all"))
    assert {one.action for one in back.config if one.name == "DATABASE_URL"} == {"replace"}
    kept = next(one for one in back.config if one.name == "EMPTY_FLAG")
    assert kept.reason == "nobody reads it"


def test_a_config_var_with_several_addresses_needs_a_person(system: System, target: Profile) -> None:
    backend = system.app("b")
    config = tuple(
        msgspec.structs.replace(var, refers_to_apps=("f", "b")) if var.name == "FRONTEND_URL" else var
        for var in backend.config
    )
    apps = (msgspec.structs.replace(backend, config=config), *system.apps[1:])
    mapping = propose(msgspec.structs.replace(system, apps=apps), target)
    choice = next(one for one in mapping.config if one.name == "FRONTEND_URL")
    assert choice.action == "undecided"
    assert "migrate-frontend, migrate-backend" in choice.reason


def test_an_app_without_formation_is_asked_for(system: System, target: Profile) -> None:
    bare = msgspec.structs.replace(system.app("f"), processes=())
    changed = msgspec.structs.replace(system, apps=(system.app("b"), bare, system.app("e")))
    mapping = propose(changed, target)
    assert mapping.apps[1].action == "undecided"


def test_a_process_too_large_for_the_target_is_asked_for(system: System, target: Profile) -> None:
    large = Process(type="web", command="x", quantity=1, size="Performance-L")
    bare = msgspec.structs.replace(system.app("f"), processes=(large,))
    changed = msgspec.structs.replace(system, apps=(system.app("b"), bare, system.app("e")))
    choice = next(one for one in propose(changed, target).processes if one.app_id == "f")
    assert choice.action == "undecided"
    assert size_at_least(target, 14336) is None


def test_decisions_survive_a_new_reading(system: System, settled: Mapping, target: Profile) -> None:
    fewer = msgspec.structs.replace(system, apps=system.apps[:2])
    merged = edit.keep_decisions(settled, propose(fewer, target))
    assert [app.app_id for app in merged.apps] == ["b", "f"]
    assert merged.apps[0].checkout == "/code/b"
    assert next(one for one in merged.config if one.name == "EMPTY_FLAG").action == "drop"
    assert merged.jobs == ()


def test_what_waited_for_a_new_reading_is_proposed_anew(
    system: System, silent_system: System, target: Profile
) -> None:
    unread = msgspec.structs.replace(
        silent_system,
        add_ons=tuple(msgspec.structs.replace(one, postgres=None) for one in silent_system.add_ons),
        apps=tuple(
            msgspec.structs.replace(app, processes=()) if app.id == "f" else app for app in silent_system.apps
        ),
    )
    before = propose(unread, target)
    assert before.databases[0].action == before.apps[1].action == "undecided"
    before = edit.set_checkout(before, "b", "/code/b")
    after = edit.keep_decisions(before, propose(system, target))
    assert after.databases[0].action == after.apps[1].action == "move"
    assert next(one for one in after.add_ons if one.add_on_id == "sc").action == "leave"
    assert after.apps[0].checkout == "/code/b"


def test_an_edit_of_what_is_not_there_fails(mapping: Mapping) -> None:
    with pytest.raises(KeyError):
        edit.set_service_count(mapping, "b", "nothing", 1)


def test_names(target: Profile, mapping: Mapping) -> None:
    assert make_handle(target, "Éa_b..C") == "a-b-c"
    assert make_handle(target, "---") == "app"
    assert make_handle(target, "a", ["a", "a-2"]) == "a-3"
    assert common_name(["acme-a", "acme-b"]) == "acme"
    assert common_name(["shop", "blog"]) == "shop"
    assert common_name(["one-two"]) == "one-two"
    assert cron_service(mapping, "e") == "cron"
    assert cron_service(mapping, "b") is None


def elsewhere(target: Profile, *regions: str, **nearest: str) -> Profile:
    there = msgspec.structs.replace(target.capabilities, regions=regions, nearest=nearest)
    return msgspec.structs.replace(target, capabilities=there)


def in_regions(system: System, regions: dict[str, str]) -> System:
    apps = tuple(
        msgspec.structs.replace(app, region=regions.get(app.id, app.region), processes=app.processes)
        for app in system.apps
    )
    return msgspec.structs.replace(system, apps=apps)


def test_a_new_environment_is_where_the_data_is(system: System, target: Profile) -> None:
    two = elsewhere(target, "eu-1", "us-1", eu="eu-1", us="us-1")
    assert propose(system, two).region == "eu-1"
    owners = {add_on.app_id for add_on in system.add_ons if add_on.postgres}
    regions = {app.id: "eu" if app.id in owners else "us" for app in system.apps}
    assert list(regions.values()).count("us") > 1
    assert propose(in_regions(system, regions), two).region == "eu-1"
    assert propose(system, elsewhere(target, "us-1")).region == "us-1"
    assert propose(system, elsewhere(target, "eu-1", "us-1", us="us-1")).region == ""


def test_a_region_is_chosen_by_a_person_where_none_can_be_proposed(
    system: System, settled: Mapping, target: Profile
) -> None:
    open_one = edit.set_region(settled, "")
    assert codes(system, open_one, target) == {("region", "region")}
    there = edit.set_environment(open_one, "acme-prod", create=False)
    assert codes(system, there, target) == set()
    again = edit.keep_decisions(edit.set_region(settled, "us-1"), settled)
    assert again.region == "us-1"
    assert edit.keep_decisions(open_one, settled).region == "eu-1"


def test_a_mapping_that_knows_no_region_is_read(settled: Mapping) -> None:
    told = msgspec.to_builtins(settled)
    del told["region"]
    assert msgspec.convert(told, Mapping) == edit.set_region(settled, "")


def test_a_job_with_a_secret_in_its_command_stops_the_map(system: System, target: Profile) -> None:
    job = msgspec.structs.replace((system.app("e").jobs or ())[0], command=f"curl -H {DOTS} x")
    apps = tuple(msgspec.structs.replace(app, jobs=(job,)) if app.id == "e" else app for app in system.apps)
    other = msgspec.structs.replace(system, apps=apps)
    mapping = propose(other, target)
    (problem,) = (one for one in problems(other, mapping, target) if one.code == "secret-in-job")
    assert problem.blocks and "$NAME" in problem.remedy
    left = edit.decide_app(mapping, "e", "leave", "stays")
    assert "secret-in-job" not in [one.code for one in problems(other, left, target)]
