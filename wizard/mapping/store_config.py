"""Config vars that name a store: its new URL takes the old one's place, or a part of it does."""

import re
from typing import Literal

from wizard.mapping.stores import store_of
from wizard.model.mapping import ConfigChoice, Mapping
from wizard.model.system import AddOn, App, ConfigVar

Part = Literal["url", "host", "port", "user", "password", "database", ""]

_PARTS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("url", re.compile(r"(^|_)(URL|URI|DSN)(_|$)|^(REDIS|MONGO)(CLOUD)?$")),
    ("host", re.compile(r"(^|_)(HOST|HOSTNAME|SERVER)$")),
    ("port", re.compile(r"(^|_)PORT(_TLS)?$")),
    ("password", re.compile(r"(^|_)(PASSWORD|PASS|PASSWD)$")),
    ("user", re.compile(r"(^|_)(USER|USERNAME)$")),
    ("database", re.compile(r"(^|_)(DATABASE|DB|DBNAME|DATABASE_NAME|DB_NAME)$")),
)
"""What a config var holds of a store's URL, by its name, as the makers of add-ons name them
(STACKHERO_MYSQL_HOST, CLEARDB_DATABASE_URL, MONGODB_URI)."""


def part_of(name: str) -> Part:
    """Which part of a store's URL a config var of that name holds; "" when it holds something else."""
    return next((part for part, pattern in _PARTS if pattern.search(name)), "")


def wants_tls(name: str, old: str) -> bool:
    """Whether an app speaks TLS to a store, by the name of a config var or the URL that it holds now."""
    return "_TLS" in name or old.startswith(("rediss://", "valkeys://", "amqps://", "https://"))


def set_by_store(mapping: Mapping, app: App, var: ConfigVar, add_on: AddOn) -> ConfigChoice | None:
    """What becomes of a config var that a store's add-on sets; None when it is no store of the mapping."""
    store = store_of(mapping, add_on.id)
    if store is None:
        return None

    def drop(reason: str) -> ConfigChoice:
        return ConfigChoice(app_id=app.id, name=var.name, action="drop", reason=reason)

    if store.action == "leave":
        return drop(f"names {add_on.name}, which is left behind")
    part = part_of(var.name)
    if not part:
        return drop(f"is about {add_on.name} on Heroku and has no meaning elsewhere")
    what = "the URL" if part == "url" else f"the {part}"
    as_before = ", with TLS as it has it now" if "_TLS" in var.name else ""
    return ConfigChoice(
        app_id=app.id,
        name=var.name,
        action="replace",
        replacement="database",
        refers_to=add_on.id,
        reason=f"is {what} of {store.handle} instead of {add_on.name}{as_before}",
    )
