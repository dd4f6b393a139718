"""What is wrong with databases, and with the config vars that name them."""

from collections.abc import Iterator

from wizard.choose.disk import disk_limits, grows, recommended_disk
from wizard.choose.sizes import is_size, major_version, sizes_in_words
from wizard.document.summary import databases, is_postgres, size_text
from wizard.mapping.problem import Problem
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import ConfigChoice, DatabaseChoice, Mapping
from wizard.model.system import AddOn, App, ConfigVar, System
from wizard.ports import Profile


def database_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """The problems of every database that moves."""
    stores = {add_on.id: add_on for add_on in databases(system)}
    for choice in mapping.moved_databases():
        add_on = stores.get(choice.add_on_id)
        if add_on is not None:
            yield from _version_problems(choice, add_on, profile)
            yield from _size_problems(choice, add_on, profile)


def _version_problems(choice: DatabaseChoice, add_on: AddOn, profile: Profile) -> Iterator[Problem]:
    wanted = major_version(choice.version)
    offered = profile.capabilities.postgres_versions
    if not offered and not choice.version:
        told = add_on.postgres.version if add_on.postgres else ""
        yield Problem(
            code="database-version-open",
            component=add_on.name,
            text=f"is Postgres {told or '?'} on Heroku; {profile.title} does not say which one it makes",
            remedy="Offramp reads it once the database is made, before anything is copied. An older one is "
            "refused there.",
        )
        return
    if wanted is None or (offered and wanted not in offered):
        said = ", ".join(str(version) for version in sorted(offered)) or "what the vendor says"
        yield Problem(
            code="database-version",
            component=add_on.name,
            text=f"`{choice.version}` is no Postgres version of {profile.title}",
            remedy=f"Choose one of: {said}.",
            blocks=True,
        )
        return
    there = major_version(add_on.postgres.version) if add_on.postgres else None
    if there is not None and wanted < there:
        yield Problem(
            code="database-older",
            component=add_on.name,
            text=f"is Postgres {there} on Heroku and would be {wanted}: data cannot go to an older one",
            remedy=f"Choose {there} or newer.",
            blocks=True,
        )
    elif there is not None and wanted > there:
        yield Problem(
            code="database-newer",
            component=add_on.name,
            text=f"is Postgres {there} on Heroku and becomes {wanted}",
            remedy="Look through the release notes in between for what your code uses.",
        )


def _size_problems(choice: DatabaseChoice, add_on: AddOn, profile: Profile) -> Iterator[Problem]:
    if not is_size(profile, choice.memory_mb):
        yield Problem(
            code="database-memory",
            component=add_on.name,
            text=f"{choice.memory_mb} MB is no size of {profile.title}",
            remedy=f"Choose {sizes_in_words(profile)}.",
            blocks=True,
        )
    stored = add_on.postgres.bytes if add_on.postgres else None
    least, most = disk_limits(profile)
    wanted = recommended_disk(stored, least=least)
    if wanted.needed_gb > most:
        yield Problem(
            code="database-too-large",
            component=add_on.name,
            text=f"takes {wanted.needed_gb} GB of disk; a database has at most {most} GB on {profile.title}",
            remedy="Leave it behind, or choose another target.",
            blocks=True,
        )
    elif choice.disk_gb > most:
        yield Problem(
            code="database-disk",
            component=add_on.name,
            text=f"{choice.disk_gb} GB are more than a disk has on {profile.title}, {most} GB",
            remedy=f"Give it {min(wanted.gb, most)} GB.",
            blocks=True,
        )
    elif choice.disk_gb < least or choice.disk_gb * 1_000_000_000 <= (stored or 0):
        yield Problem(
            code="database-disk",
            component=add_on.name,
            text=f"{choice.disk_gb} GB of disk do not hold {size_text(stored or 0)}",
            remedy=f"Give it {wanted.gb} GB.",
            blocks=True,
        )
    elif choice.disk_gb < wanted.gb:
        yield Problem(
            code="database-disk-tight",
            component=add_on.name,
            text=f"{choice.disk_gb} GB of disk are tight for {wanted.words}",
            remedy=f"Give it {wanted.gb} GB: {grows(profile)}.",
        )
    elif stored is None:
        yield Problem(
            code="database-size-unknown",
            component=add_on.name,
            text="Heroku did not tell its size; the disk is a guess",
            remedy="The preflight measures it.",
        )


def config_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """The problems of the config vars of every app that moves."""
    apps = {app.id: app for app in system.apps}
    moving = {choice.app_id for choice in mapping.moved_apps()}
    stores = {choice.add_on_id for choice in mapping.moved_databases()}
    stores |= {choice.add_on_id for choice in moved_stores(mapping)}
    add_ons = {add_on.id: add_on for add_on in system.add_ons}
    variables = {(app.id, var.name): var for app in system.apps for var in app.config}
    for choice in mapping.config:
        app = apps.get(choice.app_id)
        if app is None or choice.app_id not in moving:
            continue
        var = variables.get((app.id, choice.name))
        if choice.action == "replace":
            yield from _replace_problems(app, choice, moving, stores, apps)
        elif choice.action == "copy" and var is not None:
            yield from _copy_problems(add_ons, app, var, profile, stores)


def _replace_problems(
    app: App, choice: ConfigChoice, moving: set[str], stores: set[str], apps: dict[str, App]
) -> Iterator[Problem]:
    name = f"{app.name} {choice.name}"
    if choice.replacement == "database" and choice.refers_to not in stores:
        yield Problem(
            code="no-database",
            component=name,
            text="is to name a database that does not move",
            remedy="Move the database, or drop the config var and say why.",
            blocks=True,
        )
    elif choice.replacement == "app-url":
        other = apps.get(choice.refers_to)
        if other is None or choice.refers_to not in moving:
            yield Problem(
                code="no-app",
                component=name,
                text="is to name the web address of an app that does not move",
                remedy="Copy it, so that it names the app on Heroku, or move that app.",
                blocks=True,
            )
        elif not any(process.type == "web" for process in other.processes):
            yield Problem(
                code="no-web",
                component=name,
                text=f"is to name the web address of {other.name}, which has no web process",
                remedy="Drop it and say why.",
                blocks=True,
            )
    elif not choice.replacement:
        yield Problem(
            code="no-replacement",
            component=name,
            text="is to be replaced, but nothing says by what",
            remedy="Choose by what.",
            blocks=True,
        )


def _copy_problems(
    add_ons: dict[str, AddOn], app: App, var: ConfigVar, profile: Profile, moved: set[str]
) -> Iterator[Problem]:
    name = f"{app.name} {var.name}"
    if var.empty and not profile.capabilities.empty_config_values:
        yield Problem(
            code="empty",
            component=name,
            text=f"is empty, and {profile.title} cannot hold an empty value",
            remedy="Drop it and say why, or give it a value on Heroku and read the system again.",
            blocks=True,
        )
    setter = add_ons.get(var.origin.add_on_id or var.copied_from)
    if setter is not None and (is_postgres(setter) or setter.id in moved):
        yield Problem(
            code="old-database",
            component=name,
            text=f"copied, it lets the new {app.name} write to {setter.name} on Heroku",
            remedy="Replace it by the new database, or drop it.",
            blocks=True,
        )
    elif setter is not None:
        yield Problem(
            code="old-add-on",
            component=name,
            text=f"copied, it names {setter.name}, which ends with the app on Heroku",
            remedy="Make sure that its value works without the add-on.",
        )
