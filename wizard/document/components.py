"""Every object of an inventory, one by one: what it is in Heroku's words, its name, and a key that stays."""

from collections.abc import Iterable, Iterator

from wizard.model.delivery import Pipeline
from wizard.model.network import Drain, Space
from wizard.model.noun import Noun
from wizard.model.people import Team
from wizard.model.system import AddOn, App, System


class Component(Noun, frozen=True, kw_only=True):
    """One object. `kind` is Heroku's own word for it; `app_id` the app that it belongs to, None for none.

    `key` is the same in every reading of the same object, so notes and comparisons hang on it: "app:<id>",
    "add-on:<id>", "pipeline:<id>", "team:<id>", "space:<id>", "process:<app id>:<type>",
    "config-var:<app id>:<name>", "domain:<app id>:<hostname>", "job:<app id>:<id>" and so on. No two have the
    same: of two objects that nothing tells apart, the second ends in "~2".
    """

    key: str
    kind: str
    name: str
    app_id: str | None = None


Piece = tuple[Component, Noun | None]
"""A component, and the noun that holds its facts: None where it has none but its name."""


def components(system: System) -> tuple[Component, ...]:
    """Every object of the inventory, in the order of the inventory."""
    return tuple(component for component, _ in pieces(system))


def pieces(system: System) -> Iterator[Piece]:
    """Every object with its noun. What has no key of its own (a process's autoscaling, an origin, a
    maintenance window, a GitHub link) is part of the noun that holds it."""
    seen: dict[str, int] = {}
    for component, noun in _all(system):
        count = seen[component.key] = seen.get(component.key, 0) + 1
        if count > 1:
            component = Component(  # noqa: PLW2901 - the same, by another key
                key=f"{component.key}~{count}",
                kind=component.kind,
                name=component.name,
                app_id=component.app_id,
            )
        yield component, noun


def _all(system: System) -> Iterator[Piece]:
    account = system.account
    yield _one("account", account.id, account.email, "account"), account
    yield from _names("account-feature", "account feature", account.id, system.account_features)
    for enterprise in system.enterprises:
        yield _one("enterprise", enterprise.id, enterprise.name, "enterprise account"), enterprise
    for team in system.teams:
        yield from _of_team(team)
    for space in system.spaces:
        yield from _of_space(space)
    for pipeline in system.pipelines:
        yield from _of_pipeline(pipeline)
    for app in system.apps:
        yield from _of_app(app)
    for add_on in system.add_ons:
        yield from _of_add_on(add_on)
    for unread in system.unread_apps:
        yield _one("unread-app", unread.id, unread.name, "unread app"), unread
    for gap in system.gaps:
        yield _one("gap", gap.key, gap.question, "gap", gap.app_id), gap


def _of_team(team: Team) -> Iterator[Piece]:
    yield _one("team", team.id, team.name, "team"), team
    for member in team.members or ():
        yield _one("member", f"{team.id}:{member.email}", member.email, "member"), member
    for invitation in team.invitations:
        yield _one("invitation", f"{team.id}:{invitation.email}", invitation.email, "invitation"), invitation
    yield from _names("team-feature", "team feature", team.id, team.features)


def _of_space(space: Space) -> Iterator[Piece]:
    yield _one("space", space.id, space.name, "space"), space
    yield from _names("outbound-ip", "outbound IP address", space.id, space.outbound_ips or ())
    for rule in space.inbound or ():
        yield _one("inbound-rule", f"{space.id}:{rule.source}", rule.source, "inbound rule"), rule
    for peering in space.peerings:
        name = peering.with_what
        word = "VPN connection" if peering.kind == "vpn" else "peering"
        yield _one("peering", f"{space.id}:{peering.kind}:{name}", name, word), peering
    if space.drain is not None:
        yield _drain(space.id, space.drain, None)


def _of_pipeline(pipeline: Pipeline) -> Iterator[Piece]:
    here = pipeline.id
    yield _one("pipeline", here, pipeline.name, "pipeline"), pipeline
    for app in pipeline.apps:
        name = app.app_name or app.app_id
        yield _one("pipeline-app", f"{here}:{app.app_id}", name, "pipeline app", app.app_id), app
    if pipeline.review is not None:
        yield _one("review-settings", here, pipeline.name, "review app settings"), pipeline.review
    for review in pipeline.review_apps:
        number = "" if review.pr_number is None else f":{review.pr_number}"
        key = f"{here}:{review.branch}{number}"
        yield _one("review-app", key, review.branch, "review app", review.app_id), review


