"""Config vars where every process is a capsule of its own: what the target sets, what static sites read."""

from collections.abc import Iterator

import msgspec

from wizard.choose.capsule_kind import has_capsules
from wizard.mapping.capsules import runs_code
from wizard.mapping.problem import Problem
from wizard.model.mapping import ConfigChoice, Mapping
from wizard.model.system import App, System
from wizard.ports import Profile


def in_capsules(choice: ConfigChoice, mapping: Mapping, profile: Profile, app: App) -> ConfigChoice:
    """`choice`, unless the target sets that config var itself, or nothing of the app can make use of it."""
    if not has_capsules(profile):
        return choice
    own = profile.capabilities.own_config.get(choice.name, "")
    if own and choice.replacement != "port":
        return _drop(choice, f"{profile.title} sets it itself: {own}")
    if choice.replacement == "database" and _only_files(mapping, app):
        return _drop(choice, "a static site reaches no database")
    return choice


def needs_port(mapping: Mapping, profile: Profile, app: App) -> bool:
    """Whether an app with a web process is told the port that it listens on."""
    return not (has_capsules(profile) and _only_files(mapping, app))


def capsule_config_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """What is to be looked at in the config vars of apps that move."""
    if not has_capsules(profile):
        return
    moving = {choice.app_id for choice in mapping.moved_apps()}
    apps = {app.id: app for app in system.apps if app.id in moving}
    for choice in mapping.config:
        app = apps.get(choice.app_id)
        if app is None:
            continue
        name = f"{app.name} {choice.name}"
        own = profile.capabilities.own_config.get(choice.name, "")
        if own and choice.replacement != "port" and any(var.name == choice.name for var in app.config):
            yield Problem(
                code="config-clash",
                component=name,
                text=f"has the name of a config var that {profile.title} sets itself, to {own}",
                remedy="Give it another name in the code and on Heroku, unless that value does, too.",
            )
        elif _only_files(mapping, app):
            yield from _static_problems(app, choice, name)


def _static_problems(app: App, choice: ConfigChoice, name: str) -> Iterator[Problem]:
    if choice.action == "replace" and choice.replacement == "database":
        yield Problem(
            code="frontend-database",
            component=name,
            text="is the URL of a database, and a static site reaches none",
            remedy="Drop it, or make the app a backend capsule.",
            blocks=True,
        )
    elif choice.action == "copy" and any(one.name == choice.name and one.secret for one in app.config):
        yield Problem(
            code="static-secret",
            component=name,
            text="looks like a secret; a static site has it in files that everybody can read",
            remedy="Drop it, unless the build alone needs it.",
        )


def _only_files(mapping: Mapping, app: App) -> bool:
    """Whether an app is a static site, and nothing of it runs code."""
    is_site = any(
        one.app_id == app.id and one.action == "service" and one.capsule == "frontend"
        for one in mapping.processes
    )
    return is_site and not runs_code(mapping, app.id)


def _drop(choice: ConfigChoice, reason: str) -> ConfigChoice:
    return msgspec.structs.replace(choice, action="drop", replacement="", refers_to="", reason=reason)
