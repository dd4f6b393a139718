"""Heroku's answers put into the wizard's nouns. Pure: nothing here asks anybody."""

import urllib.parse
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from providers.heroku.app_reading import AppReading, Row
from providers.heroku.databases import SERVICE
from providers.heroku.fields import monthly_cents, name_or_text, number, text, texts
from wizard.document.origins import config_vars
from wizard.document.servers import Server, servers_of
from wizard.model.network import Domain, Drain
from wizard.model.secret import Secret, redact
from wizard.model.stores import Postgres
from wizard.model.system import AddOn, App, Attachment, Gap, Job, Process

_OFFICIAL = "urn:buildpack:"


def app_noun(
    one: AppReading,
    sizes: Mapping[str, Row],
    pipelines: Mapping[str, str],
    jobs: tuple[Job, ...] | None,
    web_urls: Mapping[str, str],
    *,
    servers: Sequence[Server] = (),
) -> App:
    """Make one app's noun.

    Args:
        sizes: dyno sizes by lower-case name.
        pipelines: names of pipelines by id.
        web_urls: web addresses of all apps by app id, to find them in config values.
        servers: where the add-ons of all apps are, for the same.
    """
    row = one.row
    attachments = tuple(_attachment(row, text(one.row, "id")) for row in one.attachments)
    pipeline = text(one.coupling, "pipeline", "id")
    return App(
        id=text(row, "id"),
        name=text(row, "name"),
        region=text(row, "region", "name"),
        stack=text(row, "stack", "name"),
        web_url=text(row, "web_url"),
        generation=name_or_text(row, "generation") or "cedar",
        team=text(row, "team", "name") or None,
        pipeline=pipelines.get(pipeline) if pipeline else None,
        pipeline_stage=text(one.coupling, "stage") or None,
        buildpacks=_buildpacks(one.buildpacks),
        release=number(one.release, "version"),
        released_at=text(row, "released_at") or None,
        slug_commit=text(one.slug, "commit") or None,
        maintenance=row.get("maintenance") is True,
        processes=processes_of(one.formation, one.slug, sizes),
        config=config_vars(one.config, set_by=_set_by(one, attachments), web_urls=web_urls, servers=servers),
        domains=tuple(_domain(row) for row in one.domains),
        attachments=attachments,
        drains=tuple(_drain(row) for row in one.drains),
        # A token that somebody typed into a command goes into no file; the map asks for it to be moved.
        jobs=None if jobs is None else tuple(replace(job, command=redact(job.command)) for job in jobs),
    )


def servers_of_app(one: AppReading) -> tuple[Server, ...]:
    """Where the add-ons of an app are, by the config vars that they set in it."""
    attachments = [_attachment(row, text(one.row, "id")) for row in one.attachments]
    return servers_of(one.config, _set_by(one, attachments))


def processes_of(formation: Iterable[Row], slug: Row, sizes: Mapping[str, Row]) -> tuple[Process, ...]:
    """All process types: those of the formation, and those that only the current slug knows (quantity 0).

    The slug is the authority for commands: it is the Procfile together with the buildpack's defaults.
    """
    told = slug.get("process_types")
    commands = (
        {name: command for name, command in told.items() if isinstance(command, str)}
        if (isinstance(told, dict))
        else {}
    )
    by_type = {text(row, "type"): row for row in formation if text(row, "type")}
    found = []
    for name in [*by_type, *(name for name in commands if name not in by_type)]:
        row = by_type.get(name, {})
        size = text(row, "size") or text(row, "dyno_size", "name")
        told_size = sizes.get(size.lower(), {})
        memory = told_size.get("memory")
        found.append(
            Process(
                type=name,
                command=commands.get(name) or text(row, "command"),
                quantity=number(row, "quantity") or 0,
                size=text(told_size, "name") or size,
                memory_mb=round(memory * 1024) if isinstance(memory, int | float) and memory > 0 else None,
                monthly_cents=monthly_cents(told_size.get("cost")),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.type != "web", one.type == "release", one.type)))


def add_on_noun(row: Row, postgres: Postgres | None) -> AddOn:
    """Make one add-on's noun; its price is what is billed, else the plan's list price."""
    plan = row.get("plan")
    billed = monthly_cents(row.get("billed_price"))
    listed = monthly_cents(plan.get("price")) if isinstance(plan, dict) else None
    return AddOn(
        id=text(row, "id"),
        name=text(row, "name"),
        service=text(row, "addon_service", "name") or text(row, "plan", "name").split(":")[0],
        plan=text(row, "plan", "name"),
        app_id=text(row, "app", "id"),
        state=text(row, "state"),
        monthly_cents=billed if billed is not None else listed,
        config_vars=texts(row, "config_vars"),
        postgres=postgres,
    )