def _of_app(app: App) -> Iterator[Piece]:
    here = app.id
    yield _one("app", here, app.name, "app", here), app
    for process in app.processes:
        yield _one("process", f"{here}:{process.type}", process.type, "process type", here), process
    for var in app.config:
        yield _one("config-var", f"{here}:{var.name}", var.name, "config var", here), var
    for domain in app.domains:
        yield _one("domain", f"{here}:{domain.hostname}", domain.hostname, "domain", here), domain
    for certificate in app.certificates:
        key = f"{here}:{certificate.id}"
        yield _one("certificate", key, certificate.name, "certificate", here), certificate
    for attachment in app.attachments:
        key = f"{here}:{attachment.id}"
        yield _one("attachment", key, attachment.name, "attachment", here), attachment
    for job in app.jobs or ():
        yield _one("job", f"{here}:{job.id}", job.command, "scheduler job", here), job
    yield from _names("feature", "feature", here, app.features, here)
    yield from _around(app)
    yield from _delivery(app)


def _around(app: App) -> Iterator[Piece]:
    """Who hears of an app, and who may touch it."""
    here = app.id
    for drain in app.drains:
        yield _drain(here, drain, here)
    for telemetry in app.telemetry:
        key = f"{here}:{telemetry.id}"
        yield _one("telemetry-drain", key, telemetry.address, "telemetry drain", here), telemetry
    for webhook in app.webhooks:
        yield _one("webhook", f"{here}:{webhook.id}", webhook.address, "webhook", here), webhook
    for person in app.collaborators:
        yield _one("collaborator", f"{here}:{person.email}", person.email, "collaborator", here), person


def _delivery(app: App) -> Iterator[Piece]:
    """How its code came there."""
    here = app.id
    yield from _names("buildpack", "buildpack", here, app.buildpacks, here)
    if app.image is not None:
        yield _one("image", here, app.image.id, app.image.kind, here), app.image
    yield _one("deploy", here, app.deploy.kind, "deploy path", here), app.deploy
    for release in app.releases:
        name = f"v{release.version}"
        yield _one("release", f"{here}:{name}", name, "release", here), release
    for build in app.builds:
        yield _one("build", f"{here}:{build.id}", build.id, "build", here), build


def _of_add_on(add_on: AddOn) -> Iterator[Piece]:
    here, name, app_id = add_on.id, add_on.name, add_on.app_id or None
    yield _one("add-on", here, name, "add-on", app_id), add_on
    if add_on.postgres is not None:
        store = add_on.postgres
        yield _one("postgres", here, name, "Postgres", app_id), store
        for credential in store.credentials or ():
            key = f"{here}:{credential.name}"
            yield _one("credential", key, credential.name, "credential", app_id), credential
        for schedule in store.schedules or ():
            key = f"{here}:{schedule.name}"
            yield _one("backup-schedule", key, schedule.name, "backup schedule", app_id), schedule
        for backup in store.backups or ():
            yield _one("backup", f"{here}:{backup.name}", backup.name, "backup", app_id), backup
    if add_on.key_value is not None:
        yield _one("key-value", here, name, "Key-Value Store", app_id), add_on.key_value
    if add_on.kafka is not None:
        yield _one("kafka", here, name, "Kafka", app_id), add_on.kafka
        for topic in add_on.kafka.topics or ():
            yield _one("topic", f"{here}:{topic.name}", topic.name, "topic", app_id), topic
        groups = add_on.kafka.consumer_groups or ()
        yield from _names("consumer-group", "consumer group", here, groups, app_id)


def _drain(of: str, drain: Drain, app_id: str | None) -> Piece:
    return _one("drain", f"{of}:{drain.id}", drain.address, "log drain", app_id), drain


def _names(
    prefix: str, kind: str, of: str, names: Iterable[str], app_id: str | None = None
) -> Iterator[Piece]:
    for name in names:
        yield _one(prefix, f"{of}:{name}", name, kind, app_id), None


def _one(prefix: str, rest: str, name: str, kind: str, app_id: str | None = None) -> Component:
    return Component(key=f"{prefix}:{rest}", kind=kind, name=name, app_id=app_id)
