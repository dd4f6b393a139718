"""The proposal: what becomes of each component, and why. A person may change all of it."""

from collections import Counter
from collections.abc import Mapping as Known
from typing import Literal

import msgspec

from wizard.choose.capsule_kind import has_capsules
from wizard.choose.disk import grows, least_disk_gb, recommended_disk
from wizard.choose.sizes import (
    database_memory_mb,
    less_than,
    nearest_size,
    plan_memory_mb,
    process_memory_mb,
    size_at_least,
    version_for,
)
from wizard.choose.vendor_services import advice
from wizard.document.checkout import Checkout
from wizard.document.repository.buildpack_processes import nobody_wrote
from wizard.document.summary import databases, is_postgres, is_scheduler
from wizard.mapping.capsules import in_capsule, job_choice, release_before_start
from wizard.mapping.config_rules import propose_config
from wizard.mapping.domains import propose_domain
from wizard.mapping.drains import propose_drains
from wizard.mapping.linked import linked
from wizard.mapping.names import common_name, make_handle
from wizard.mapping.storages import propose_storages
from wizard.mapping.stores import is_store, no_counterpart, propose_stores
from wizard.mapping.ways import advise
from wizard.model.mapping import (
    AddOnChoice,
    AppChoice,
    DatabaseChoice,
    JobChoice,
    Mapping,
    ProcessChoice,
)
from wizard.model.system import AddOn, App, Job, Process, System
from wizard.ports import Profile

ONE_OFF_TYPES = ("console", "rake")
"""Process types that buildpacks add for one-off dynos; nothing of them ever runs by itself."""


def propose(system: System, profile: Profile, checkouts: Known[str, Checkout] | None = None) -> Mapping:
    """A mapping for the whole system: every component is in it exactly once.

    Args:
        system: with the person's answers in it (`wizard.document.answers.apply_answers`).
        checkouts: the code of apps, by app id.

    The same arguments give the same mapping.
    """
    known = checkouts or {}
    app_handles: list[str] = []
    apps = []
    for app in system.apps:
        handle = make_handle(profile, app.name, app_handles)
        app_handles.append(handle)
        choice = _app(app, handle, known.get(app.id), profile)
        apps.append(linked(choice, app, system, known.get(app.id)) if choice.way == "linked" else choice)
    stores = _databases(system, profile)
    environment = make_handle(profile, common_name(app.name for app in system.apps))
    partial = Mapping(
        environment=environment,
        create_environment=True,
        region=_region(system, profile),
        apps=tuple(apps),
        processes=tuple(
            _process(app, process, profile, known.get(app.id))
            for app in system.apps
            for process in app.processes
        ),
        jobs=tuple(_job(app, job, profile) for app in system.apps for job in app.jobs or ()),
        databases=stores,
        stores=propose_stores(system, profile, [one.handle for one in stores]),
        add_ons=tuple(
            no_counterpart(add_on, profile) or _add_on(system, add_on, profile)
            for add_on in system.add_ons
            if not is_postgres(add_on) and not is_store(add_on, profile)
        ),
        domains=tuple(
            propose_domain(app, domain, profile)
            for app in system.apps
            for domain in app.domains
            if domain.kind == "custom"
        ),
        drains=propose_drains(system, profile, environment),
    )
    storages = propose_storages(system, profile, partial, known)
    return propose_config(system, profile, msgspec.structs.replace(partial, storages=storages))


def _region(system: System, profile: Profile) -> str:
    """Where most of the databases are today, in the target's words; empty when only a person can say."""
    offered = profile.capabilities.regions
    if len(offered) == 1:
        return offered[0]
    places = {app.id: app.region for app in system.apps if app.region}
    of_data = [places[add_on.app_id] for add_on in databases(system) if add_on.app_id in places]
    for place, _ in Counter(of_data or places.values()).most_common(1):
        return profile.capabilities.nearest.get(place, "")
    return ""


def _app(app: App, handle: str, checkout: Checkout | None, profile: Profile) -> AppChoice:
    word = profile.words.get("app", "app")
    if not app.processes:
        return AppChoice(
            app_id=app.id,
            action="undecided",
            handle=handle,
            checkout=checkout.path if checkout else None,
            reason="nothing runs in it: say whether it moves or stays behind",
        )
    return AppChoice(
        app_id=app.id,
        action="move",
        handle=handle,
        checkout=checkout.path if checkout else None,
        reason=f"becomes the {word} {handle}",
        way=advise(app, checkout, profile).way,
    )


