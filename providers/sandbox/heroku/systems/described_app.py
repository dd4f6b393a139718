"""What a description says of one app, put into the world."""

from collections.abc import Callable

from providers.sandbox.heroku.running.repository import commit_of_source
from providers.sandbox.heroku.systems.told import ToldAddOn, ToldApp, ToldAttachment, ToldRelease
from providers.sandbox.heroku.world.building import (
    add_add_on,
    add_process,
    add_release,
    attach,
    commit_named,
    default_values,
    plain_name,
)
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.sizes import size_named
from providers.sandbox.heroku.world.world import (
    AddOn,
    App,
    Build,
    Certificate,
    Collaborator,
    Domain,
    Drain,
    Dyno,
    GitHubLink,
    Job,
    Monitor,
    Release,
    Telemetry,
    Webhook,
    World,
)

Fill = Callable[[str, str], str]
"""Fills the holes of a value; the second text is what made-up secrets depend on."""


def processes(app: App, told: ToldApp) -> None:
    """What the app is, and its formation. ValueError, whose text begins with the place, for a size that
    Heroku has not."""
    app.owner, app.joined, app.locked = told.owner, told.joined, told.locked
    app.maintenance, app.internal_routing, app.archived_at = (
        told.maintenance,
        told.internal_routing,
        told.archived_at,
    )
    app.buildpacks, app.features, app.warning = told.buildpacks, told.features, told.warning
    app.refused, app.gone, app.source = told.refused, told.gone, told.source
    app.refused_parts = told.refused_parts
    for kind, line in told.process.items():
        size = size_named(line.size)
        if size is None:
            raise ValueError(f"process.{kind}.size: there is no {line.size}")
        add_process(app, kind, line.command, line.quantity, size.name)


def dress(world: World, app: App, told: ToldApp, fill: Fill) -> None:
    """Its add-ons, and all that hangs on it but config vars, attachments and releases."""
    for one in told.add_on:
        _add_on(world, app, one, fill)
    _reached(app, told)
    for place, url in enumerate(told.drain):
        mark = stable_id("drain", app.id, url, str(place))
        app.drains.append(Drain(mark, fill(url, f"{app.name}/drain"), f"d.{stable_id('token', mark)}"))
    app.telemetry = [
        Telemetry(
            stable_id("telemetry", app.id, one.endpoint, str(place)),
            one.endpoint,
            one.signals,
            {name: fill(value, f"{app.name}/{name}") for name, value in one.headers.items()},
            transport=one.transport,
        )
        for place, one in enumerate(told.telemetry)
    ]
    app.webhooks = [
        Webhook(
            stable_id("webhook", app.id, one.url, str(place)),
            fill(one.url, f"{app.name}/hook"),
            one.include,
            level=one.level,
        )
        for place, one in enumerate(told.webhook)
    ]
    app.collaborators = [
        Collaborator(one.email, one.role, one.permissions, one.federated) for one in told.collaborator
    ]
    if told.github:
        app.github = GitHubLink(
            told.github.repository,
            told.github.branch,
            told.github.auto_deploy,
            told.github.wait_for_ci,
            told.github.pull_requests,
            told.github.auto_pull_requests,
        )
    _running(app, told)


def _reached(app: App, told: ToldApp) -> None:
    """Its certificates and its domains."""
    app.certificates = [
        Certificate(
            stable_id("certificate", app.id, one.name),
            one.name,
            one.hostnames,
            starts_at=one.starts_at,
            expires_at=one.expires_at,
            self_signed=one.self_signed,
            managed=one.managed,
        )
        for one in told.certificate
    ]
    serving = {one.name: one.id for one in app.certificates}
    app.domains += [
        Domain(
            stable_id("domain", one.hostname),
            one.hostname,
            "custom",
            one.cname,
            one.acm_status,
            acm_reason=one.acm_reason,
            status=one.status,
            certificate=serving.get(one.certificate),
        )
        for one in told.domain
    ]


def _running(app: App, told: ToldApp) -> None:
    """What runs by itself: jobs, autoscaling, one-off dynos."""
    for place, one in enumerate(told.monitor):
        mark = stable_id("monitor", app.id, str(place))
        app.monitors.append(
            Monitor(mark, one.action, one.least, one.most, one.active, one.value, one.process)
        )
    for place, job in enumerate(told.job):
        mark = str(800_000 + int(stable_id("job", app.id, str(place))[:4], 16))
        app.jobs[mark] = Job(
            mark, job.command, job.every, job.at, job.dyno_size, "2024-02-02T08:00:00Z", job.ran_at
        )
    for dyno in told.dyno:
        kind = dyno.name.partition(".")[0]
        mark = stable_id("dyno", app.id, dyno.name)
        at = told.created_at
        app.dynos[dyno.name] = Dyno(mark, dyno.name, kind, dyno.command, dyno.size, 0, at, dyno.state)


def _add_on(world: World, app: App, told: ToldAddOn, fill: Fill) -> None:
    service = told.plan.partition(":")[0]
    key = f"{app.name}/{told.plan}/{told.name}"
    if told.values is None:
        values = default_values(service, fill("{secret}", key).lower())
        if told.attached_as:
            values = {_renamed(name, service, told.attached_as): value for name, value in values.items()}
    else:
        values = {name: fill(value, f"{key}/{name}") for name, value in told.values.items()}
    if told.state == "provisioning" and told.values is None:
        values = {}
    made = add_add_on(world, app, told.plan, name=told.name, attached_as=told.attached_as, values=values)
    made.state, made.contract, made.billed_to_team = told.state, told.contract, told.billed_to_team
    made.provision_message = told.message
    if told.cents is not None:
        made.cents = told.cents
    if not told.told_price:
        made.cents = None
    if told.drain:
        mark = stable_id("drain", made.id)
        app.drains.append(Drain(mark, fill(told.drain, key), f"d.{stable_id('token', mark)}", made.id))


def _renamed(name: str, service: str, attached_as: str) -> str:
    """A config var of a service under another attachment's name: KAFKA_URL as JOBS is JOBS_URL."""
    usual = "DATABASE" if service == "heroku-postgresql" else plain_name(service)
    return f"{attached_as}_{name.removeprefix(f'{usual}_')}"


def attach_told(world: World, add_on: AddOn, app: App, told: ToldAttachment, fill: Fill) -> None:
    values = {name: fill(value, f"{app.name}/{told.name}/{name}") for name, value in told.values.items()}
    attach(world, add_on, app, told.name, values, namespace=told.namespace)


def releases(app: App, told: ToldApp) -> None:
    """Its history, oldest first, and builds beside it. One-off dynos run the current release."""
    for one in told.release:
        _release(app, told, one)
    for dyno in app.dynos.values():
        dyno.version = app.current_version
    app.builds = [
        Build(stable_id("build", app.id, one.commit), one.commit, one.at, one.status, one.user)
        for one in told.build
    ]


def _release(app: App, told: ToldApp, one: ToldRelease) -> Release:
    commit: str | None = one.commit or None
    if one.commit == "made-up":
        commit = commit_named(app.id, str(len(app.releases)))
    elif one.commit == "source":
        commit = commit_of_source(app.source or {})
    made = add_release(
        app,
        one.description,
        at=one.at,
        status=one.status,
        commit=commit,
        user=one.user,
        output=one.output,
    )
    slug = app.slugs.get(made.slug_id or "") if commit else None
    if slug is not None:
        slug.built = not one.by_api
        slug.language = told.language
    return made
