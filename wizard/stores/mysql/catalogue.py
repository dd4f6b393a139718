"""What a MySQL database holds: tables with columns and indexes, views, triggers, routines, events."""

import re
from dataclasses import dataclass

from wizard.stores.mysql.session import Session

MARKER = "_offramp_move"
"""The table that marks a target as ours."""

_WIDTH = re.compile(r"\b((?:tiny|small|medium|big)?int|year)\(\d+\)")
"""How wide a number is shown: MySQL 8 does not say it any more."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. `kind` is its type's first word ("varchar"), `definition` what must be the same on both
    sides."""

    name: str
    kind: str
    definition: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. Rows and bytes are the server's own estimates; `next_number` of its AUTO_INCREMENT, None
    without."""

    name: str
    engine: str
    rows: int
    bytes: int
    next_number: int | None
    columns: tuple[Column, ...]
    indexes: tuple[str, ...]

    @property
    def definition(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What must be the same on both sides."""
        return tuple(column.definition for column in self.columns), self.indexes


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A database. `others` are names by kind: view, trigger, procedure, function, event."""

    version: str
    character_set: str
    collation: str
    tls: bool
    tables: dict[str, Table]
    others: dict[str, frozenset[str]]

    @property
    def words(self) -> str:
        """ "MariaDB 10.11.6"."""
        number = self.version.partition("-")[0]
        return f"{'MariaDB' if 'mariadb' in self.version.lower() else 'MySQL'} {number}"


def read_catalogue(session: Session) -> Catalogue:
    """Read the session's database. Raises MysqlError."""
    # MySQL 8 tells statistics, and with them AUTO_INCREMENT, up to a day old.
    session.query("/*!80000 SET SESSION information_schema_stats_expiry = 0 */")
    [(version, character_set, collation)] = session.query(
        "SELECT version(), @@character_set_database, @@collation_database"
    )
    cipher = session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    return Catalogue(
        version=version or "",
        character_set=character_set or "",
        collation=collation or "",
        tls=bool(cipher and cipher[0][1]),
        tables=_tables(session),
        others=_others(session),
    )


def _tables(session: Session) -> dict[str, Table]:
    columns: dict[str, list[Column]] = {}
    for table, name, kind, whole, nullable, extra in session.query(
        "SELECT table_name, column_name, data_type, column_type, is_nullable, extra"
        " FROM information_schema.columns WHERE table_schema = database()"
        " ORDER BY table_name, ordinal_position"
    ):
        words = [name or "", _WIDTH.sub(r"\1", (whole or "").lower()), nullable or ""]
        words += (extra or "").lower().replace("default_generated", "").split()
        columns.setdefault(table or "", []).append(
            Column(name=name or "", kind=(kind or "").lower(), definition=" ".join(words))
        )
    indexes: dict[str, list[str]] = {}
    for table, name, unique, parts in session.query(
        "SELECT table_name, index_name, min(non_unique), group_concat(coalesce(column_name, '?'), ':',"
        " coalesce(sub_part, '') ORDER BY seq_in_index) FROM information_schema.statistics"
        " WHERE table_schema = database() GROUP BY table_name, index_name ORDER BY table_name, index_name"
    ):
        indexes.setdefault(table or "", []).append(f"{name} {unique} {parts}")
    return {
        name: Table(
            name=name,
            engine=engine or "",
            rows=int(rows or 0),
            bytes=int(size or 0),
            next_number=int(number) if number else None,
            columns=tuple(columns.get(name, ())),
            indexes=tuple(indexes.get(name, ())),
        )
        for name, engine, rows, size, number in session.query(
            "SELECT table_name, engine, table_rows, data_length, auto_increment"
            " FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'"
            " ORDER BY table_name"
        )
        if name is not None and name != MARKER
    }


def _others(session: Session) -> dict[str, frozenset[str]]:
    asked = {
        "view": "SELECT table_name FROM information_schema.views WHERE table_schema = database()",
        "trigger": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database()",
        "procedure": "SELECT routine_name FROM information_schema.routines"
        " WHERE routine_schema = database() AND routine_type = 'PROCEDURE'",
        "function": "SELECT routine_name FROM information_schema.routines"
        " WHERE routine_schema = database() AND routine_type = 'FUNCTION'",
        "event": "SELECT event_name FROM information_schema.events WHERE event_schema = database()",
    }
    return {kind: frozenset(name for (name,) in session.query(sql) if name) for kind, sql in asked.items()}
