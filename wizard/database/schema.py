"""Sorts a schema dump into what is made before the data, with each table, and at the end."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec.structs import replace
from psycopg import sql

from wizard.database.abilities import Abilities
from wizard.database.archive import PRE_DATA, Entry
from wizard.database.catalogue import HEROKUS_OWN, Table
from wizard.database.connect import Connection
from wizard.database.reliance import read_reliance
from wizard.model.noun import Noun
from wizard.model.text import clean

Stage = Literal["before", "index", "rest", "foreign", "trigger", "refresh", "policy", "last"]
"""When an object is made. `index`: as soon as its table's rows are there. The others in this order, after
the source is frozen: foreign keys and triggers come late because they would fire or block during a copy,
policies later still because they hide rows."""

AT_THE_END: tuple[Stage, ...] = ("rest", "foreign", "trigger", "policy", "refresh", "last")


class Statement(Noun, frozen=True, kw_only=True):
    """One object of the schema. `table` is the key of the table it is built with, empty for none."""

    stage: Stage
    name: str
    table: str
    create: str
    drop: str


class Schema(Noun, frozen=True, kw_only=True):
    """A sorted schema. `left_out` says in words what is not taken along, and why."""

    statements: tuple[Statement, ...]
    left_out: tuple[str, ...]

    @property
    def after(self) -> tuple[Statement, ...]:
        """What is made after the data."""
        return tuple(statement for statement in self.statements if statement.stage != "before")


_NEVER = {
    "ENCODING": "",
    "STDSTRINGS": "",
    "SEARCHPATH": "",
    "DATABASE": "",
    "DATABASE PROPERTIES": "",
    "STATISTICS DATA": "",
    "ACL": "",
    "DEFAULT ACL": "",
    "SECURITY LABEL": "",
    "EVENT TRIGGER": "event trigger {}: Heroku's own, or made by a superuser; it is not taken along",
    "PUBLICATION": "publication {}: replication is not taken along",
    "PUBLICATION TABLE": "",
    "PUBLICATION TABLES IN SCHEMA": "",
    "SUBSCRIPTION": "subscription {}: replication is not taken along",
    "SUBSCRIPTION TABLE": "",
    "USER MAPPING": "{}: it may hold a password; make it anew on the target",
    # Large objects are copied by themselves; how a dump lists them depends on its version.
    "BLOB": "",
    "BLOBS": "",
    "BLOB METADATA": "",
}

_STAGES: Mapping[str, Stage] = {
    "FK CONSTRAINT": "foreign",
    "TRIGGER": "trigger",
    "POLICY": "policy",
    "ROW SECURITY": "policy",
    "COMMENT": "last",
}


def sort_schema(
    entries: list[Entry],
    tables: list[Table],
    owners: Mapping[int, int],
    extensions: Collection[str],
    *,
    more: Sequence[Statement] = (),
    able: Abilities | None = None,
) -> Schema:
    """Sort `entries` of a dump.

    Args:
        owners: for each index and each key or exclusion constraint (by OID) the OID of its table.
        extensions: names of those of its extensions that the target can install.
        more: statements that the dump does not have; those of a stage come after the dump's.
        able: what the target can do; what it cannot take is made otherwise. None takes it to know all.
    """
    by_oid = {table.oid: table for table in tables}
    # What its body needs made the dump put such a function behind the data.
    late = {entry.id for entry in entries if entry.section > PRE_DATA and entry.kind == "FUNCTION"}
    statements: list[Statement] = []
    left_out: list[str] = []
    for entry in entries:
        why = unwanted(entry, extensions)
        if why is not None:
            if why:
                left_out.append(why)
            continue
        own = entry.kind in ("INDEX", "CONSTRAINT") and late.isdisjoint(entry.needs)
        table = by_oid.get(owners.get(entry.oid, 0)) if own else None
        statements.append(
            Statement(
                stage=_stage(entry, table),
                name=clean(f"{entry.kind.lower()} {entry.name}"),
                table=table.key if table else "",
                create=_made(entry, able),
                drop=entry.drop,
            )
        )
    return Schema(statements=(*statements, *more), left_out=tuple(left_out))


_LZ4 = re.compile(r"^ALTER TABLE ONLY .* SET COMPRESSION lz4;\n", re.MULTILINE)


_ACCESS = "SET LOCAL default_table_access_method = {};\n"

_ATTVER = re.compile(
    r"^(?P<set>ALTER (?:FOREIGN )?TABLE ONLY .* ALTER COLUMN .* SET \()"
    r"(?P<options>[^()]*\bpg_attver=[^()]*)\);\n",
    re.MULTILINE,
)


def without_attver(create: str) -> str:
    """`create` without the column option `pg_attver`, which Debian's Postgres 15 gives every column by itself
    since 15.20 and no other server takes. Its own pg_dump leaves it out; another one does not."""

    def others(match: re.Match[str]) -> str:
        options = [one for one in match["options"].split(", ") if not one.startswith("pg_attver=")]
        return f"{match['set']}{', '.join(options)});\n" if options else ""

    return _ATTVER.sub(others, create)


def _made(entry: Entry, able: Abilities | None) -> str:
    """What makes it on this target."""
    if entry.kind in ("TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW", "VIEW"):
        entry = replace(entry, create=without_attver(entry.create))
    if entry.kind == "SCHEMA":
        return re.sub(r"\ACREATE SCHEMA (?!IF)", "CREATE SCHEMA IF NOT EXISTS ", entry.create)
    if able is not None and entry.kind == "TABLE" and not able.lz4:
        entry = replace(entry, create=_LZ4.sub("", entry.create))
    if entry.kind == "TABLE" and "\n)\nPARTITION BY " in entry.create:
        # Since 18 it cannot be unlogged; before, it meant nothing. Its partitions are what they are.
        entry = replace(entry, create=entry.create.replace("CREATE UNLOGGED TABLE ", "CREATE TABLE ", 1))
    if entry.access not in ("", "heap"):
        method = sql.Identifier(entry.access).as_string(None)
        return f"{_ACCESS.format(method)}{entry.create}{_ACCESS.format('heap')}"
    if able is not None and entry.kind == "EXTENSION" and entry.name in able.movable:
        # It is there, and may be elsewhere: columns name its types by their schema.
        match = re.search(r" WITH SCHEMA (.+);", entry.create)
        place = able.installed[entry.name]
        if match and match[1] not in (place, sql.Identifier(place).as_string(None)):
            # To move it takes the rights of whoever made its types; to make it anew does not.
            name = sql.Identifier(entry.name).as_string(None)
            return f"DROP EXTENSION {name};\n{entry.create}"
    return entry.create


def _stage(entry: Entry, table: Table | None) -> Stage:
    if entry.section <= PRE_DATA:
        return "before"
    if table is not None:
        return "index"
    return _STAGES.get(entry.kind, "rest")


def unwanted(entry: Entry, extensions: Collection[str]) -> str | None:
    """None for what is wanted; otherwise why it is left out, empty where nobody would miss it."""
    if entry.kind in _NEVER:
        return _NEVER[entry.kind].format(clean(entry.name))
    if not entry.create.strip() or entry.create.lstrip().startswith("-- *not*"):
        return ""
    if HEROKUS_OWN in (entry.schema, entry.name):
        return ""
    if entry.kind == "EXTENSION" and entry.name not in extensions:
        return f"extension {clean(entry.name)}: the target does not have it, or not for this role"
    if entry.kind == "COMMENT" and entry.name.startswith(
        ("EXTENSION ", "EVENT TRIGGER ", "LARGE OBJECT", "USER MAPPING ", f"SCHEMA {HEROKUS_OWN}")
    ):
        return ""
    return None


def index_owners(connection: Connection) -> dict[int, int]:
    """For each index, and each key or exclusion constraint, of the database its table's OID; but not for
    those that are made of what other tables hold: these are built when all of them have their rows, or they
    would say what was there half-way."""
    reliance = read_reliance(connection)
    return {
        number: table
        for number, table, index in connection.execute(
            "SELECT indexrelid, indrelid, indexrelid FROM pg_catalog.pg_index UNION ALL"
            " SELECT oid, conrelid, conindid FROM pg_catalog.pg_constraint WHERE contype IN ('p', 'u', 'x')"
        ).fetchall()
        if not any(function.asks for function in reliance.of(("pg_class", index)))
    }


def refreshes(entries: list[Entry], populated: Collection[int]) -> list[Statement]:
    """A REFRESH for each materialised view that has rows on the source, in the order of creation: a view
    always comes after those it reads."""
    return [
        Statement(
            stage="refresh",
            name=clean(f"rows of materialized view {entry.name}"),
            table="",
            create=sql.SQL("REFRESH MATERIALIZED VIEW {};")
            .format(sql.Identifier(entry.schema, entry.name))
            .as_string(None),
            drop="",
        )
        for entry in entries
        if entry.kind == "MATERIALIZED VIEW" and entry.oid in populated
    ]


def populated_views(connection: Connection) -> set[int]:
    """OIDs of the materialised views that hold rows."""
    return {
        row[0]
        for row in connection.execute(
            "SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'm' AND relispopulated"
        ).fetchall()
    }
