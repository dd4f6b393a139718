"""What somebody may change on Heroku between a plan and its run: one thing, drawn at random, of each kind."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, PAPERTRAIL, example_system
from wizard.model.network import Domain, Drain, Space, TelemetryDrain
from wizard.model.system import AddOn, App, Attachment, ConfigVar, Job, Origin, System

Edit = Callable[[System, App, random.Random], System | None]
"""The system with one thing otherwise; None where there is nothing of the kind."""

DRAIN = Drain(id="drain-1", address="syslog+tls://logs7.papertrailapp.com:1234")
PIPELINE = "acme"
SPACE = Space(id="space-1", name="acme-space", drain=Drain(id="drain-2", address="https://logs.acme.example"))


def documented() -> System:
    """The example system in a pipeline and a team, with a log drain of an app and one of a Private Space."""
    system = example_system()
    apps = [with_(app, pipeline=PIPELINE, pipeline_stage="production", team="acme") for app in system.apps]
    apps[0] = with_(apps[0], drains=(DRAIN,), space=SPACE.name)
    return with_(system, apps=tuple(apps), spaces=(SPACE,))


def with_(noun: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(noun, **changes)


def of_app(system: System, app: App, **changes: Any) -> System:
    """The system with an app that is otherwise."""
    apps = tuple(with_(one, **changes) if one.id == app.id else one for one in system.apps)
    made: System = with_(system, apps=apps)
    return made


def new(prefix: str, chance: random.Random) -> str:
    """A name that nothing had."""
    return f"{prefix}-{chance.randrange(10**9)}"


def less(things: Sequence[Any], chance: random.Random) -> tuple[Any, ...]:
    """All but one."""
    place = chance.randrange(len(things))
    return (*things[:place], *things[place + 1 :])


def released(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, release=(app.release or 0) + chance.randint(1, 9))


def scaled(system: System, app: App, chance: random.Random) -> System | None:
    processes = list(app.processes)
    place = chance.randrange(len(processes))
    processes[place] = with_(processes[place], quantity=processes[place].quantity + chance.randint(1, 5))
    return of_app(system, app, processes=tuple(processes))


def process_added(system: System, app: App, chance: random.Random) -> System | None:
    one = with_(app.processes[0], type=new("extra", chance), quantity=chance.randint(0, 1))
    return of_app(system, app, processes=(*app.processes, one))


def stopped(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, maintenance=True)


def other_jobs(system: System, app: App, chance: random.Random) -> System | None:
    if not app.jobs:
        # Where there was no scheduler, none is asked: an app that gets one gets an add-on with it.
        return None
    if chance.random() < 0.5:
        return of_app(system, app, jobs=less(app.jobs, chance))
    return of_app(system, app, jobs=(*app.jobs, Job(id=new("job", chance), command="rake new", every=10)))


def domain_added(system: System, app: App, chance: random.Random) -> System | None:
    one = Domain(hostname=f"{new('shop', chance)}.acme.example", kind="custom")
    return of_app(system, app, domains=(*app.domains, one))


def domain_removed(system: System, app: App, chance: random.Random) -> System | None:
    kept = tuple(one for one in app.domains if one.kind != "custom")
    return of_app(system, app, domains=kept) if kept != app.domains else None


def drain_added(system: System, app: App, chance: random.Random) -> System | None:
    one = Drain(id=new("drain", chance), address="https://logs.acme.example:443")
    return of_app(system, app, drains=(*app.drains, one))


def drain_removed(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, drains=less(app.drains, chance)) if app.drains else None


def space_drain_changed(system: System, app: App, chance: random.Random) -> System | None:
    drain = chance.choice([None, Drain(id=new("drain", chance), address="https://logs.acme.example:443")])
    made: System = with_(system, spaces=(with_(SPACE, drain=drain),))
    return made


def telemetry_added(system: System, app: App, chance: random.Random) -> System | None:
    one = TelemetryDrain(id=new("telemetry", chance), address="https://otel.acme.example:443")
    return of_app(system, app, telemetry=(one,))


def other_buildpacks(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, buildpacks=(new("https://buildpacks.acme.example/x", chance), *app.buildpacks))


def other_stack(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, stack="heroku-26")


def config_added(system: System, app: App, chance: random.Random) -> System | None:
    one = ConfigVar(name=new("NEW", chance), origin=Origin(kind="person"))
    return of_app(system, app, config=(*app.config, one))


def config_removed(system: System, app: App, chance: random.Random) -> System | None:
    typed = [one for one in app.config if one.origin.kind != "add-on"]
    gone = chance.choice(typed)
    return of_app(system, app, config=tuple(one for one in app.config if one is not gone))


def add_on_added(system: System, app: App, chance: random.Random) -> System | None:
    service = chance.choice(["heroku-postgresql", "heroku-redis", "sendgrid"])
    one = AddOn(
        id=new("addon", chance),
        name=new(service, chance),
        service=service,
        plan=f"{service}:mini",
        app_id=app.id,
        state="provisioned",
    )
    made: System = with_(attached(system, app, one.id, new("ADDED", chance)), add_ons=(*system.add_ons, one))
    return made


def attached(system: System, app: App, add_on_id: str, name: str) -> System:
    """The app with one attachment more, and the config var that it sets."""
    there = system.app(app.id)
    one = Attachment(id=f"att-{name}", name=name, add_on_id=add_on_id, app_id=app.id, config_vars=(name,))
    var = ConfigVar(name=name, origin=Origin(kind="add-on", add_on_id=add_on_id))
    return of_app(system, there, attachments=(*there.attachments, one), config=(*there.config, var))


def add_on_removed(system: System, app: App, chance: random.Random) -> System | None:
    gone = chance.choice([DATABASE, PAPERTRAIL])
    return without_add_on(system, gone)


def without_add_on(system: System, gone: str) -> System:
    for app in system.apps:
        kept = tuple(one for one in app.attachments if one.add_on_id != gone)
        system = of_app(system, app, attachments=kept)
    made: System = with_(system, add_ons=tuple(one for one in system.add_ons if one.id != gone))
    return made


def attachment_added(system: System, app: App, chance: random.Random) -> System | None:
    return attached(system, app, DATABASE, new("SECOND", chance))


def attachment_removed(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, attachments=less(app.attachments, chance)) if app.attachments else None


def promoted(system: System, app: App, chance: random.Random) -> System | None:
    """`heroku pg:promote`: the same name leads to another database."""
    if not app.attachments:
        return None
    (one,) = app.attachments
    return of_app(system, app, attachments=(with_(one, id=new("att", chance), add_on_id=PAPERTRAIL),))


def other_credential(system: System, app: App, chance: random.Random) -> System | None:
    if not app.attachments:
        return None
    (one,) = app.attachments
    return of_app(system, app, attachments=(with_(one, namespace="credential:readonly"),))


def of_database(system: System, **changes: Any) -> System:
    """The system with a database that is otherwise."""
    add_ons = tuple(with_(one, **changes) if one.id == DATABASE else one for one in system.add_ons)
    made: System = with_(system, add_ons=add_ons)
    return made


def other_plan(system: System, app: App, chance: random.Random) -> System | None:
    return of_database(system, plan="heroku-postgresql:standard-0")


def other_version(system: System, app: App, chance: random.Random) -> System | None:
    return of_database(system, postgres=with_(system.add_on(DATABASE).postgres, version="17.2"))


def renamed(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, name=new("renamed", chance))


def transferred(system: System, app: App, chance: random.Random) -> System | None:
    return of_app(system, app, team=new("team", chance))


def other_stage(system: System, app: App, chance: random.Random) -> System | None:
    stage = chance.choice(["staging", None])
    return of_app(system, app, pipeline_stage=stage, pipeline=PIPELINE if stage else None)


def app_added(system: System, app: App, chance: random.Random) -> System | None:
    where = chance.choice([{"pipeline": PIPELINE, "pipeline_stage": "staging"}, {"team": "acme"}])
    made: System = with_(system, apps=(*system.apps, fresh_app(chance, **where)))
    return made


def fresh_app(chance: random.Random, **more: Any) -> App:
    """An app that nobody documented."""
    name = new("acme-extra", chance)
    return App(
        id=name, name=name, region="eu", stack="heroku-24", web_url=f"https://{name}.example.com/", **more
    )


def user_added(system: System, app: App, chance: random.Random) -> System | None:
    """A new app that uses the database, wherever it belongs."""
    one = fresh_app(chance)
    there: System = with_(system, apps=(*system.apps, one))
    return attached(there, one, DATABASE, "DATABASE")


def app_removed(system: System, app: App, chance: random.Random) -> System | None:
    made: System = with_(system, apps=tuple(one for one in system.apps if one.id != app.id))
    return made


EDITS: tuple[Edit, ...] = (
    released,
    scaled,
    process_added,
    stopped,
    other_jobs,
    domain_added,
    domain_removed,
    drain_added,
    drain_removed,
    space_drain_changed,
    telemetry_added,
    other_buildpacks,
    other_stack,
    config_added,
    config_removed,
    add_on_added,
    add_on_removed,
    attachment_added,
    attachment_removed,
    promoted,
    other_credential,
    other_plan,
    other_version,
    renamed,
    transferred,
    other_stage,
    app_added,
    user_added,
    app_removed,
)

APPS = (BACKEND, FRONTEND, EMAILER)


def edited(system: System, edit: Edit, chance: random.Random) -> tuple[System, str]:
    """The system after an edit of one of its apps, and what that was."""
    while True:
        app = system.app(chance.choice(APPS))
        made = edit(system, app, chance)
        if made is not None:
            return made, f"{edit.__name__} of {app.name}"