def _process(app: App, process: Process, profile: Profile, checkout: Checkout | None) -> ProcessChoice:
    memory = process_memory_mb(process)
    base = ProcessChoice(app_id=app.id, type=process.type, service=process.type)
    if process.type == "release":
        return _release(base, app, checkout, profile)
    action: Literal["service", "leave", "undecided"] = "service"
    jobs = [job.command.strip() for job in app.jobs or ()]
    if process.quantity == 0 and process.type in ONE_OFF_TYPES:
        action = "leave"
        reason = "for one-off dynos only; nothing of it runs by itself"
    elif process.quantity == 0 and nobody_wrote(process, app, checkout):
        action = "leave"
        reason = "nobody wrote it: Heroku's buildpack adds it, and none of it runs"
    elif process.quantity == 0 and (process.command.strip() in jobs or process.type in jobs):
        action = "leave"
        reason = "only the scheduler runs it; its job moves by itself"
        if profile.capabilities.scheduler == "cron-service":
            reason = "only the scheduler runs it; its job becomes a crontab line"
    elif size_at_least(profile, memory) is None:
        action = "undecided"
        reason = f"needs {memory} MB, more than {profile.title} has in one container"
    elif process.quantity == 0:
        reason = "is scaled to zero on Heroku and stays so: 0 containers"
    elif profile.capabilities.memory_range_mb is not None:
        reason = f"the {memory} MB of a {process.size} dyno, as many as today"
    elif (less := less_than(profile, memory)) is not None:
        reason = f"nearest size, as many as today; {less} MB, a {process.size} dyno has {memory} MB: look"
    else:
        reason = f"smallest size with at least the {memory} MB of a {process.size} dyno, as many as today"
    choice = msgspec.structs.replace(
        base,
        action=action,
        memory_mb=nearest_size(profile, memory),
        count=process.quantity,
        reason=reason,
    )
    return in_capsule(choice, app, process, checkout, profile) if has_capsules(profile) else choice


def _release(base: ProcessChoice, app: App, checkout: Checkout | None, profile: Profile) -> ProcessChoice:
    memory = nearest_size(profile, 512)
    if has_capsules(profile) and not profile.capabilities.release_phase:
        sized = msgspec.structs.replace(base, memory_mb=memory)
        return release_before_start(sized, app, checkout, profile)
    if not profile.capabilities.release_phase:
        return msgspec.structs.replace(
            base,
            action="undecided",
            memory_mb=memory,
            count=0,
            reason=f"{profile.title} has no release phase: say how the command runs there, or leave it",
        )
    hook = profile.capabilities.release_hook
    where = f" in {hook.file} ({hook.key})" if hook else ""
    return msgspec.structs.replace(
        base,
        action="release-hook",
        memory_mb=memory,
        count=0,
        reason=f"runs on each deploy before anything new starts{where}",
    )


def _job(app: App, job: Job, profile: Profile) -> JobChoice:
    if has_capsules(profile) and profile.capabilities.scheduler == "none":
        return job_choice(app, job, profile)
    action: Literal["cron", "undecided"] = "undecided"
    reason = f"{profile.title} has no scheduler: run it from inside the app, or leave it"
    if profile.capabilities.scheduler == "cron-service":
        action, reason = "cron", "becomes a line of the crontab in a cron service; times stay in UTC"
    return JobChoice(app_id=app.id, job_id=job.id, action=action, reason=reason)


def _databases(system: System, profile: Profile) -> tuple[DatabaseChoice, ...]:
    taken: list[str] = []
    choices = []
    names = {app.id: app.name for app in system.apps}
    for add_on in databases(system):
        owner = names.get(add_on.app_id)
        handle = make_handle(profile, f"{owner}-db" if owner else add_on.name, taken)
        taken.append(handle)
        choices.append(_database(add_on, handle, profile))
    return tuple(choices)


def _database(add_on: AddOn, handle: str, profile: Profile) -> DatabaseChoice:
    told = add_on.postgres
    version = version_for(profile, told.version) if told else None
    disk = recommended_disk(told.bytes if told else None, least=least_disk_gb(profile))
    action: Literal["move", "undecided"] = "move"
    if told is None or not told.version:
        action = "undecided"
        reason = "Heroku did not tell its version and size: read the system again, or leave it"
    elif not profile.capabilities.postgres_versions:
        reason = (
            f"{profile.title} chooses the version; it has to be {told.version} or newer, which is looked up"
        )
    elif version is None:
        action = "undecided"
        reason = f"is Postgres {told.version}; {profile.title} offers none that is as new"
    elif told.version.split(".")[0] == str(version):
        reason = "same major version"
    else:
        reason = f"Postgres {told.version} is not offered, {version} is the next"
    if action == "move":
        reason += f"; disk {disk.gb} GB: {disk.words}; {grows(profile)}"
    if action == "move" and (less := less_than(profile, plan_memory_mb(add_on.plan))) is not None:
        reason += f"; {less} MB of memory, its plan has {plan_memory_mb(add_on.plan)} MB: look"
    return DatabaseChoice(
        add_on_id=add_on.id,
        action=action,
        handle=handle,
        version="" if version is None else str(version),
        memory_mb=database_memory_mb(profile, add_on),
        disk_gb=disk.gb,
        reason=reason,
    )


def _add_on(system: System, add_on: AddOn, profile: Profile) -> AddOnChoice:
    if is_scheduler(add_on):
        owner = next((app for app in system.apps if app.id == add_on.app_id), None)
        if owner is not None and owner.jobs is not None:
            return AddOnChoice(
                add_on_id=add_on.id,
                action="leave",
                reason="its jobs move one by one; the add-on is not needed",
            )
        return AddOnChoice(
            add_on_id=add_on.id, action="undecided", reason="its jobs are not known: type them in first"
        )
    return AddOnChoice(add_on_id=add_on.id, action="undecided", reason=advice(add_on, profile))
