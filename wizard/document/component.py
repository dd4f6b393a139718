"""Every object of an inventory, one by one: what it is in Heroku's words, its name, and a key that stays."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

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


class Piece(NamedTuple):
    """A component with the noun that holds its facts, None where it has none but its name.

    `holder` is the key of what it is a part of and goes with ("app:<id>" of a process), "" for what stands by
    itself.
    """

    component: Component
    noun: Noun | None
    holder: str


def components(system: System) -> tuple[Component, ...]:
    """Every object of the inventory, in the order of the inventory."""
    return tuple(component for component, _, _ in pieces(system))


def pieces(system: System) -> Iterator[Piece]:
    """Every object with its noun. What has no key of its own (a process's autoscaling, an origin, a
    maintenance window, a GitHub link) is part of the noun that holds it."""
    seen: dict[str, int] = {}
    for component, noun, holder in _all(system):
        count = seen[component.key] = seen.get(component.key, 0) + 1
        if count > 1:
            component = Component(  # noqa: PLW2901 - the same, by another key
                key=f"{component.key}~{count}",
                kind=component.kind,
                name=component.name,
                app_id=component.app_id,
            )
        yield Piece(component, noun, holder)


def _all(system: System) -> Iterator[Piece]:
    account = _Holder("account", system.account.id)
    yield account.itself(system.account.email, "account", system.account)
    yield from account.names("account-feature", "account feature", system.account_features)
    for key in system.keys or ():
        yield account.part("ssh-key", key.id, key.comment or key.fingerprint, "SSH key", key)
    for invoice in system.invoices or ():
        name = f"invoice {invoice.number}"
        yield account.part("invoice", str(invoice.number), name, "invoice", invoice)
    for clip in system.dataclips or ():
        yield account.part("dataclip", clip.id, clip.title or clip.id, "dataclip", clip)
    for enterprise in system.enterprises:
        here = _Holder("enterprise", enterprise.id)
        yield here.itself(enterprise.name, "enterprise account", enterprise)
        for member in enterprise.members or ():
            yield here.part("enterprise-member", member.email, member.email, "enterprise member", member)
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
        yield _Holder("unread-app", unread.id).itself(unread.name, "unread app", unread)
    for gap in system.gaps:
        yield _Holder("gap", gap.key, gap.app_id).itself(gap.question, "gap", gap)


class _Holder:
    """What has parts: makes the pieces of itself and of them."""

    def __init__(self, prefix: str, of: str, app_id: str | None = None) -> None:
        self._id = of
        self._key = f"{prefix}:{of}"
        self._app_id = app_id

    def itself(self, name: str, kind: str, noun: Noun) -> Piece:
        return Piece(Component(key=self._key, kind=kind, name=name, app_id=self._app_id), noun, "")

    def only(self, prefix: str, name: str, kind: str, noun: Noun, app_id: str | None = None) -> Piece:
        """A part that there is one of."""
        key = f"{prefix}:{self._id}"
        return Piece(Component(key=key, kind=kind, name=name, app_id=app_id or self._app_id), noun, self._key)

    def part(
        self, prefix: str, rest: str, name: str, kind: str, noun: Noun | None, *, app_id: str | None = None
    ) -> Piece:
        """One of many; `rest` tells it from the others."""
        key = f"{prefix}:{self._id}:{rest}"
        return Piece(Component(key=key, kind=kind, name=name, app_id=app_id or self._app_id), noun, self._key)

    def names(self, prefix: str, kind: str, names: Iterable[str]) -> Iterator[Piece]:
        """Parts of which only a name is known."""
        for name in names:
            yield self.part(prefix, name, name, kind, None)


def _of_team(team: Team) -> Iterator[Piece]:
    here = _Holder("team", team.id)
    yield here.itself(team.name, "team", team)
    for member in team.members or ():
        yield here.part("member", member.email, member.email, "member", member)
    for invitation in team.invitations:
        yield here.part("invitation", invitation.email, invitation.email, "invitation", invitation)
    yield from here.names("team-feature", "team feature", team.features)


def _of_space(space: Space) -> Iterator[Piece]:
    here = _Holder("space", space.id)
    yield here.itself(space.name, "space", space)
    yield from here.names("outbound-ip", "outbound IP address", space.outbound_ips or ())
    for rule in space.inbound or ():
        yield here.part("inbound-rule", rule.source, rule.source, "inbound rule", rule)
    for peering in space.peerings:
        word = "VPN connection" if peering.kind == "vpn" else "peering"
        yield here.part("peering", f"{peering.kind}:{peering.with_what}", peering.with_what, word, peering)
    if space.drain is not None:
        yield _drain(here, space.drain)
    for telemetry in space.telemetry:
        yield here.part("telemetry-drain", telemetry.id, telemetry.address, "telemetry drain", telemetry)


def _of_pipeline(pipeline: Pipeline) -> Iterator[Piece]:
    here = _Holder("pipeline", pipeline.id)
    yield here.itself(pipeline.name, "pipeline", pipeline)
    for app in pipeline.apps:
        yield here.part(
            "pipeline-app", app.app_id, app.app_name or app.app_id, "pipeline app", app, app_id=app.app_id
        )
    if pipeline.review is not None:
        yield here.only("review-settings", pipeline.name, "review app settings", pipeline.review)
    yield from here.names("test-config-var", "test config var", pipeline.test_config)
    yield from here.names("review-config-var", "review app config var", pipeline.review_config)
    for review in pipeline.review_apps:
        rest = review.branch if review.pr_number is None else f"{review.branch}:{review.pr_number}"
        yield here.part("review-app", rest, review.branch, "review app", review, app_id=review.app_id)


def _of_app(app: App) -> Iterator[Piece]:
    here = _Holder("app", app.id, app.id)
    yield here.itself(app.name, "app", app)
    for process in app.processes:
        yield here.part("process", process.type, process.type, "process type", process)
    for var in app.config:
        yield here.part("config-var", var.name, var.name, "config var", var)
    for domain in app.domains:
        yield here.part("domain", domain.hostname, domain.hostname, "domain", domain)
    for certificate in app.certificates:
        yield here.part("certificate", certificate.id, certificate.name, "certificate", certificate)
    for attachment in app.attachments:
        yield here.part("attachment", attachment.id, attachment.name, "attachment", attachment)
    for job in app.jobs or ():
        yield here.part("job", job.id, job.command, "scheduler job", job)
    yield from here.names("feature", "feature", app.features)
    yield from _around(here, app)
    yield from _delivery(here, app)


def _around(here: _Holder, app: App) -> Iterator[Piece]:
    """Who hears of an app, and who may touch it."""
    for drain in app.drains:
        yield _drain(here, drain)
    for telemetry in app.telemetry:
        yield here.part("telemetry-drain", telemetry.id, telemetry.address, "telemetry drain", telemetry)
    for webhook in app.webhooks:
        yield here.part("webhook", webhook.id, webhook.address, "webhook", webhook)
    for person in app.collaborators:
        yield here.part("collaborator", person.email, person.email, "collaborator", person)


def _delivery(here: _Holder, app: App) -> Iterator[Piece]:
    """How its code came there."""
    yield from here.names("buildpack", "buildpack", app.buildpacks)
    if app.image is not None:
        word = "slug" if app.image.kind == "slug" else "image"
        yield here.only("image", app.image.id, word, app.image)
    yield here.only("deploy", app.deploy.kind, "deploy path", app.deploy)
    for release in app.releases:
        name = f"v{release.version}"
        yield here.part("release", name, name, "release", release)
    for build in app.builds:
        yield here.part("build", build.id, build.id, "build", build)


def _of_add_on(add_on: AddOn) -> Iterator[Piece]:
    here = _Holder("add-on", add_on.id, add_on.app_id or None)
    yield here.itself(add_on.name, "add-on", add_on)
    if add_on.postgres is not None:
        store = add_on.postgres
        yield here.only("postgres", add_on.name, "Postgres", store)
        for credential in store.credentials or ():
            yield here.part("credential", credential.name, credential.name, "credential", credential)
        for schedule in store.schedules or ():
            yield here.part("backup-schedule", schedule.name, schedule.name, "backup schedule", schedule)
        for backup in store.backups or ():
            yield here.part("backup", backup.name, backup.name, "backup", backup)
    if add_on.key_value is not None:
        yield here.only("key-value", add_on.name, "Key-Value Store", add_on.key_value)
    if add_on.kafka is not None:
        yield here.only("kafka", add_on.name, "Kafka", add_on.kafka)
        for topic in add_on.kafka.topics or ():
            yield here.part("topic", topic.name, topic.name, "topic", topic)
        yield from here.names("consumer-group", "consumer group", add_on.kafka.consumer_groups or ())


def _drain(here: _Holder, drain: Drain) -> Piece:
    return here.part("drain", drain.id, drain.address, "log drain", drain)
