"""What a person can decide for each component, as data: words, what is asked, and the change it makes."""

from typing import Literal

from screens.map_capsules import capsule_options, image_options, process_options
from screens.map_checks import handle, number, one_of, size_of, sizes_in_words
from screens.map_network import domain_options, drain_options
from screens.map_option import BY_PERSON, Change, Option, leave
from screens.map_spaces import with_spaces
from screens.map_stores import machine_options, place_options, store_options
from screens.map_ways import way_options
from wizard.choose.capsule_kind import has_capsules
from wizard.choose.disk import disk_limits
from wizard.choose.sizes import major_version
from wizard.mapping import edit
from wizard.mapping.check import Component
from wizard.mapping.database_users import users
from wizard.mapping.store_users import uses_moved_store
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import DatabaseChoice, Mapping, StoreChoice
from wizard.model.system import System
from wizard.ports import Profile


def options(component: Component, system: System, mapping: Mapping, profile: Profile) -> list[Option]:
    """What can be decided for `component`, the obvious first."""
    if has_capsules(profile) and (own := capsule_options(component, mapping, profile)):
        return own
    return with_spaces(component, _usual(component, system, mapping, profile), system, mapping, profile)


def _usual(component: Component, system: System, mapping: Mapping, profile: Profile) -> list[Option]:
    match component:
        case ("environment",):
            return _environment(mapping, profile)
        case ("region",):
            return place_options(mapping, profile)
        case ("port",):
            return [_port(mapping)]
        case ("app", app_id):
            return _app(app_id, system, mapping, profile)
        case ("process", app_id, type_):
            return _process(app_id, type_, system, mapping, profile)
        case ("way", app_id):
            return way_options(app_id, mapping, profile)
        case ("job", app_id, job_id):
            return [
                Option(
                    "cron",
                    "Run it from a crontab",
                    lambda m, _: edit.decide_job(m, app_id, job_id, "cron", BY_PERSON),
                ),
                leave(lambda m, why: edit.decide_job(m, app_id, job_id, "leave", why)),
            ]
        case ("database", add_on_id):
            return _database(add_on_id, system, mapping, profile)
        case ("add-on", add_on_id):
            return store_options(add_on_id, mapping, profile) or [
                *image_options(system.add_on(add_on_id), profile),
                leave(lambda m, why: edit.decide_add_on(m, add_on_id, "leave", why)),
                Option(
                    "by-hand",
                    "I replace it by hand",
                    lambda m, how: edit.decide_add_on(m, add_on_id, "by-hand", how),
                    "What replaces it? The report repeats it.",
                ),
            ]
        case ("config", app_id, name):
            return _config(app_id, name, system, mapping)
        case ("domain", app_id, hostname):
            return domain_options(app_id, hostname, mapping, profile)
        case ("drain", app_id, drain_id):
            return drain_options(app_id, drain_id, mapping, profile)
    return []


def leaving(component: Component, system: System, mapping: Mapping, profile: Profile) -> Option | None:
    """The option that leaves `component` behind, None when it has none."""
    return next((one for one in options(component, system, mapping, profile) if one.id == "leave"), None)


def _environment(mapping: Mapping, profile: Profile) -> list[Option]:
    word = profile.words.get("environment", "environment")
    return [
        Option(
            "create",
            f"Create a new {word}",
            lambda m, name: edit.set_environment(m, name, create=True),
            f"What is the new {word} called?",
            mapping.environment,
            handle(profile),
        ),
        Option(
            "use",
            f"Use one that is there already (its name on {profile.title})",
            lambda m, name: edit.set_environment(m, name, create=False),
            f"What is the {word} called?",
            "" if mapping.create_environment else mapping.environment,
            handle(profile),
        ),
    ]


def _port(mapping: Mapping) -> Option:
    return Option(
        "port",
        "Another port",
        lambda m, text: edit.set_port(m, int(text)),
        "Which port do the web processes listen on?",
        str(mapping.port),
        number(1024, 65535),
    )


def _app(app_id: str, system: System, mapping: Mapping, profile: Profile) -> list[Option]:
    choice = mapping.app(app_id)
    stays = [
        Option(
            "harmless",
            "It stays, and does no harm there",
            lambda m, why: edit.keep_harmless(m, app_id, why),
            "Why does it do no harm that it goes on using the old database?",
            choice.harmless if choice else "",
        )
    ]
    move = Option("move", "Move it", lambda m, _: edit.decide_app(m, app_id, "move", BY_PERSON))
    behind = leave(lambda m, why: edit.decide_app(m, app_id, "leave", why), "Leave it and all of it behind")
    if choice and choice.action == "leave":
        return [*(stays if _uses_moved(app_id, system, mapping) else ()), move, behind]
    return [
        move,
        Option(
            "handle",
            "Another name there",
            lambda m, name: edit.set_app_handle(m, app_id, name),
            f"What is {system.app(app_id).name} called on {profile.title}?",
            choice.handle if choice else "",
            handle(profile),
        ),
        Option(
            "folder",
            "The folder with its code",
            lambda m, path: edit.set_checkout(m, app_id, path),
            "Which git clone is pushed to Heroku?",
            (choice.checkout or "") if choice else "",
            folder=True,
        ),
        behind,
    ]


def _uses_moved(app_id: str, system: System, mapping: Mapping) -> bool:
    known = users(system)
    moved = [known.get(one.add_on_id, ()) for one in mapping.moved_databases()]
    if uses_moved_store(system, mapping, app_id):
        return True
    return any(app.id == app_id for apps in moved for app in apps)


