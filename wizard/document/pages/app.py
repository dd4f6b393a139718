"""The page of an app: all that stands in it."""

from wizard.document.index import Index
from wizard.document.pages.app_parts import (
    add_ons_of,
    certificates_of,
    config_of,
    domains_of,
    features_of,
    jobs_of,
    people_of,
    processes_of,
    streams_of,
)
from wizard.document.pages.delivery import code_facts, release_sections
from wizard.document.pages.links import connection_sections
from wizard.document.pages.page import Fact, Page, Section, at, joined, only, said, yes
from wizard.document.summary import dollars, region_name
from wizard.model.system import App, UnreadApp

CODE = ("current code", "deploy path", "release", "slug", "image", "buildpacks", "GitHub link", "code")
SAID = frozenset(
    (
        *CODE,
        "process types",
        "autoscaling",
        "config vars",
        "scheduler jobs",
        "add-ons",
        "attachments",
        "domains",
        "certificates",
        "SNI endpoints",
        "log drains",
        "telemetry drains",
        "webhooks",
        "features",
        "collaborators",
        "releases",
        "builds",
    )
)
"""Parts of an app that a section of its page speaks of, as `App.unread` names them."""


def app_page(index: Index, app: App) -> Page:
    """Everything about an app."""
    return Page(
        key=f"app:{app.id}",
        title=app.name,
        kind="app",
        subtitle=joined(
            (
                app.stack,
                region_name(app.region),
                "" if app.generation == "cedar" else app.generation,
                ", ".join(app.buildpacks),
                "maintenance mode" if app.maintenance else "",
            )
        ),
        sections=(
            Section(title="about", facts=_about(index, app), counts=False),
            processes_of(index, app),
            jobs_of(index, app),
            add_ons_of(index, app),
            config_of(index, app),
            domains_of(index, app),
            certificates_of(index, app),
            *connection_sections(index, f"app:{app.id}"),
            Section(
                title="code and deploys",
                facts=code_facts(index, app),
                untold=index.why_untold(app, *CODE),
                counts=False,
            ),
            *streams_of(index, app),
            features_of(index, app),
            people_of(index, app),
            *release_sections(index, app),
            *(
                Section(title=part, untold=index.why_untold(app, part))
                for part in app.unread
                if part not in SAID
            ),
            _cost(index, app),
        ),
    )


def unread_page(app: UnreadApp) -> Page:
    """What is known of an app that could not be read, and why it could not."""
    return Page(
        key=f"unread-app:{app.id}",
        title=app.name,
        kind="app that could not be read",
        subtitle=joined((app.stack, region_name(app.region))),
        sections=(
            Section(
                title="not told",
                counts=False,
                untold=app.why or "Heroku did not tell.",
                facts=only(said("team", app.team), said("space", app.space), said("region", app.region)),
            ),
        ),
    )


def _about(index: Index, app: App) -> tuple[Fact, ...]:
    pipeline = joined((app.pipeline, app.pipeline_stage), by=", stage ")
    return only(
        said("web address", app.web_url, copy=app.web_url),
        Fact(name="maintenance", text="on: visitors see a page of Heroku", mark="look")
        if app.maintenance
        else None,
        Fact(name="locked", text="only its team's admins may change who has access", mark="look")
        if app.locked
        else None,
        said("owner", app.owner),
        said("team", app.team),
        said("space", app.space),
        said("pipeline", pipeline),
        said("generation", app.generation),
        said("region", app.region),
        said("stack", app.stack),
        yes("internal routing", app.internal_routing),
        said("created", at(app.created_at)),
    )


def _cost(index: Index, app: App) -> Section:
    whole = index.cost.by_app[app.id]
    lines = [line for line in index.cost.lines if line.app_id == app.id]
    facts = [
        Fact(
            name="a month",
            text=dollars(whole.cents) + (" and more" if whole.unknown else ""),
            detail="its dynos, and the add-ons billed to it",
        ),
        *(
            Fact(
                name=line.name,
                text=joined(
                    (
                        "price unknown" if line.cents is None else dollars(line.cents),
                        line.text,
                        f"paid by {line.payer}" if line.payer else "",
                        "list price" if line.listed else "",
                    )
                ),
                detail=line.why,
                mark="untold" if line.cents is None else "",
            )
            for line in lines
        ),
    ]
    return Section(title="cost", facts=tuple(facts), counts=False)


def needs_a_look(app: App, index: Index) -> bool:
    """Whether something in an app should be looked at, without making its page."""
    return bool(
        app.maintenance
        or app.unread
        or app.jobs is None
        or not app.processes
        or any(one.quantity == 0 and one.type != "release" for one in app.processes)
        or any(add_on.state not in ("", "provisioned") for add_on in index.owned.get(app.id, ()))
    )


def app_line(app: App) -> str:
    """What an app runs, in a few words: "web 2, worker 0, release"."""
    words = [one.type if one.type == "release" else f"{one.type} {one.quantity}" for one in app.processes]
    return ", ".join(words) or "nothing runs"
