"""A person's decisions: small pure functions, each returns a changed Mapping.

All raise KeyError for a component that the mapping does not have. Whether a decision may stand is asked of
`wizard.mapping.check`; what it means for config vars of `wizard.mapping.config_rules.follow`.
"""

from collections.abc import Callable
from typing import Literal, TypeVar

import msgspec

from wizard.mapping.certificates import OwnCertificate
from wizard.mapping.edit_spaces import renamed
from wizard.mapping.storages import kept_storages
from wizard.mapping.stores import kept_stores
from wizard.mapping.way_words import Way
from wizard.model.image_reference import registry_of
from wizard.model.mapping import (
    AddOnChoice,
    AppChoice,
    ConfigChoice,
    DatabaseChoice,
    DomainChoice,
    DrainChoice,
    JobChoice,
    Mapping,
    ProcessChoice,
    StorageChoice,
    StoreChoice,
)

Choice = TypeVar(
    "Choice",
    AppChoice,
    DrainChoice,
    ProcessChoice,
    JobChoice,
    DatabaseChoice,
    AddOnChoice,
    ConfigChoice,
    DomainChoice,
    StoreChoice,
    StorageChoice,
)


def set_environment(mapping: Mapping, handle: str, *, create: bool) -> Mapping:
    """Move into the environment `handle`; `create` when it is to be made."""
    changed = msgspec.structs.replace(mapping, environment=handle, create_environment=create)
    return renamed(changed, mapping.environment, handle) if mapping.environment else changed


def set_region(mapping: Mapping, region: str) -> Mapping:
    """Where a new environment is made, in the target's words."""
    return msgspec.structs.replace(mapping, region=region)


def set_port(mapping: Mapping, port: int) -> Mapping:
    """The port that web processes listen on."""
    return msgspec.structs.replace(mapping, port=port)


def decide_app(
    mapping: Mapping, app_id: str, action: Literal["move", "leave", "undecided"], reason: str = ""
) -> Mapping:
    """Move an app or leave it behind. What hangs on a left app is left with it. Why it would do no harm there
    was said of the decision before."""
    return _apps(mapping, app_id, action=action, reason=reason, harmless="")


def keep_harmless(mapping: Mapping, app_id: str, why: str) -> Mapping:
    """Say why an app may stay on Heroku although a database that it uses moves."""
    return _apps(mapping, app_id, harmless=why)


def set_app_handle(mapping: Mapping, app_id: str, handle: str) -> Mapping:
    """The name of an app on the target."""
    return _apps(mapping, app_id, handle=handle)


def set_checkout(mapping: Mapping, app_id: str, path: str | None) -> Mapping:
    """The folder with the code of an app."""
    return _apps(mapping, app_id, checkout=path)


def set_way(mapping: Mapping, app_id: str, way: Way, image: str | None = None) -> Mapping:
    """How the code of an app gets to the target; `image` names another image than before."""
    before = mapping.app(app_id)
    changes: dict[str, str | bool | None] = {"way": way}
    if image is not None:
        changes["image"] = image
        # Who may pull from one registry need not be known to another.
        if before is not None and registry_of(before.image) != registry_of(image):
            changes["private"] = False
    return _apps(mapping, app_id, **changes)


def set_private(mapping: Mapping, app_id: str, private: bool) -> Mapping:
    """Whether the registry of an app's image asks who pulls it."""
    return _apps(mapping, app_id, private=private)


def set_keep_slug(mapping: Mapping, app_id: str, keep: bool) -> Mapping:
    """Whether the image of an app is made of the slug that Heroku runs, as a stop-gap."""
    return _apps(mapping, app_id, keep_slug=keep)


def decide_process(
    mapping: Mapping,
    app_id: str,
    type_: str,
    action: Literal["service", "release-hook", "leave", "undecided"],
    reason: str = "",
) -> Mapping:
    """Run a process type as a service or as release hook, or leave it behind."""
    return _processes(mapping, app_id, type_, action=action, reason=reason)


def set_service_memory(mapping: Mapping, app_id: str, type_: str, memory_mb: int) -> Mapping:
    """Memory of one container of a service, in MB. Whoever says it wants the service."""
    reason = "memory set by a person"
    return _processes(mapping, app_id, type_, action="service", memory_mb=memory_mb, reason=reason)


def set_service_machine(mapping: Mapping, app_id: str, type_: str, profile: str) -> Mapping:
    """The kind of machine that a service runs on; empty for the target's default."""
    return _processes(mapping, app_id, type_, action="service", profile=profile, reason="set by a person")


