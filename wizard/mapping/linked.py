"""Code that a target fetches itself: the repository that is linked to it, and where in it an app lies."""

import posixpath
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from wizard.choose.git_hosts import hosts_in_words
from wizard.document.checkout import Checkout
from wizard.mapping.check_ways import way_of
from wizard.mapping.problem import Problem
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.repository_address import same_repository
from wizard.model.system import App, System
from wizard.ports import Profile

GITHUB = "https://github.com/"


def linked(choice: AppChoice, app: App, system: System, checkout: Checkout | None) -> AppChoice:
    """`choice` with the way `linked`, the repository and the folder in it as far as they are known: Heroku
    tells which one it deploys from, the clone where it came from."""
    told = on_heroku(app, system)
    repository = told or (checkout.repository if checkout else "")
    folder = folder_of(app, checkout)
    return msgspec.structs.replace(choice, way="linked", repository=repository, folder=folder)


def on_heroku(app: App, system: System) -> str:
    """The address of the repository that Heroku deploys an app from, "" where it knows none."""
    if app.deploy.github is not None and app.deploy.github.repository:
        return f"{GITHUB}{app.deploy.github.repository}"
    named = next((one for one in system.pipelines if app.pipeline in (one.id, one.name)), None)
    return f"{GITHUB}{named.repository}" if named is not None and named.repository else ""


def folder_of(app: App, checkout: Checkout | None) -> str:
    """Where in its repository the code of an app lies, "" for the root."""
    if checkout is None:
        return app.folder
    return posixpath.join(checkout.inside, checkout.folder).strip("/")


def host_of(address: str) -> str:
    """The host of a repository's address, in lower case; "" where it is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def repository_check(profile: Profile, text: str) -> str:
    """Why `text` is no address that the target can fetch from, in a sentence; "" when it is one."""
    hosts = profile.capabilities.git_hosts
    parts = urlsplit(text) if host_of(text) else None
    if parts is None or parts.scheme != "https" or parts.path.strip("/").count("/") < 1:
        return "Type its address as a browser has it: https://github.com/acme/shop."
    if parts.username or parts.password:
        return "Leave the login out of the address: it would be kept."
    if hosts and host_of(text) not in hosts:
        return f"{profile.title} fetches from {hosts_in_words(hosts)} only."
    return ""


def linked_problems(
    system: System, mapping: Mapping, profile: Profile, app: App, choice: AppChoice
) -> Iterator[Problem]:
    """What an app's repository lacks for the way `linked`."""
    name, hosts = way_of(app.name), profile.capabilities.git_hosts
    if not choice.repository:
        yield Problem(
            code="no-repository",
            component=name,
            text=f"{profile.title} builds from a repository on {hosts_in_words(hosts)}, and none is known",
            remedy="Push the code to one of them, and name its address: https://github.com/acme/shop.",
            blocks=True,
        )
        return
    if wrong := repository_check(profile, choice.repository):
        yield Problem(
            code="repository-host",
            component=name,
            text=f"`{choice.repository}` cannot be linked: {wrong[:1].lower()}{wrong[1:].rstrip('.')}",
            remedy="Push the code there, and name that address.",
            blocks=True,
        )
    told = on_heroku(app, system)
    if told and not same_repository(told, choice.repository):
        yield Problem(
            code="repository-other",
            component=name,
            text=f"Heroku deploys it from {_short(told)}, and {_short(choice.repository)} is to be linked",
            remedy="Look that both hold the same code, or name Heroku's.",
        )
    # Two apps of one folder are one code, which is built twice: nothing is wrong with that.
    same_folder = (
        other
        for other in mapping.moved_apps()
        if other.app_id != app.id and other.checkout and other.checkout == choice.checkout
    )
    other = next((one for one in same_folder if not same_repository(one.repository, choice.repository)), None)
    if other is not None:
        yield Problem(
            code="repository-differs",
            component=name,
            text=f"has the same folder of code as {other.handle}, and another repository",
            remedy="Name the same repository for both.",
            blocks=True,
        )


def _short(address: str) -> str:
    return urlsplit(address).path.strip("/") or address
