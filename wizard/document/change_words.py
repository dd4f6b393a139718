"""How a difference between two readings of the same object is said: what differs, from what to what."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wizard.document.summary import dollars, size_text
from wizard.model.delivery import Build, Deploy, GitHubLink, Image, Pipeline, Release
from wizard.model.network import Certificate
from wizard.model.noun import Noun
from wizard.model.stores import Backup, Kafka, KeyValue, Maintenance, Postgres
from wizard.model.system import App, Attachment, Autoscale, ConfigVar, Gap, Origin, UnreadApp

NOISE: Final[dict[type[Noun], frozenset[str]]] = {
    # A release has a line of its own, and what it brought too.
    App: frozenset(("release", "released_at", "slug_commit", "unread", "buildpacks", "features")),
    Attachment: frozenset(("app_id",)),
    Backup: frozenset(("finished_at", "bytes", "succeeded")),
    Build: frozenset(("release_id",)),
    Certificate: frozenset(("id",)),
    ConfigVar: frozenset(("secret_because",)),
    Deploy: frozenset(("evidence", "last_at", "last_by")),
    Gap: frozenset(("why", "group")),
    Image: frozenset(("id", "size")),
    Kafka: frozenset(("consumer_groups",)),
    KeyValue: frozenset(("connections",)),
    Pipeline: frozenset(("review_config", "test_config")),
    Postgres: frozenset(("connections", "rollback")),
    Release: frozenset(("current",)),
    UnreadApp: frozenset(("why",)),
}
"""Fields that differ without anybody having changed anything, or are said elsewhere."""

NOISE_TOLD: Final = ("behind by", "connections", "data size", "hit rate", "memory", "rollback", "tables")
"""How rows of a data service's own table of words begin that say how it does just now."""

_INSIDE: Final = (Autoscale, GitHubLink, Maintenance, Origin)
"""Nouns that are told with the one that holds them."""

GROWTH: Final = 0.10
"""A size that differs by less is the same."""

_LABELS: Final = {
    "acm": "automated certificates",
    "acm_reason": "reason of ACM",
    "acm_status": "ACM",
    "add_on_id": "add-on",
    "at": "time",
    "bare_hosts": "addresses without https://",
    "cname": "DNS target",
    "domains_of": "apps whose domain it holds",
    "names_apps": "apps that it names",
    "gone_hosts": "addresses of no app",
    "outside": "services outside",
    "connection_limit": "limit of connections",
    "dyno_size": "dyno size",
    "every": "interval in minutes",
    "github": "GitHub",
    "include": "events",
    "memory_mb": "memory in MB",
    "monthly_cents": "price a month",
    "p95_ms": "p95 in ms",
    "postgres": "database",
    "quantity": "dynos",
    "refers_to_apps": "apps that it points at",
    "retention_ms": "retention in ms",
    "tls": "TLS",
    "two_factor": "two-factor authentication",
    "user": "by",
    "with_what": "other side",
}


def differences(
    before: Noun, after: Noun, names: Mapping[str, str], silent: frozenset[str] = frozenset()
) -> list[str]:
    """What differs, each in words ("dynos 2 → 3"); parts that are components of their own are left out.

    Args:
        names: of apps and add-ons by id, since an id says nothing to a reader.
        silent: fields that are not known in one of the two.
    """
    return list(_differences(before, after, names, silent))


def _differences(
    before: Noun, after: Noun, names: Mapping[str, str], silent: frozenset[str]
) -> Iterator[str]:
    quiet = NOISE.get(type(after), frozenset()) | silent
    for field in after.__struct_fields__:
        old, new = getattr(before, field), getattr(after, field)
        if field in quiet or old == new or _is_part(old) or _is_part(new):
            continue
        if isinstance(old, tuple) != isinstance(new, tuple):
            continue  # a list that was not told in one of the two
        if field == "told":
            yield from _told(old, new)
        elif field == "bytes":
            if _grew(old, new):
                yield f"size {_size(old)} → {_size(new)}"
        elif isinstance(new, tuple) and isinstance(old, tuple):
            yield _listed(field, old, new, names)
        elif isinstance(new, dict) and isinstance(old, dict):
            for key in sorted({*old, *new}):
                if old.get(key) != new.get(key):
                    yield f"{key} {_said(key, old.get(key), names)} → {_said(key, new.get(key), names)}"
        else:
            yield f"{label(field)} {_said(field, old, names)} → {_said(field, new, names)}"


def label(field: str) -> str:
    """A field's name as it is said."""
    return _LABELS.get(field) or field.replace("_", " ")


def _is_part(value: Any) -> bool:
    """Whether it is, or holds, what has a line of its own."""
    if isinstance(value, tuple):
        return any(isinstance(one, Noun) for one in value)
    return isinstance(value, Noun) and not isinstance(value, _INSIDE)


def _listed(field: str, old: tuple[Any, ...], new: tuple[Any, ...], names: Mapping[str, str]) -> str:
    gone = [_said(field, one, names) for one in old if one not in new]
    came = [_said(field, one, names) for one in new if one not in old]
    words = [f"added {', '.join(came)}"] * bool(came) + [f"removed {', '.join(gone)}"] * bool(gone)
    return f"{label(field)}: {'; '.join(words) or 'another order'}"


def _told(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if not name.lower().startswith(NOISE_TOLD) and old.get(name) != new.get(name):
            yield f"{name} {old.get(name) or 'none'} → {new.get(name) or 'none'}"


def _grew(old: Any, new: Any) -> bool:
    if not isinstance(old, int) or not isinstance(new, int):
        return False
    return abs(new - old) > GROWTH * max(abs(old), abs(new))


def _size(value: Any) -> str:
    return size_text(value) if isinstance(value, int) else "unknown"


def _said(field: str, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", ()):
        return "none"
    if isinstance(value, int):
        return dollars(value) if field == "monthly_cents" else f"{value}"
    if isinstance(value, Autoscale):
        speed = "" if value.p95_ms is None else f", p95 {value.p95_ms} ms"
        return f"{value.least} to {value.most}{speed}{'' if value.active else ', off'}"
    if isinstance(value, Noun):
        parts = ((one, getattr(value, one)) for one in value.__struct_fields__)
        said = (f"{label(one)} {_said(one, part, names)}" for one, part in parts if part not in ("", None))
        return f"({', '.join(said)})"
    return names.get(str(value), str(value))
