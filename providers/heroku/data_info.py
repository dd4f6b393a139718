"""What Heroku's data services say of themselves in words: `info`, a table that is made to be looked at.

`[{"name": "Connections", "values": ["3/200"], "resolve_db_name": false}, …]`; the CLI's types list the names.
With `resolve_db_name` the values are addresses of databases, which the CLI turns into names.
"""

import re
import urllib.parse
from collections.abc import Callable
from typing import Any, NamedTuple

from providers.heroku.fields import flag, name_or_text, objects, text
from wizard.model.stores import Maintenance


class Place(NamedTuple):
    """Where a database is, in memory only: enough to tell one from another."""

    host: str
    port: int
    database: str


class Info(NamedTuple):
    """`words` by name, several values joined; `addresses` are the values that are addresses of databases."""

    words: dict[str, str]
    addresses: dict[str, tuple[str, ...]]


def read_info(said: Any) -> Info:
    """The table of an answer; values that are neither text nor number are left out."""
    words: dict[str, str] = {}
    addresses: dict[str, tuple[str, ...]] = {}
    for row in objects(said, "info"):
        name, values = text(row, "name"), row.get("values")
        listed = values if isinstance(values, list) else [values]
        shown = [
            str(one) for one in listed if isinstance(one, str | int | float) and not isinstance(one, bool)
        ]
        shown = [one for one in shown if one.strip()]
        if not name or not shown:
            continue
        if flag(row, "resolve_db_name") or any("://" in one for one in shown):
            addresses[name] = tuple(shown)
        else:
            words[name] = ", ".join(shown)
    return Info(words, addresses)


def place_of(url: str) -> Place | None:
    """Where an address of a database leads to; None when it is none."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or 5432
    except ValueError:
        return None
    name = parts.path.strip("/")
    return Place(host, port, name) if host and name else None


def named(addresses: tuple[str, ...], name_of: Callable[[Place], str]) -> tuple[str, ...]:
    """Addresses as names: what is no address is a name already."""
    found = []
    for one in addresses:
        place = place_of(one) if "://" in one else None
        if place is not None:
            found.append(name_of(place) or "a database outside this inventory")
        else:
            found.append("a database outside this inventory" if "://" in one else one)
    return tuple(found)


def pair(shown: str) -> tuple[int | None, int | None]:
    """ "3/200" as (3, 200), "34/4000 (In compliance)" as well."""
    match = re.match(r"\s*(\d{1,9})\s*/\s*(\d{1,9})", shown)
    return (int(match[1]), int(match[2])) if match else (first_number(shown), None)


def first_number(shown: str) -> int | None:
    """The whole number that a text begins with."""
    match = re.match(r"\s*(\d{1,9})", shown)
    return int(match[1]) if match else None


def is_on(shown: str) -> bool | None:
    """ "On", "Enabled", "In Use" are True, "Off" and the like False, anything else says nothing."""
    word = shown.strip().lower()
    if word.startswith(("on", "enabled", "in use", "active", "true", "yes")):
        return True
    if word.startswith(("off", "disabled", "un", "not", "none", "false", "no")):
        return False
    return None


def maintenance_of(row: Any) -> Maintenance | None:
    """A maintenance as `/data/maintenances/v1` tells it; None where it says nothing."""
    window = text(row, "window") or text(row, "addon", "window")
    status = text(row, "status")
    if not window and status in ("", "none"):
        return None
    return Maintenance(
        window=window,
        status=status,
        scheduled_for=text(row, "scheduled_for") or text(row, "required_by") or None,
        reason=text(row, "reason"),
    )


def maintenance_words(words: dict[str, str]) -> Maintenance | None:
    """The same from `info`, where it could not be asked."""
    window = words.get("Maintenance window", "")
    if not window and "Maintenance" not in words:
        return None
    return Maintenance(window=window, status=words.get("Maintenance", ""))


def plan_name(said: Any, told: str) -> str:
    """A plan's whole name; the data services tell only what follows the colon."""
    return told or name_or_text(said, "plan")
