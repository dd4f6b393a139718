"""An app that was known, with the parts that were read again in the place of the old ones. Pure."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from providers.heroku.add_ons import attachment_noun
from providers.heroku.app_told import AppReading, Row
from providers.heroku.assembly import set_by
from providers.heroku.fields import number, text
from wizard.model.system import App, Attachment, ConfigVar, Origin, Process

PARTS: Final = frozenset(
    {
        "add-ons",
        "attachments",
        "buildpacks",
        "config vars",
        "domains",
        "log drains",
        "process types",
        "releases",
        "telemetry drains",
    }
)
"""What is read again: from lists of the whole account, or of the app itself."""


def refreshed_app(then: App, reading: AppReading) -> App:
    """`then` with what `reading` tells; what could not be read stays as it was, and is named in `unread`.

    Config vars go by their names: what is known of one that was there stays, whatever its value is now.
    """
    unread = set(reading.unread)
    app = replace(then, unread=(*sorted(unread), *(part for part in then.unread if part not in PARTS)))
    attachments = attached(reading.attachments, then.id)
    if "process types" not in unread:
        app = replace(app, processes=_processes(then, reading.formation))
    if "releases" not in unread:
        app = replace(app, release=number(reading.release, "version"))
    if "domains" not in unread:
        app = replace(app, domains=reading.domains)
    if "log drains" not in unread:
        app = replace(app, drains=reading.drains)
    if "telemetry drains" not in unread:
        app = replace(app, telemetry=reading.telemetry)
    if "buildpacks" not in unread and "config vars" not in unread:
        # One of the config vars may name a buildpack that takes the place of the list.
        app = replace(app, buildpacks=reading.buildpacks)
    if "attachments" not in unread:
        app = replace(app, attachments=attachments)
    if "config vars" not in unread:
        app = replace(app, config=_config(then, reading, attachments))
    return app


def attached(rows: Iterable[Row], app_id: str) -> tuple[Attachment, ...]:
    """The attachments of an app, in an order that stays."""
    nouns = (attachment_noun(row, app_id) for row in rows)
    return tuple(sorted(nouns, key=lambda one: (one.name, one.id)))


def _processes(then: App, formation: Iterable[Row]) -> tuple[Process, ...]:
    """Those that were known, in the number in which they run now, and those that came."""
    rows = {text(row, "type"): row for row in formation}
    known = {one.type for one in then.processes}
    came = (
        Process(type=name, command=text(row, "command"), quantity=_quantity(row), size=text(row, "size"))
        for name, row in rows.items()
        if name and name not in known
    )
    return (*(replace(one, quantity=_quantity(rows.get(one.type))) for one in then.processes), *came)


def _quantity(row: Row | None) -> int:
    return number(row, "quantity") or 0


def _config(then: App, reading: AppReading, attachments: tuple[Attachment, ...]) -> tuple[ConfigVar, ...]:
    known = {one.name: one for one in then.config}
    add_ons = set_by(reading, attachments)
    return tuple(known.get(name) or _new(name, add_ons.get(name)) for name in sorted(reading.config))


def _new(name: str, add_on_id: str | None) -> ConfigVar:
    kind = Origin(kind="add-on", add_on_id=add_on_id) if add_on_id else Origin(kind="person")
    return ConfigVar(name=name, origin=kind)
