"""Which parts of an inventory are not known, so that nothing follows from their absence."""

from collections.abc import Iterator
from typing import Final

from wizard.model.system import System

OF_APPS: Final = (
    "attachment",
    "build",
    "buildpack",
    "certificate",
    "collaborator",
    "config var",
    "domain",
    "feature",
    "log drain",
    "process type",
    "release",
    "scheduler job",
    "telemetry drain",
    "webhook",
)
_OF_ACCOUNTS: Final = (
    "account feature",
    "enterprise account",
    "inbound rule",
    "invitation",
    "member",
    "outbound IP address",
    "peering",
    "pipeline",
    "pipeline app",
    "review app",
    "space",
    "team",
    "team feature",
)

_PLURALS: Final = {
    "Postgres": "Postgres databases",
    "Kafka": "Kafka clusters",
    "outbound IP address": "outbound IP addresses",
    "review app settings": "review app settings",
}

Part = tuple[str, str]
"""The key of what has parts ("app:<id>", "" for the whole inventory), and the kind of the parts."""


def plural(kind: str) -> str:
    """A kind of component as it is called when there are many."""
    return _PLURALS.get(kind, f"{kind}s")


def unknown_parts(system: System) -> frozenset[Part]:
    """What is not known of this inventory."""
    return frozenset(_unknown(system))


def _unknown(system: System) -> Iterator[Part]:
    by_word = {plural(kind): kind for kind in OF_APPS}
    for app in system.apps:
        here = f"app:{app.id}"
        for word in app.unread:
            yield here, by_word.get(word, word)
            if word == "releases":
                yield here, "slug"
                yield here, "image"
        if app.jobs is None:
            yield here, "scheduler job"
    by_word = {plural(kind): kind for kind in _OF_ACCOUNTS}
    for gap in system.gaps:
        if gap.group in by_word:
            yield "", by_word[gap.group]
    for team in system.teams:
        if team.members is None:
            yield f"team:{team.id}", "member"
    for space in system.spaces:
        if space.outbound_ips is None:
            yield f"space:{space.id}", "outbound IP address"
        if space.inbound is None:
            yield f"space:{space.id}", "inbound rule"
    yield from _of_stores(system)


def _of_stores(system: System) -> Iterator[Part]:
    for add_on in system.add_ons:
        here = f"add-on:{add_on.id}"
        postgres, kafka = add_on.postgres, add_on.kafka
        if postgres is None:
            yield here, "Postgres"
        if postgres is None or postgres.credentials is None:
            yield here, "credential"
        if postgres is None or postgres.schedules is None:
            yield here, "backup schedule"
        if postgres is None or postgres.backups is None:
            yield here, "backup"
        if add_on.key_value is None:
            yield here, "Key-Value Store"
        if kafka is None:
            yield here, "Kafka"
        if kafka is None or kafka.topics is None:
            yield here, "topic"
        if kafka is None or kafka.consumer_groups is None:
            yield here, "consumer group"
