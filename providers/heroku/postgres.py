"""What the data API tells of a Heroku Postgres, read leniently: its words are made to be looked at.

Routes (heroku/cli, Heroku's recorded schemas): classic and Essential plans have `/client/v11/databases/{id}`,
`…/transfer-schedules` and, with Basic, `/postgres/v0/databases/{id}/credentials`; Advanced ones
`/data/postgres/v1/{id}/info` and `…/credentials`. What a plan does not have is refused as not taken, or 404.
"""

import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import replace

from providers.heroku.answers import Gone
from providers.heroku.backups import Whose, held_backups
from providers.heroku.client import Client
from providers.heroku.data_info import (
    Info,
    Place,
    first_number,
    is_on,
    maintenance_words,
    named,
    pair,
    place_of,
    plan_name,
    read_info,
)
from providers.heroku.fields import flag, number, objects, text, texts
from wizard.model.stores import BackupSchedule, Maintenance, Postgres, PostgresCredential
from wizard.model.trouble import Trouble

_ADVANCED: Final = ("advanced", "performance")


@dataclass
class PostgresReading:
    """One database. `noun` still has no names of other databases, and no backups: see `completed`."""

    noun: Postgres
    place: Place | None = None
    info: Info = field(default_factory=lambda: Info({}, {}))
    inside: str = ""
    """The database's name inside its server."""

    @property
    def follows(self) -> bool:
        """Whether it is a follower of another database."""
        return bool(self.noun.following or self.info.addresses.get("Following"))


def is_advanced(plan: str) -> bool:
    """Whether a plan ("heroku-postgresql:advanced-…") has the newer routes."""
    return plan.partition(":")[2].startswith(_ADVANCED)


async def read_postgres(client: Client, add_on_id: str, plan: str) -> PostgresReading:
    """Ask about one database; raises Trouble (404: it is still being made)."""
    if is_advanced(plan):
        path = f"/data/postgres/v1/{_quoted(add_on_id)}/info"
        return PostgresReading(_advanced(await client.get(path, host="data"), plan))
    said = await client.get(f"/client/v11/databases/{_quoted(add_on_id)}", host="data")
    info = read_info(said)
    words = info.words
    used, limit = pair(words.get("Connections", ""))
    leader = text(said, "leader", "name")
    if flag(said, "waiting?"):
        words["Waiting"] = "Heroku is still preparing it"
    noun = Postgres(
        version=text(said, "postgres_version") or words.get("PG Version", "").split(" ")[0],
        plan=plan_name(said, plan),
        bytes=number(said, "num_bytes"),
        tables=_known(number(said, "num_tables"), first_number(words.get("Tables", ""))),
        connections=_known(used, number(said, "num_connections")),
        connection_limit=limit,
        status=words.get("Status", ""),
        created_at=text(said, "created_at") or words.get("Created", ""),
        following=leader,
        high_availability=bool(words.get("HA Status")) and is_on(words["HA Status"]) is not False,
        rollback=words.get("Rollback", ""),
        continuous_protection=is_on(words.get("Continuous Protection", "")),
        pooling=is_on(words.get("Connection Pooling", "")) is True,
        extensions=_listed(words.get("Upgradable Extensions", "")),
        maintenance=maintenance_words(words),
        told=words,
    )
    return PostgresReading(
        noun,
        place=place_of(text(said, "resource_url")),
        info=info,
        inside=text(said, "database_name"),
    )


async def read_credentials(
    client: Client, add_on_id: str, plan: str
) -> tuple[PostgresCredential, ...] | None:
    """The roles by name; None where the plan has no such list. Raises Trouble."""
    try:
        if is_advanced(plan):
            path = f"/data/postgres/v1/{_quoted(add_on_id)}/credentials"
            said = await client.get(path, host="data")
            rows = objects(said, "items")
        else:
            path = f"/postgres/v0/databases/{_quoted(add_on_id)}/credentials"
            said = await client.get(path, host="data", basic=True)
            rows = [row for row in said if isinstance(row, dict)] if isinstance(said, list) else []
    except Trouble as trouble:
        if _lacks(trouble):
            return None
        raise
    found = [PostgresCredential(name=text(row, "name"), state=text(row, "state")) for row in rows]
    return tuple(
        sorted((one for one in found if one.name), key=lambda one: (one.name != "default", one.name))
    )