def set_service_count(mapping: Mapping, app_id: str, type_: str, count: int) -> Mapping:
    """How many containers a service runs; 0 keeps it stopped. Whoever says it wants the service."""
    reason = "count set by a person"
    return _processes(mapping, app_id, type_, action="service", count=count, reason=reason)


def decide_job(
    mapping: Mapping,
    app_id: str,
    job_id: str,
    action: Literal["cron", "leave", "undecided"],
    reason: str = "",
) -> Mapping:
    """Turn a scheduler job into a crontab line, or leave it behind."""
    changed = _changed(
        mapping.jobs,
        lambda one: (one.app_id, one.job_id) == (app_id, job_id),
        (app_id, job_id),
        action=action,
        reason=reason,
    )
    return msgspec.structs.replace(mapping, jobs=changed)


def decide_database(
    mapping: Mapping, add_on_id: str, action: Literal["move", "leave", "undecided"], reason: str = ""
) -> Mapping:
    """Move a database or leave it behind."""
    return _databases(mapping, add_on_id, action=action, reason=reason)


def set_database(
    mapping: Mapping,
    add_on_id: str,
    *,
    handle: str | None = None,
    version: str | None = None,
    memory_mb: int | None = None,
    disk_gb: int | None = None,
    profile: str | None = None,
) -> Mapping:
    """Change what is named of a database, which then moves; what is None stays."""
    wanted = {
        "handle": handle,
        "version": version,
        "memory_mb": memory_mb,
        "disk_gb": disk_gb,
        "profile": profile,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return _databases(mapping, add_on_id, **given, action="move", reason="set by a person")


def decide_add_on(
    mapping: Mapping,
    add_on_id: str,
    action: Literal["leave", "by-hand", "undecided"],
    reason: str = "",
) -> Mapping:
    """Leave an add-on behind, or say that a person replaces it."""
    changed = _changed(
        mapping.add_ons,
        lambda one: one.add_on_id == add_on_id,
        add_on_id,
        action=action,
        reason=reason,
    )
    return msgspec.structs.replace(mapping, add_ons=changed)


def copy_config(
    mapping: Mapping, app_id: str, name: str, reason: str = "a person chose to copy it"
) -> Mapping:
    """Copy a config var as it is."""
    return _config(mapping, app_id, name, action="copy", replacement="", refers_to="", reason=reason)


def drop_config(mapping: Mapping, app_id: str, name: str, reason: str) -> Mapping:
    """Do not take a config var along."""
    return _config(mapping, app_id, name, action="drop", replacement="", refers_to="", reason=reason)


def replace_config(
    mapping: Mapping,
    app_id: str,
    name: str,
    replacement: Literal["database", "app-url", "port"],
    *,
    refers_to: str = "",
    reason: str = "a person chose it",
) -> Mapping:
    """Give a config var the URL of a database, the web address of an app, or the port."""
    return _config(
        mapping,
        app_id,
        name,
        action="replace",
        replacement=replacement,
        refers_to=refers_to,
        reason=reason,
    )


def decide_domain(
    mapping: Mapping,
    app_id: str,
    hostname: str,
    action: Literal["endpoint", "by-hand", "leave", "undecided"],
    reason: str = "",
) -> Mapping:
    """Give a custom domain an endpoint of its own whose certificate is made there, move it by hand after the
    cut-over, or leave it behind."""
    return _domains(
        mapping,
        app_id,
        hostname,
        action=action,
        reason=reason,
        chain_file="",
        key_file="",
        fingerprint="",
        good_until="",
        late=False,
    )


def set_domain_late(mapping: Mapping, app_id: str, hostname: str, late: bool) -> Mapping:
    """Have the endpoint of a custom domain made after the first deploy, within the cut-over, or before it."""
    return _domains(mapping, app_id, hostname, late=late)


def use_certificate(
    mapping: Mapping, app_id: str, hostname: str, files: tuple[str, str], certificate: OwnCertificate
) -> Mapping:
    """Give a custom domain an endpoint of its own with the person's certificate. `files` are that of its
    chain and that of its private key."""
    return _domains(
        mapping,
        app_id,
        hostname,
        action="endpoint",
        reason=f"your {certificate.in_words()}; you renew it",
        chain_file=files[0],
        key_file=files[1],
        fingerprint=certificate.fingerprint,
        good_until=certificate.good_until,
    )


def leave_undecided(mapping: Mapping, reason: str) -> Mapping:
    """Leave or drop all that is still undecided, for the one reason given; for runs without a person."""
    return msgspec.structs.replace(
        mapping,
        apps=_settled(mapping.apps, "leave", reason),
        processes=_settled(mapping.processes, "leave", reason),
        jobs=_settled(mapping.jobs, "leave", reason),
        databases=_settled(mapping.databases, "leave", reason),
        stores=_settled(mapping.stores, "leave", reason),
        add_ons=_settled(mapping.add_ons, "leave", reason),
        config=_settled(mapping.config, "drop", reason),
        domains=_settled(mapping.domains, "leave", reason),
        drains=_settled(mapping.drains, "leave", reason),
        storages=_settled(mapping.storages, "leave", reason),
    )


def keep_decisions(decided: Mapping, proposed: Mapping) -> Mapping:
    """`proposed` (of an inventory read anew) with every choice that was decided for the same component.

    What is new or was not decided comes from the proposal, since what it waited for may be known now; what is
    gone goes.
    """
    return msgspec.structs.replace(
        proposed,
        environment=decided.environment or proposed.environment,
        create_environment=decided.create_environment if decided.environment else proposed.create_environment,
        region=decided.region or proposed.region,
        stack=decided.stack,
        team=decided.team,
        spaces=decided.spaces,
        port=decided.port,
        apps=_kept(decided.apps, proposed.apps, lambda one: one.app_id),
        processes=_kept(decided.processes, proposed.processes, lambda one: (one.app_id, one.type)),
        jobs=_kept(decided.jobs, proposed.jobs, lambda one: (one.app_id, one.job_id)),
        databases=_kept(decided.databases, proposed.databases, lambda one: one.add_on_id),
        stores=tuple(kept_stores(decided, proposed)),
        storages=kept_storages(decided, proposed),
        add_ons=_kept(decided.add_ons, proposed.add_ons, lambda one: one.add_on_id),
        config=_kept(decided.config, proposed.config, lambda one: (one.app_id, one.name)),
        domains=_kept(decided.domains, proposed.domains, lambda one: (one.app_id, one.hostname)),
        drains=_kept(decided.drains, proposed.drains, lambda one: (one.app_id, one.drain_id)),
    )


def _apps(mapping: Mapping, app_id: str, **changes: str | bool | None) -> Mapping:
    changed = _changed(mapping.apps, lambda one: one.app_id == app_id, app_id, **changes)
    return msgspec.structs.replace(mapping, apps=changed)


def _processes(mapping: Mapping, app_id: str, type_: str, **changes: str | int) -> Mapping:
    changed = _changed(
        mapping.processes,
        lambda one: (one.app_id, one.type) == (app_id, type_),
        (app_id, type_),
        **changes,
    )
    return msgspec.structs.replace(mapping, processes=changed)


def _databases(mapping: Mapping, add_on_id: str, **changes: str | int) -> Mapping:
    changed = _changed(mapping.databases, lambda one: one.add_on_id == add_on_id, add_on_id, **changes)
    return msgspec.structs.replace(mapping, databases=changed)


def _domains(mapping: Mapping, app_id: str, hostname: str, **changes: str | bool) -> Mapping:
    changed = _changed(
        mapping.domains,
        lambda one: (one.app_id, one.hostname) == (app_id, hostname),
        (app_id, hostname),
        **changes,
    )
    return msgspec.structs.replace(mapping, domains=changed)


def _config(mapping: Mapping, app_id: str, name: str, **changes: str) -> Mapping:
    changed = _changed(
        mapping.config,
        lambda one: (one.app_id, one.name) == (app_id, name),
        (app_id, name),
        **changes,
    )
    return msgspec.structs.replace(mapping, config=changed)


def _changed(
    choices: tuple[Choice, ...], matches: Callable[[Choice], bool], key: object, **changes: object
) -> tuple[Choice, ...]:
    if not any(matches(one) for one in choices):
        raise KeyError(key)
    return tuple(msgspec.structs.replace(one, **changes) if matches(one) else one for one in choices)


def _settled(choices: tuple[Choice, ...], action: str, reason: str) -> tuple[Choice, ...]:
    return tuple(
        msgspec.structs.replace(one, action=action, reason=reason) if one.action == "undecided" else one
        for one in choices
    )


def _kept(
    decided: tuple[Choice, ...], proposed: tuple[Choice, ...], key: Callable[[Choice], object]
) -> tuple[Choice, ...]:
    known = {key(one): one for one in decided if one.action != "undecided"}
    return tuple(known.get(key(one), one) for one in proposed)
