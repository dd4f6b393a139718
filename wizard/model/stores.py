"""What Heroku's data services tell of a Postgres, a Key-Value Store or a Kafka. Sizes in bytes; None and ""
where they did not tell. No password, no host, no connection URL is in here."""

from msgspec import field

from wizard.model.noun import Noun


class PostgresCredential(Noun, frozen=True, kw_only=True):
    """A role of a database: `default`, or one that a person made (with grants of its own)."""

    name: str
    state: str = ""


class BackupSchedule(Noun, frozen=True, kw_only=True):
    """A backup at `hour` o'clock of `timezone` on each of `days` ("Sunday"; empty: not told, which on Heroku
    means daily). `name` is the attachment's ("DATABASE_URL")."""

    name: str
    days: tuple[str, ...] = ()
    hour: int | None = None
    timezone: str = ""
    retain_weeks: int | None = None
    retain_months: int | None = None


class Backup(Noun, frozen=True, kw_only=True):
    """A backup that Heroku holds. `name` as its CLI shows it (b001 by hand, a007 scheduled)."""

    name: str
    finished_at: str | None = None
    succeeded: bool | None = None
    bytes: int | None = None


class Maintenance(Noun, frozen=True, kw_only=True):
    """A maintenance that Heroku plans or last made on a data service, and its weekly `window` (UTC)."""

    window: str = ""
    status: str = ""
    scheduled_for: str | None = None
    reason: str = ""


class Postgres(Noun, frozen=True, kw_only=True):
    """A Heroku Postgres. `followers`, `following`, `forks` and `forked_from` are names of databases as
    Heroku shows them; `extensions` are only those that Heroku says can be upgraded (the database itself tells
    all); `told` is Heroku's own table of words about it, by name, for what has no field here."""

    version: str
    plan: str
    bytes: int | None = None
    tables: int | None = None
    connections: int | None = None
    connection_limit: int | None = None
    status: str = ""
    created_at: str = ""
    followers: tuple[str, ...] = ()
    following: str = ""
    forks: tuple[str, ...] = ()
    forked_from: str = ""
    high_availability: bool = False
    rollback: str = ""
    continuous_protection: bool | None = None
    credentials: tuple[PostgresCredential, ...] | None = None
    pooling: bool = False
    extensions: tuple[str, ...] = ()
    schedules: tuple[BackupSchedule, ...] | None = None
    backups: tuple[Backup, ...] | None = None
    maintenance: Maintenance | None = None
    told: dict[str, str] = field(default_factory=dict)


class KeyValue(Noun, frozen=True, kw_only=True):
    """A Heroku Key-Value Store (Redis or Valkey). `settings` are its configuration by name: maxmemory_policy,
    timeout, notify_keyspace_events."""

    version: str = ""
    plan: str = ""
    status: str = ""
    persistence: str = ""
    connections: int | None = None
    connection_limit: int | None = None
    tls: bool | None = None
    settings: dict[str, str] = field(default_factory=dict)
    maintenance: Maintenance | None = None
    told: dict[str, str] = field(default_factory=dict)


class KafkaTopic(Noun, frozen=True, kw_only=True):
    """A topic. `retention_ms` is milliseconds, None where messages are kept for ever."""

    name: str
    partitions: int | None = None
    replication: int | None = None
    retention_ms: int | None = None
    compaction: bool = False
    bytes: int | None = None


class Kafka(Noun, frozen=True, kw_only=True):
    """An Apache Kafka on Heroku. Topics and groups are None where they could not be read."""

    version: str = ""
    plan: str = ""
    state: str = ""
    topics: tuple[KafkaTopic, ...] | None = None
    consumer_groups: tuple[str, ...] | None = None
    told: dict[str, str] = field(default_factory=dict)


class Dataclip(Noun, frozen=True, kw_only=True):
    """A query that somebody saved on a database (an add-on's name, "" where it has lost its own). Neither the
    query nor what came of it is in here."""

    id: str
    title: str
    database: str = ""
    created_by: str = ""
    created_at: str = ""
    edited_at: str = ""
    detached: bool = False
