"""Add-ons that hold no database: what becomes of each, by assets/catalogue/add_ons.toml."""

import functools
from importlib.resources import as_file, files
from typing import Literal

from wizard.choose.capsule_kind import has_capsules
from wizard.model.noun import Noun, decode_toml
from wizard.model.system import AddOn
from wizard.ports import Profile


class AddOnKind(Noun, frozen=True, kw_only=True):
    """Add-ons that do the same; `does` completes "papertrail ..."."""

    does: str
    way: Literal["vendor", "logs", "files", "jobs", "heroku"]
    services: tuple[str, ...]


class AddOnKinds(Noun, frozen=True, kw_only=True):
    date: str
    kind: tuple[AddOnKind, ...]


def kind_of_service(service: str) -> AddOnKind | None:
    """What an add-on does, None where it is not known."""
    return next((one for one in add_on_kinds().kind if service in one.services), None)


def advice(add_on: AddOn, profile: Profile) -> str:
    """What a person can do about an add-on that is no database, as the reason of a choice."""
    service, title = add_on.service, profile.title
    found = kind_of_service(service)
    if found is None:
        return (
            f"{service} is no database: keep it by an account of your own at its vendor, replace it, or "
            "leave it behind and say why"
        )
    match found.way:
        case "vendor":
            keys = f"and set its keys on {title}; those of the add-on end with it"
            return f"{service} {found.does}: keep it by an account of your own at its vendor, {keys}"
        case "logs" if profile.capabilities.log_drains:
            return f"{service} {found.does}: drain those of {title} to an account of your own"
        case "logs":
            return (
                f"{service} {found.does} by a log drain, which {title} has not: leave it behind and read "
                "the dashboard, or let the app send its lines to an account of your own"
            )
        case "files":
            return (
                f"{service} {found.does}, which end with the add-on: copy them to an account of your own "
                f"before the cut-over, and set its keys on {title}"
            )
        case "jobs":
            there = "a clock process" if has_capsules(profile) else "a crontab"
            return (
                f"{service} {found.does} as dynos of Heroku: start them by {there} of the app, or let a cron "
                "service call an address of it, and leave the add-on behind"
            )
        case "heroku":
            return f"{service} {found.does}, on Heroku alone: leave it behind"


@functools.cache
def add_on_kinds() -> AddOnKinds:
    """All of them."""
    with as_file(files("assets") / "catalogue" / "add_ons.toml") as path:
        return decode_toml(path, AddOnKinds)