async def read_schedules(client: Client, add_on_id: str) -> tuple[BackupSchedule, ...]:
    """The backups that are made by themselves. Raises Trouble."""
    try:
        said = await client.get(f"/client/v11/databases/{_quoted(add_on_id)}/transfer-schedules", host="data")
    except Trouble as trouble:
        if _lacks(trouble):
            return ()
        raise
    rows = [row for row in said if isinstance(row, dict)] if isinstance(said, list) else []
    return tuple(
        BackupSchedule(
            name=text(row, "name"),
            days=texts(row, "days"),
            hour=number(row, "hour"),
            timezone=text(row, "timezone"),
            retain_weeks=number(row, "retain_weeks"),
            retain_months=number(row, "retain_months"),
        )
        for row in rows
    )


def completed(
    one: PostgresReading,
    *,
    name_of: Callable[[Place], str],
    credentials: tuple[PostgresCredential, ...] | None,
    schedules: tuple[BackupSchedule, ...] | None,
    transfers: Iterable[Any] | None,
    whose: Whose,
    pooled: bool,
    maintenance: Maintenance | None,
) -> Postgres:
    """The noun with all that others tell of it.

    Args:
        name_of: the name of the database at a place, "" for one that is not known.
        transfers: those of the app that owns it; None where they were not told.
        whose: which of them are of this database.
        pooled: an attachment goes through its connection pool.
    """
    others = {name: named(found, name_of) for name, found in one.info.addresses.items()}
    noun = one.noun
    return replace(
        noun,
        followers=others.get("Followers") or _listed(noun.told.get("Followers", "")),
        following=noun.following or _first(others, noun, "Following"),
        forks=others.get("Forks") or _listed(noun.told.get("Forks", "")),
        forked_from=noun.forked_from or _first(others, noun, "Forked From"),
        credentials=credentials,
        schedules=schedules,
        backups=None if transfers is None else held_backups(transfers, whose),
        pooling=noun.pooling or pooled,
        maintenance=maintenance or noun.maintenance,
        told={**noun.told, **{name: ", ".join(found) for name, found in others.items()}},
    )


def _first(others: dict[str, tuple[str, ...]], noun: Postgres, name: str) -> str:
    return next(iter(others.get(name, ())), "") or noun.told.get(name, "")


def _advanced(said: Any, plan: str) -> Postgres:
    limits = {text(row, "name").lower(): row for row in objects(said, "plan_limits")}
    tables = next((row for name, row in limits.items() if "table" in name), None)
    connections = next((row for name, row in limits.items() if "connection" in name), None)
    pools = objects(said, "pools")
    used = [number(pool, "connections_used") for pool in pools]
    allowed = [number(pool, "expected_connection_limit") for pool in pools]
    stored = next((row for row in objects(said, "quotas") if text(row, "type") == "storage"), {})
    told = {
        name: shown
        for name, shown in (
            ("Status", text(said, "status")),
            ("Tier", text(said, "tier")),
            ("Region", text(said, "region")),
            ("Data Encryption", "In Use" if flag(said, "features", "data_encryption", "enabled") else ""),
            ("Rollback", text(said, "features", "rollback", "earliest_time")),
            ("Pools", ", ".join(_pool(pool) for pool in pools)),
        )
        if shown
    }
    return Postgres(
        version=text(said, "version"),
        plan=plan,
        bytes=_gigabytes(stored.get("current_gb")),
        tables=number(tables, "current"),
        connections=_known(_sum(used), number(connections, "current")),
        connection_limit=_known(_sum(allowed), number(connections, "limit")),
        status=text(said, "status"),
        created_at=text(said, "created_at"),
        forked_from=text(said, "forked_from") or text(said, "forked_from", "name"),
        high_availability=flag(said, "features", "highly_available", "enabled"),
        rollback=text(said, "features", "rollback", "earliest_time"),
        continuous_protection=_boolean(said, "features", "continuous_protection", "enabled"),
        told=told,
    )


def _pool(pool: Any) -> str:
    parts = (text(pool, "name"), text(pool, "expected_level"), text(pool, "status"))
    return " ".join(part for part in parts if part)


def _boolean(value: Any, *path: str) -> bool | None:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, bool) else None


def _gigabytes(count: Any) -> int | None:
    if isinstance(count, bool) or not isinstance(count, int | float) or not 0 <= count < 1e9:
        return None
    return round(count * 1024**3)


def _sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _known(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)


def _listed(shown: str) -> tuple[str, ...]:
    return tuple(part for one in shown.split(",") if (part := one.strip()))


def _lacks(trouble: Trouble) -> bool:
    """Whether a plan simply has no such thing."""
    return isinstance(trouble, Gone) or trouble.code == "not-taken"


def _quoted(part: str) -> str:
    return urllib.parse.quote(part, safe="")
