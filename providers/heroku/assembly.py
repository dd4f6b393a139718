"""What was read put into the wizard's nouns, and what of it a person must be told. Pure: nothing here asks
anybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from providers.heroku.add_ons import attachment_noun, service_of
from providers.heroku.app_told import AppReading, Row
from providers.heroku.databases import SERVICE
from providers.heroku.deploy_path import of_review_app
from providers.heroku.fields import flag, monthly_cents, name_or_text, number, text, texts
from providers.heroku.gaps import Finding, Topic
from wizard.document.config.origins import config_vars, set_by_attachments
from wizard.document.config.references import AppPlace, Places
from wizard.document.config.servers import Server, Servers, servers_of
from wizard.document.repository.buildpack_processes import added_by
from wizard.document.repository.code_place import place_of
from wizard.model.delivery import Deploy
from wizard.model.secret import redact
from wizard.model.system import App, Attachment, Autoscale, Gap, Job, Process

_CERTIFICATES: Final = Topic(
    "certificates",
    "The certificate {detail} of {name} goes to the target by hand.",
    "Certificates of {count} apps go to the target by hand: {names}.",
)
_WEBHOOKS: Final = Topic(
    "webhooks",
    "{name} tells {detail} about its releases and dynos.",
    "{count} apps tell others about their releases and dynos: {names}.",
)
_TELEMETRY: Final = Topic(
    "telemetry drains",
    "Heroku sends {detail}.",
    "Heroku sends telemetry of {count} apps to others: {names}.",
)
_FIR: Final = Topic(
    "fir",
    "{name} runs on Heroku's Fir generation.",
    "{count} apps run on Heroku's Fir generation: {names}.",
)
_AUTOSCALING: Final = Topic(
    "autoscaling",
    "Heroku scales web of {name} by itself{detail}.",
    "Heroku scales web of {count} apps by itself: {names}.",
)
_FOREIGN: Final = Topic(
    "foreign add-ons",
    "The add-on {name} belongs to the app {detail}, which is not in this inventory.",
    "{count} add-ons belong to apps that are not in this inventory: {names}.",
)
_STATE: Final = Topic(
    "databases not ready",
    "The database {name} is {detail}.",
    "{count} databases are not ready: {names}.",
)


@dataclass(frozen=True)
class Around:
    """What the nouns of all apps are made with.

    sizes: dyno sizes by lower-case name.
    couplings: what pipeline and stage an app is in, by app id.
    pipelines: names of pipelines by id.
    servers: where the add-ons of all apps are, to find them in config values.
    places: addresses, custom domains and names of all apps, for the same.
    """

    sizes: Mapping[str, Row]
    couplings: Mapping[str, Row]
    pipelines: Mapping[str, str]
    servers: Servers
    places: Places


def app_noun(one: AppReading, around: Around, *, locked: bool = False) -> App:
    """Make one app's noun."""
    app = by_its_row(one.row)
    attached = (attachment_noun(each, app.id) for each in one.attachments)
    attachments = tuple(sorted(attached, key=lambda each: (each.name, each.id)))
    coupling = around.couplings.get(app.id, {})
    pipeline, stage = text(coupling, "pipeline", "id"), text(coupling, "stage")
    processes = processes_of(one.formation, one.commands, around.sizes, one.autoscale, one.buildpacks)
    place = place_of(one.buildpacks, one.config)
    return replace(
        app,
        pipeline=around.pipelines.get(pipeline, pipeline) if pipeline else None,
        pipeline_stage=stage or None,
        buildpacks=one.buildpacks,
        folder=place.folder,
        procfile=place.procfile,
        release=number(one.release, "version"),
        slug_commit=one.image.commit if one.image else None,
        processes=processes,
        config=config_vars(
            one.config,
            set_by=set_by(one, attachments),
            servers=around.servers,
            places=around.places,
            attachments=attachments,
        ),
        domains=one.domains,
        attachments=attachments,
        jobs=_without_tokens(one.jobs),
        unread=tuple(one.unread),
        locked=locked,
        image=one.image,
        release_command=next((each.command for each in processes if each.type == "release"), ""),
        releases=one.releases,
        builds=one.builds,
        deploy=of_review_app(one.deploy) if stage == "review" else one.deploy,
        certificates=one.certificates,
        drains=one.drains,
        telemetry=one.telemetry,
        webhooks=one.webhooks,
        collaborators=one.collaborators,
        features=one.features,
    )


def by_its_row(row: Row) -> App:
    """What the row of an app in Heroku's list of apps says of it."""
    return App(
        id=text(row, "id"),
        name=text(row, "name"),
        region=text(row, "region", "name"),
        stack=text(row, "stack", "name"),
        web_url=text(row, "web_url"),
        generation=name_or_text(row, "generation") or "cedar",
        team=text(row, "team", "name") or text(row, "organization", "name") or None,
        released_at=text(row, "released_at") or None,
        maintenance=flag(row, "maintenance"),
        created_at=text(row, "created_at"),
        owner=text(row, "owner", "email"),
        space=text(row, "space", "name") or None,
        internal_routing=flag(row, "internal_routing"),
        acm=flag(row, "acm"),
    )


def _without_tokens(jobs: tuple[Job, ...] | None) -> tuple[Job, ...] | None:
    """A token that somebody typed into a command goes into no file; the map asks for it to be moved."""
    return None if jobs is None else tuple(replace(job, command=redact(job.command)) for job in jobs)


