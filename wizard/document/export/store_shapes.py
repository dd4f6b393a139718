"""The tables about add-ons, data services, and the network: drains, webhooks, spaces."""

from typing import Final

from wizard.document.export.table import At, Cell, Shape, app_of, as_cell, col, kind_of, name_of, place_of

_WEEK: Final = frozenset(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))


def _owner(at: At) -> Cell:
    return at.names.app(at.noun.app_id) if at.noun.app_id in at.names.apps else at.noun.app_name


def _of_app_id(at: At) -> Cell:
    return str(at.noun.app_id)


def _attached_to(at: At) -> Cell:
    return ", ".join(at.names.attached.get(at.noun.id, ()))


class _OfMaintenance:
    """A field of the maintenance of a data service."""

    def __init__(self, field: str) -> None:
        self._field = field

    def __call__(self, at: At) -> Cell:
        plan = getattr(at.noun, "maintenance", None)
        return None if plan is None else as_cell(getattr(plan, self._field))


def _days(at: At) -> Cell:
    days = at.noun.days
    return "every day" if not days or set(days) == _WEEK else as_cell(days)


def _status(at: At) -> Cell:
    return str(getattr(at.noun, "status", "") or getattr(at.noun, "state", ""))


def _drain_add_on(at: At) -> Cell:
    return at.names.add_on(getattr(at.noun, "add_on_id", None))


def _not_told(at: At) -> Cell:
    """Which parts of a space or a store are not known, where that differs from there being none."""
    parts = {
        "outbound_ips": "outbound IP addresses",
        "inbound": "inbound rules",
        "credentials": "credentials",
        "schedules": "backup schedules",
        "backups": "backups",
        "topics": "topics",
        "consumer_groups": "consumer groups",
    }
    return ", ".join(words for field, words in parts.items() if getattr(at.noun, field, ()) is None)


