"""Which parts of an inventory are not known, so that nothing follows from their absence."""

from collections.abc import Iterable, Iterator
from typing import Final

from wizard.model.stores import Kafka, KeyValue, Postgres
from wizard.model.system import App, System

OF_APPS: Final = (
    "add-on",
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
_OF_HOLDERS: Final = {
    "teams": ("member", "invitation", "team feature"),
    "spaces": (
        "outbound IP address",
        "inbound rule",
        "peering",
        "VPN connection",
        "log drain",
        "telemetry drain",
    ),
    "pipelines": (
        "pipeline app",
        "review app",
        "review app settings",
        "test config var",
        "review app config var",
    ),
}
"""Their parts: a gap may be about some of them, and names the first only."""

_OF_ACCOUNTS: Final = {
    "teams": "team",
    "spaces": "space",
    "pipelines": "pipeline",
    "enterprise accounts": "enterprise account",
    "account features": "account feature",
}

SILENT: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "autoscaling": {"process type": ("autoscale",)},
    "current code": {"process type": ("command",), "app": ("release_command",)},
    "GitHub links": {"deploy path": ("github", "kind")},
    "domains": {"certificate": ("domains",)},
    "releases": {"app": ("release_command",), "deploy path": ("kind",)},
}
"""Fields by kind of component that say nothing where the part of an app is not known."""

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


def silent_fields(app: App | None, kind: str) -> frozenset[str]:
    """Fields of a component of that kind in `app` of which nothing is known."""
    words = app.unread if app else ()
    return frozenset(field for word in words for field in SILENT.get(word, {}).get(kind, ()))


def _unknown(system: System) -> Iterator[Part]:
    by_word = {plural(kind): kind for kind in OF_APPS}
    for app in system.apps:
        here = f"app:{app.id}"
        for word in app.unread:
            if word in by_word:
                yield here, by_word[word]
            if word in ("releases", "current code"):
                yield here, "slug"
                yield here, "image"
        if app.jobs is None:
            yield here, "scheduler job"
    for unread in system.unread_apps:
        yield f"app:{unread.id}", "add-on"
    yield from _of_gaps(system)
    yield from _of_lists(system)
    yield from _of_stores(system)


def _of_lists(system: System) -> Iterator[Part]:
    if system.keys is None:
        yield "", "SSH key"
    if system.invoices is None:
        yield "", "invoice"
    if system.dataclips is None:
        yield "", "dataclip"
    for enterprise in system.enterprises:
        if enterprise.members is None:
            yield f"enterprise:{enterprise.id}", "enterprise member"
    for team in system.teams:
        if team.members is None:
            yield f"team:{team.id}", "member"
    for space in system.spaces:
        if space.outbound_ips is None:
            yield f"space:{space.id}", "outbound IP address"
        if space.inbound is None:
            yield f"space:{space.id}", "inbound rule"


def worth_saying(parts: Iterable[Part]) -> dict[str, list[str]]:
    """Kinds by the key of what has them. Where no team is known, nobody asks for its members."""
    found: dict[str, list[str]] = {}
    for key, kind in sorted(parts):
        found.setdefault(key, []).append(kind)
    for holders, inside in _OF_HOLDERS.items():
        if _OF_ACCOUNTS[holders] in found.get("", ()):
            found[""] = [kind for kind in found[""] if kind not in inside]
    return found


def _of_gaps(system: System) -> Iterator[Part]:
    known = {f"{one.id}": f"team:{one.id}" for one in system.teams}
    known |= {f"{one.id}": f"space:{one.id}" for one in system.spaces}
    known |= {f"{one.id}": f"pipeline:{one.id}" for one in system.pipelines}
    for gap in system.gaps:
        if gap.group in _OF_ACCOUNTS and gap.kind == "acknowledge":
            yield "", _OF_ACCOUNTS[gap.group]
        kinds = _OF_HOLDERS.get(gap.group.rpartition(" of ")[2], ())
        about = gap.key.split(":")[1] if gap.key.startswith("unread:") else ""
        # One of many at once does not say which.
        for kind in kinds:
            yield known.get(about, ""), kind


def _of_stores(system: System) -> Iterator[Part]:
    for add_on in system.add_ons:
        here = f"add-on:{add_on.id}"
        postgres, kafka = add_on.postgres, add_on.kafka
        if postgres is None or not _tells(postgres):
            yield here, "Postgres"
        if postgres is None or postgres.credentials is None:
            yield here, "credential"
        if postgres is None or postgres.schedules is None:
            yield here, "backup schedule"
        if postgres is None or postgres.backups is None:
            yield here, "backup"
        if add_on.key_value is None or not _tells(add_on.key_value):
            yield here, "Key-Value Store"
        if kafka is None or not _tells(kafka):
            yield here, "Kafka"
        if kafka is None or kafka.topics is None:
            yield here, "topic"
        if kafka is None or kafka.consumer_groups is None:
            yield here, "consumer group"


def _tells(store: Postgres | KeyValue | Kafka) -> bool:
    """Whether the data service said anything: where it did not, the plan alone is known, from the add-on."""
    return bool(store.version or store.told)
