"""The page of an add-on: what it is, who pays and who sees it; of data services what they hold."""

from wizard.document.index import Index
from wizard.document.pages.links import connection_sections
from wizard.document.pages.page import Fact, Page, Section, at, counted, joined, only, said, yes
from wizard.document.summary import dollars, size_text
from wizard.model.stores import (
    Backup,
    BackupSchedule,
    Kafka,
    KafkaTopic,
    KeyValue,
    Maintenance,
    Postgres,
)
from wizard.model.system import AddOn, Attachment


def add_on_page(index: Index, add_on: AddOn) -> Page:
    """Everything about an add-on and the data service behind it."""
    return Page(
        key=f"add-on:{add_on.id}",
        title=add_on.name,
        kind=add_on.service,
        subtitle=joined((add_on.plan, price_words(add_on), store_words(add_on))),
        sections=(
            Section(title="about", facts=_about(index, add_on), counts=False),
            Section(
                title="attached to",
                facts=tuple(_attachment(index, one) for one in index.attached.get(add_on.id, ())),
                none="no app",
            ),
            *connection_sections(index, f"add-on:{add_on.id}"),
            *(_postgres(index, add_on, add_on.postgres) if add_on.postgres else ()),
            *(_key_value(index, add_on, add_on.key_value) if add_on.key_value else ()),
            *(_kafka(index, add_on, add_on.kafka) if add_on.kafka else ()),
        ),
    )


def price_words(add_on: AddOn) -> str:
    """What an add-on costs a month, in words."""
    if add_on.monthly_cents is not None:
        return f"{dollars(add_on.monthly_cents)}/mo"
    return "price by contract" if add_on.contract else "price unknown"


def store_words(add_on: AddOn) -> str:
    """The data service in one line: "Postgres 16.4 · 312 MB · 34 tables"."""
    if add_on.postgres is not None:
        return joined(
            (
                f"Postgres {add_on.postgres.version or 'of unknown version'}",
                None if add_on.postgres.bytes is None else size_text(add_on.postgres.bytes),
                None if add_on.postgres.tables is None else counted(add_on.postgres.tables, "table"),
            )
        )
    if add_on.key_value is not None:
        return joined(("Key-Value Store", add_on.key_value.version), by=" ")
    if add_on.kafka is not None:
        topics = add_on.kafka.topics
        return joined(
            (
                f"Kafka {add_on.kafka.version}".strip(),
                None if topics is None else counted(len(topics), "topic"),
            )
        )
    return ""


def _about(index: Index, add_on: AddOn) -> tuple[Fact, ...]:
    unknown = add_on.app_name or "an app that this account cannot read"
    usual = add_on.state in ("", "provisioned")
    return only(
        said("service", add_on.service),
        said("plan", add_on.plan),
        Fact(
            name="state",
            text="provisioned" if usual else add_on.state,
            mark="" if usual else "look",
        ),
        said("owner", index.app_name(add_on.app_id, unknown) if add_on.app_id else unknown),
        Fact(name="not ours", text="its owner is no app that this account can read", mark="look")
        if add_on.foreign
        else None,
        said("billed to", add_on.billed_to),
        said("price", price_words(add_on)),
        said("created", at(add_on.created_at)),
        said("sets", ", ".join(add_on.config_vars)),
    )


def _attachment(index: Index, one: Attachment) -> Fact:
    return Fact(
        name=one.name,
        text=joined((f"to {index.app_name(one.app_id)}", f"by {one.namespace}" if one.namespace else "")),
        detail=", ".join(one.config_vars),
        key=f"attachment:{one.app_id}:{one.id}",
    )


def _postgres(index: Index, add_on: AddOn, store: Postgres) -> tuple[Section, ...]:
    here = add_on.id
    limit = f" of {store.connection_limit}" if store.connection_limit is not None else ""
    facts = only(
        Fact(name="version", text=store.version)
        if store.version
        else Fact(name="version", text="not told", mark="untold"),
        said("plan", store.plan),
        said("status", store.status),
        said("size", None if store.bytes is None else size_text(store.bytes)),
        said("tables", store.tables),
        said("connections", None if store.connections is None else f"{store.connections}{limit}"),
        said("connection limit", store.connection_limit if store.connections is None else None),
        said("created", at(store.created_at)),
        said("followers", ", ".join(store.followers)),
        said("follows", store.following),
        said("forks", ", ".join(store.forks)),
        said("forked from", store.forked_from),
        yes("high availability", store.high_availability),
        said("rollback", store.rollback),
        yes("continuous protection", store.continuous_protection),
        yes("connection pooling", store.pooling),
        said("extensions to upgrade", ", ".join(store.extensions)),
    )
    return (
        Section(title="Postgres", facts=facts, counts=False, untold=index.why_of("databases", add_on.name)),
        Section(
            title="credentials",
            facts=tuple(
                Fact(name=one.name, text=one.state, key=f"credential:{here}:{one.name}")
                for one in store.credentials or ()
            ),
            untold=index.why_none(store.credentials, "database credentials", add_on.name),
        ),
        Section(
            title="backup schedules",
            facts=tuple(_schedule(here, one) for one in store.schedules or ()),
            untold=index.why_none(store.schedules, "backup schedules", add_on.name),
            none="none: Heroku makes no backup by itself",
        ),
        Section(
            title="backups",
            facts=tuple(_backup(here, one) for one in store.backups or ()),
            untold=index.why_none(store.backups, "backups", index.app_name(add_on.app_id, add_on.name)),
            none="none",
        ),
        *_maintenance(index, add_on, store.maintenance),
        _told(store.told),
    )