def foreign_add_ons(readings: Iterable[AppReading], known: Mapping[str, Row]) -> dict[str, Row]:
    """Add-ons that are attached to apps of the inventory but owned by an app outside it, by id."""
    found: dict[str, Row] = {}
    for one in readings:
        for row in one.attachments:
            add_on = row.get("addon")
            mark = text(add_on, "id")
            if mark and mark not in known and isinstance(add_on, dict):
                service = text(add_on, "plan", "name").split(":")[0]
                found[mark] = {"addon_service": {"name": service}, "state": "provisioned", **add_on}
    return found


def add_on_gaps(own: Iterable[Row], foreign: Iterable[Row]) -> list[Gap]:
    """What must be known about add-ons: owned elsewhere, or Postgres that is not ready."""
    gaps = [
        Gap(
            key=f"foreign:{text(row, 'id')}",
            kind="acknowledge",
            app_id=None,
            question=f"The add-on {text(row, 'name')} belongs to the app {text(row, 'app', 'name')}, "
            "which is not in this inventory.",
            why="It is attached to an app that is. Who owns that app must agree to its move.",
        )
        for row in foreign
    ]
    gaps += [
        Gap(
            key=f"state:{text(row, 'id')}",
            kind="acknowledge",
            app_id=text(row, "app", "id") or None,
            question=f"The database {text(row, 'name')} is {text(row, 'state')}.",
            why="It cannot be copied before Heroku has provisioned it.",
        )
        for row in own
        if text(row, "addon_service", "name") == SERVICE and text(row, "state") not in ("", "provisioned")
    ]
    return gaps


def gaps_of_app(one: AppReading) -> list[Gap]:
    """What the API of an app does not give away or what has no place on another platform."""
    name, mark = text(one.row, "name"), text(one.row, "id")
    gaps = list(one.gaps)
    for row in one.certificates:
        gaps.append(
            Gap(
                key=f"certificate:{text(row, 'id')}",
                kind="acknowledge",
                app_id=mark,
                question=f"The certificate {text(row, 'name')} of {name} goes to the target by hand.",
                why="Heroku does not hand out its private key.",
            )
        )
    for row in one.webhooks:
        gaps.append(
            Gap(
                key=f"webhook:{text(row, 'id')}",
                kind="acknowledge",
                app_id=mark,
                question=f"{name} tells {_without_secrets(text(row, 'url'))} about its releases and dynos.",
                why="Webhooks are Heroku's own; what listens there will hear nothing after the move.",
            )
        )
    for row in one.telemetry:
        signals = ", ".join(texts(row, "signals")) or "telemetry"
        where = _without_secrets(text(row, "exporter", "endpoint"))
        gaps.append(
            Gap(
                key=f"telemetry:{text(row, 'id')}",
                kind="acknowledge",
                app_id=mark,
                question=f"Heroku sends {signals} of {name} to {where}.",
                why="A telemetry drain is Heroku's own; what listens there will hear nothing after the move.",
            )
        )
    if name_or_text(one.row, "generation") == "fir":
        gaps.append(
            Gap(
                key=f"fir:{mark}",
                kind="acknowledge",
                app_id=mark,
                question=f"{name} runs on Heroku's Fir generation.",
                why="Its process types are read from the formation; settings in project.toml are not read.",
            )
        )
    return gaps


def _attachment(row: Row, app_id: str) -> Attachment:
    return Attachment(
        id=text(row, "id"),
        name=text(row, "name"),
        add_on_id=text(row, "addon", "id"),
        app_id=app_id,
        namespace=text(row, "namespace") or None,
        config_vars=texts(row, "config_vars"),
    )


def _set_by(one: AppReading, attachments: Iterable[Attachment]) -> dict[str, str]:
    """Which add-on sets which config var of this app."""
    found: dict[str, str] = {}
    for row in one.add_ons:
        if text(row, "app", "id") == text(one.row, "id"):
            found.update(dict.fromkeys(texts(row, "config_vars"), text(row, "id")))
    for attachment in attachments:
        # Where the attachment's own list did not come, its main config var is known by convention.
        names = attachment.config_vars or (f"{attachment.name}_URL",)
        found.update(dict.fromkeys(names, attachment.add_on_id))
    return found


def _domain(row: Row) -> Domain:
    return Domain(
        hostname=text(row, "hostname"),
        kind=text(row, "kind"),
        cname=text(row, "cname") or None,
        acm_status=text(row, "acm_status") or None,
    )


def _buildpacks(rows: Iterable[Row]) -> tuple[str, ...]:
    ordered = sorted(rows, key=lambda row: number(row, "ordinal") or 0)
    names = (text(row, "buildpack", "name") or text(row, "buildpack", "url") for row in ordered)
    return tuple(name.removeprefix(_OFFICIAL) for name in names if name)


def _drain(row: Row) -> Drain:
    """Where logs go, with no secret: addresses of drains often carry a token."""
    url = text(row, "url")
    if url:
        Secret(url, "log drain")
    return Drain(
        id=text(row, "id"), address=_without_secrets(url), add_on_id=text(row, "addon", "id") or None
    )


def _without_secrets(url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "an address that is no URL"
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"