def _process(app_id: str, type_: str, system: System, mapping: Mapping, profile: Profile) -> list[Option]:
    chosen = next((one for one in mapping.processes if (one.app_id, one.type) == (app_id, type_)), None)
    count, memory = (chosen.count, chosen.memory_mb) if chosen else (1, 512)
    found = [
        Option(
            "service",
            "Run it as a service",
            lambda m, _: edit.decide_process(m, app_id, type_, "service", BY_PERSON),
        ),
        Option(
            "count",
            f"How many containers (now {count})",
            lambda m, text: edit.set_service_count(m, app_id, type_, int(text)),
            "How many containers run? 0 keeps it stopped.",
            str(count),
            number(0, profile.capabilities.max_containers or 100),
        ),
        Option(
            "memory",
            f"How much memory (now {memory} MB each)",
            lambda m, text: edit.set_service_memory(m, app_id, type_, int(text)),
            "MB of each container: " + sizes_in_words(profile),
            str(memory),
            size_of(profile, 64),
        ),
        *machine_options(chosen.profile if chosen else "", profile, _of_machine(app_id, type_, profile)),
        leave(lambda m, why: edit.decide_process(m, app_id, type_, "leave", why)),
    ]
    if has_capsules(profile) and chosen:
        process = next((one for one in system.app(app_id).processes if one.type == type_), None)
        return process_options(chosen, process, mapping, profile, found[1:-1])
    if type_ == "release" and profile.capabilities.release_phase:
        hook = Option(
            "release-hook",
            "Run it on every deploy, before anything new starts",
            lambda m, _: edit.decide_process(m, app_id, type_, "release-hook", BY_PERSON),
        )
        return [hook, found[0], found[-1]]
    return _decisions(found) if chosen and chosen.action == "leave" else found


def _of_machine(app_id: str, type_: str, profile: Profile) -> Change:
    usual = next(iter(profile.capabilities.machines), "")
    return lambda m, text: edit.set_service_machine(m, app_id, type_, "" if text == usual else text)


def _decisions(found: list[Option]) -> list[Option]:
    """Of a row that is left behind only whether it stays so is asked: what does not run has no size."""
    return [found[0], found[-1]]


def _database(add_on_id: str, system: System, mapping: Mapping, profile: Profile) -> list[Option]:
    choice = next(one for one in mapping.databases if one.add_on_id == add_on_id)
    told = system.add_on(add_on_id).postgres
    major = (major_version(told.version) if told else None) or 0
    versions = tuple(str(v) for v in profile.capabilities.postgres_versions if v >= major)
    version = Option(
        "version",
        f"Version (now {choice.version or '?'})",
        lambda m, text: edit.set_database(m, add_on_id, version=text),
        "Postgres version: " + ", ".join(versions),
        choice.version,
        one_of(versions),
    )
    found = [
        Option("move", "Move it", lambda m, _: edit.decide_database(m, add_on_id, "move", BY_PERSON)),
        Option(
            "handle",
            "Another name there",
            lambda m, name: edit.set_database(m, add_on_id, handle=name),
            "What is the database called there?",
            choice.handle,
            handle(profile),
        ),
        # None is offered where the target chooses it itself.
        *([version] if profile.capabilities.postgres_versions else ()),
        Option(
            "disk",
            f"Disk (now {choice.disk_gb} GB)",
            lambda m, text: edit.set_database(m, add_on_id, disk_gb=int(text)),
            "How many GB of disk?",
            str(choice.disk_gb),
            number(*disk_limits(profile)),
        ),
        Option(
            "memory",
            f"Memory (now {choice.memory_mb} MB)",
            lambda m, text: edit.set_database(m, add_on_id, memory_mb=int(text)),
            "MB of memory: " + sizes_in_words(profile),
            str(choice.memory_mb),
            size_of(profile, 256),
        ),
        *machine_options(
            choice.profile, profile, lambda m, text: edit.set_database(m, add_on_id, profile=text)
        ),
        leave(lambda m, why: edit.decide_database(m, add_on_id, "leave", why)),
    ]
    return _decisions(found) if choice.action == "leave" else found


def _config(app_id: str, name: str, system: System, mapping: Mapping) -> list[Option]:
    found = [Option("copy", "Copy the value as it stands", lambda m, _: edit.copy_config(m, app_id, name))]
    named: list[DatabaseChoice | StoreChoice] = [*mapping.moved_databases(), *moved_stores(mapping)]
    for store in named:
        found.append(
            Option(
                f"database {store.add_on_id}",
                f"Give it the URL of {store.handle}",
                _replaced(app_id, name, "database", store.add_on_id),
            )
        )
    for app in mapping.moved_apps():
        if any(process.type == "web" for process in system.app(app.app_id).processes):
            found.append(
                Option(
                    f"url {app.app_id}",
                    f"Give it the new web address of {app.handle}",
                    _replaced(app_id, name, "app-url", app.app_id),
                )
            )
    found.append(
        Option(
            "port",
            f"Give it the port, {mapping.port}",
            _replaced(app_id, name, "port"),
        )
    )
    found.append(
        Option(
            "leave", "Drop it", lambda m, why: edit.drop_config(m, app_id, name, why), "Why is it dropped?"
        )
    )
    return found


def _replaced(
    app_id: str, name: str, replacement: Literal["database", "app-url", "port"], refers_to: str = ""
) -> Change:
    return lambda m, _: edit.replace_config(m, app_id, name, replacement, refers_to=refers_to)