def _schedule(here: str, one: BackupSchedule) -> Fact:
    days = joined(one.days, by=", ") if 0 < len(one.days) < 7 else "every day"
    return Fact(
        name=one.name,
        text=joined((days, "" if one.hour is None else f"at {one.hour:02d}:00", one.timezone), by=" "),
        detail=joined(
            (
                f"daily ones kept {counted(one.retain_weeks, 'week')}" if one.retain_weeks else "",
                f"monthly ones kept {counted(one.retain_months, 'month')}" if one.retain_months else "",
            )
        ),
        key=f"backup-schedule:{here}:{one.name}",
    )


def _backup(here: str, one: Backup) -> Fact:
    how = {True: "", False: "failed", None: "not finished"}[one.succeeded]
    return Fact(
        name=one.name,
        text=joined((at(one.finished_at), None if one.bytes is None else size_text(one.bytes), how)),
        mark="look" if one.succeeded is False else "",
        key=f"backup:{here}:{one.name}",
    )


def _maintenance(index: Index, add_on: AddOn, told: Maintenance | None) -> tuple[Section, ...]:
    if told is None:
        why = index.why_of("maintenances", index.app_name(add_on.app_id, add_on.name))
        return (Section(title="maintenance", untold=why),)
    facts = only(
        said("window", told.window),
        said("status", told.status),
        said("planned for", at(told.scheduled_for)),
        said("reason", told.reason),
    )
    return (Section(title="maintenance", facts=facts, counts=False),)


def _told(told: dict[str, str]) -> Section:
    facts = tuple(Fact(name=name, text=words) for name, words in told.items())
    return Section(title="in Heroku's own words", facts=facts, counts=False)


def _key_value(index: Index, add_on: AddOn, store: KeyValue) -> tuple[Section, ...]:
    limit = f" of {store.connection_limit}" if store.connection_limit is not None else ""
    facts = only(
        said("version", store.version),
        said("plan", store.plan),
        said("status", store.status),
        said("persistence", store.persistence),
        said("connections", None if store.connections is None else f"{store.connections}{limit}"),
        said("connection limit", store.connection_limit if store.connections is None else None),
        None if store.tls is None else Fact(name="TLS", text="needed" if store.tls else "not needed"),
        *(Fact(name=name, text=value or "(empty)") for name, value in store.settings.items()),
    )
    return (
        Section(
            title="Key-Value Store",
            facts=facts,
            counts=False,
            untold=index.why_of("key-value stores", add_on.name)
            or index.why_none(store.settings, "settings of key-value stores", add_on.name),
        ),
        *_maintenance(index, add_on, store.maintenance),
        _told(store.told),
    )


def _kafka(index: Index, add_on: AddOn, store: Kafka) -> tuple[Section, ...]:
    here = add_on.id
    facts = only(said("version", store.version), said("plan", store.plan), said("state", store.state))
    return (
        Section(title="Kafka", facts=facts, counts=False, untold=index.why_of("Kafka clusters", add_on.name)),
        Section(
            title="topics",
            facts=tuple(_topic(here, one) for one in store.topics or ()),
            untold=index.why_none(store.topics, "Kafka topics", add_on.name),
            none="none",
        ),
        Section(
            title="consumer groups",
            facts=tuple(
                Fact(name=name, key=f"consumer-group:{here}:{name}") for name in store.consumer_groups or ()
            ),
            untold=index.why_none(store.consumer_groups, "Kafka consumer groups", add_on.name),
        ),
        _told(store.told),
    )


def _topic(here: str, one: KafkaTopic) -> Fact:
    kept = "kept for ever" if one.retention_ms is None else f"kept {_span(one.retention_ms)}"
    return Fact(
        name=one.name,
        text=joined(
            (
                None if one.partitions is None else counted(one.partitions, "partition"),
                None if one.replication is None else f"{one.replication} copies",
                kept,
                "compacted" if one.compaction else "",
                None if one.bytes is None else size_text(one.bytes),
            )
        ),
        key=f"topic:{here}:{one.name}",
    )


def _span(milliseconds: int) -> str:
    hours = milliseconds / 3_600_000
    if hours >= 48:
        return f"{hours / 24:.0f} days"
    return f"{hours:.0f} h" if hours >= 1 else f"{milliseconds / 60_000:.0f} min"