ADD_ONS: Final = Shape(
    "Add-ons",
    (
        col("Add-on", "name", "name"),
        col("Service", "service", "name"),
        col("Plan", "plan", "name"),
        col("App", _owner, "name"),
        col("Attached to", _attached_to),
        col("State", "state"),
        col("US$ a month", "monthly_cents", "cents"),
        col("Price by contract", "contract", "flag"),
        col("Billed to", "billed_to"),
        col("Of an app not read", "foreign", "flag"),
        col("Config vars", "config_vars"),
        col("Created", "created_at", "time"),
        col("App id", _of_app_id),
        col("Id", "id"),
    ),
)
STORES: Final = Shape(
    "Data services",
    (
        col("Add-on", name_of, "name"),
        col("Kind", kind_of),
        col("App", app_of, "name"),
        col("Version", "version"),
        col("Plan", "plan"),
        col("Status", _status),
        col("Size", "bytes", "bytes"),
        col("Tables", "tables", "number"),
        col("Connections", "connections", "number"),
        col("Limit of connections", "connection_limit", "number"),
        col("High availability", "high_availability", "yes"),
        col("Continuous protection", "continuous_protection", "yes"),
        col("Pooling", "pooling", "yes"),
        col("Follows", "following", "name"),
        col("Followers", "followers"),
        col("Forked from", "forked_from", "name"),
        col("Forks", "forks"),
        col("Rollback", "rollback"),
        col("Extensions to upgrade", "extensions"),
        col("Persistence", "persistence"),
        col("TLS", "tls", "yes"),
        col("Settings", "settings"),
        col("Maintenance window", _OfMaintenance("window")),
        col("Maintenance", _OfMaintenance("status")),
        col("Planned for", _OfMaintenance("scheduled_for"), "time"),
        col("Reason", _OfMaintenance("reason")),
        col("Created", "created_at", "time"),
        col("Not told", _not_told),
        col("In Heroku's words", "told"),
    ),
)
CREDENTIALS: Final = Shape(
    "Postgres credentials",
    (
        col("Add-on", place_of, "name"),
        col("App", app_of, "name"),
        col("Credential", "name", "name"),
        col("State", "state"),
    ),
)
SCHEDULES: Final = Shape(
    "Backup schedules",
    (
        col("Add-on", place_of, "name"),
        col("App", app_of, "name"),
        col("Backup of", "name", "name"),
        col("Days", _days),
        col("Hour", "hour", "number"),
        col("Time zone", "timezone"),
        col("Kept weeks", "retain_weeks", "number"),
        col("Kept months", "retain_months", "number"),
    ),
)
BACKUPS: Final = Shape(
    "Backups",
    (
        col("Add-on", place_of, "name"),
        col("App", app_of, "name"),
        col("Backup", "name", "name"),
        col("Finished", "finished_at", "time"),
        col("Succeeded", "succeeded", "yes"),
        col("Size", "bytes", "bytes"),
    ),
)
TOPICS: Final = Shape(
    "Kafka topics",
    (
        col("Add-on", place_of, "name"),
        col("App", app_of, "name"),
        col("Topic", "name", "name"),
        col("Partitions", "partitions", "number"),
        col("Replication", "replication", "number"),
        col("Retention in ms", "retention_ms", "number"),
        col("Compaction", "compaction", "yes"),
        col("Size", "bytes", "bytes"),
    ),
)
GROUPS: Final = Shape(
    "Kafka consumer groups",
    (col("Add-on", place_of, "name"), col("App", app_of, "name"), col("Consumer group", name_of, "name")),
)
DRAINS: Final = Shape(
    "Drains and webhooks",
    (
        col("Of", place_of, "name"),
        col("Kind", kind_of),
        col("Address", "address", "name"),
        col("Made by add-on", _drain_add_on, "name"),
        col("Signals", "signals"),
        col("Transport", "transport"),
        col("Set at", "owner"),
        col("Events", "include"),
        col("Level", "level"),
        col("Id", "id"),
    ),
)
SPACES: Final = Shape(
    "Spaces",
    (
        col("Space", "name", "name"),
        col("Team", "team", "name"),
        col("Region", "region"),
        col("State", "state"),
        col("Shield", "shield", "yes"),
        col("Generation", "generation"),
        col("CIDR", "cidr", "name"),
        col("CIDR of data", "data_cidr", "name"),
        col("Not told", _not_told),
        col("Id", "id"),
    ),
)
NETWORKS: Final = Shape(
    "Space networks",
    (
        col("Space", place_of, "name"),
        col("Kind", kind_of),
        col("What", name_of, "name"),
        col("Action", "action"),
        col("Status", "status"),
        col("CIDRs", "cidrs"),
    ),
)
UNREAD: Final = Shape(
    "Apps not read",
    (
        col("App", "name", "name"),
        col("Team", "team", "name"),
        col("Space", "space", "name"),
        col("Region", "region"),
        col("Stack", "stack"),
        col("Why", "why"),
        col("Id", "id"),
    ),
    none="every app was read",
)
_ANSWERS: Final = {
    "jobs": "typing the jobs in",
    "deploy": "saying how the app is deployed",
    "acknowledge": "reading it",
}


def _answered_by(at: At) -> Cell:
    return _ANSWERS[at.noun.kind]


GAPS: Final = Shape(
    "Gaps",
    (
        col("App", app_of, "name"),
        col("What is not known", "question"),
        col("Why", "why"),
        col("Kind", "group"),
        col("Answered by", _answered_by),
        col("Key", "key"),
    ),
    none="nothing is open",
)
DATACLIPS: Final = Shape(
    "Dataclips",
    (
        col("Dataclip", name_of, "name"),
        col("Of", place_of, "name"),
        col("Database", "database", "name"),
        col("By", "created_by"),
        col("Created", "created_at", "time"),
        col("Edited", "edited_at", "time"),
        col("Detached", "detached", "yes"),
        col("Id", "id"),
    ),
)