def places_of_apps(readings: Iterable[AppReading]) -> Places:
    """Where all apps are reached, to find them in the values of config vars."""
    return Places(
        AppPlace(
            app_id=text(one.row, "id"),
            name=text(one.row, "name"),
            web_url=text(one.row, "web_url"),
            domains=tuple(each.hostname for each in one.domains if each.kind == "custom"),
            heroku_hosts=tuple(each.hostname for each in one.domains if each.kind != "custom"),
        )
        for one in readings
    )


def servers_of_app(one: AppReading) -> tuple[Server, ...]:
    """Where the add-ons of an app are, by the config vars that they set in it."""
    attachments = [attachment_noun(row, text(one.row, "id")) for row in one.attachments]
    return servers_of(one.config, set_by(one, attachments))


def processes_of(
    formation: Iterable[Row],
    commands: Mapping[str, str],
    sizes: Mapping[str, Row],
    autoscale: Autoscale | None = None,
    buildpacks: Sequence[str] = (),
) -> tuple[Process, ...]:
    """All process types: those of the formation, and those that only the current slug or image knows
    (quantity 0).

    The slug is the authority for commands: it is the Procfile together with the buildpack's defaults.
    """
    by_type = {text(row, "type"): row for row in formation if text(row, "type")}
    found = []
    for name in [*by_type, *(name for name in commands if name not in by_type)]:
        row = by_type.get(name, {})
        size = text(row, "size") or text(row, "dyno_size", "name")
        told = sizes.get(size.lower(), {})
        memory = told.get("memory")
        command = commands.get(name) or text(row, "command")
        known = isinstance(memory, int | float) and not isinstance(memory, bool) and 0 < memory < 1e6
        found.append(
            Process(
                type=name,
                command=command,
                quantity=number(row, "quantity") or 0,
                size=text(told, "name") or size,
                memory_mb=round(memory * 1024) if known and memory is not None else None,
                monthly_cents=monthly_cents(told.get("cost")),
                compute=number(told, "compute"),
                dedicated=flag(told, "dedicated"),
                autoscale=autoscale if name == "web" else None,
                added_by=added_by(name, command, buildpacks),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.type != "web", one.type == "release", one.type)))


def add_on_findings(own: Iterable[Row], foreign: Iterable[Row]) -> list[Finding]:
    """What must be known about add-ons: owned elsewhere, or Postgres that is not ready."""
    found = [
        Finding(
            _FOREIGN,
            f"foreign:{text(row, 'id')}",
            text(row, "id"),
            text(row, "name"),
            "It is attached to an app that is. Who owns that app must agree to its move.",
            detail=text(row, "app", "name"),
        )
        for row in foreign
    ]
    found += [
        Finding(
            _STATE,
            f"state:{text(row, 'id')}",
            text(row, "id"),
            text(row, "name"),
            "It cannot be copied before Heroku has provisioned it.",
            text(row, "app", "id") or None,
            detail=text(row, "state"),
        )
        for row in own
        if service_of(row) == SERVICE and text(row, "state") not in ("", "provisioned")
    ]
    return found


def findings_of_app(one: AppReading) -> list[Finding]:
    """What of an app has no place on another platform, or must be done by hand."""
    name, mark = text(one.row, "name"), text(one.row, "id")

    def finding(topic: Topic, what: str, why: str, detail: str) -> Finding:
        return Finding(topic, what, mark, name, why, mark, detail=detail)

    found = [
        finding(
            _CERTIFICATES,
            f"certificate:{each.id}",
            "Heroku does not hand out its private key.",
            each.name,
        )
        for each in one.certificates
        if not each.managed
    ]
    found += [
        finding(
            _WEBHOOKS,
            f"webhook:{each.id}",
            "Webhooks are Heroku's own; what listens there will hear nothing after the move.",
            each.address,
        )
        for each in one.webhooks
    ]
    found += [
        finding(
            _TELEMETRY,
            f"telemetry:{each.id}",
            "A telemetry drain is Heroku's own; what listens there will hear nothing after the move.",
            f"{', '.join(each.signals) or 'telemetry'} of {name} to {each.address}",
        )
        for each in one.telemetry
    ]
    if name_or_text(one.row, "generation") == "fir":
        why = "Its process types are those of its image; settings in project.toml are told by no API."
        found.append(finding(_FIR, f"fir:{mark}", why, ""))
    if (scaled := one.autoscale) is not None:
        between = f" between {scaled.least} and {scaled.most} dynos" if scaled.most else ""
        found.append(
            finding(
                _AUTOSCALING,
                f"autoscale:{mark}",
                "Turn autoscaling off in the dashboard before the cut-over: it may start dynos again "
                "that Offramp has stopped. The target gets the number of dynos that run now.",
                between,
            )
        )
    return found


def deploy_gap(app: App) -> Gap | None:
    """The question how an app is deployed, where that does not follow from anything."""
    deploy: Deploy = app.deploy
    if deploy.kind != "unknown":
        return None
    return Gap(
        key=f"deploy:{app.id}",
        kind="deploy",
        app_id=app.id,
        question=f"How is {app.name} deployed?",
        why=deploy.evidence,
        group="deploy",
    )


def set_by(one: AppReading, attachments: Iterable[Attachment]) -> dict[str, str]:
    """Which add-on sets which config var of this app."""
    found: dict[str, str] = {}
    for row in one.add_ons:
        if text(row, "app", "id") == text(one.row, "id"):
            found.update(dict.fromkeys(texts(row, "config_vars"), text(row, "id")))
    add_ons = (row.get("addon") for row in one.attachments)
    services = {text(row, "id"): service_of(row) for row in add_ons if isinstance(row, dict)}
    return found | set_by_attachments(one.config, attachments, services)
