"""What a MySQL database holds: tables with columns and indexes, views, triggers, routines, events."""

import hashlib
import re
from dataclasses import dataclass

from wizard.stores.mysql.session import Session, quoted

MARKER = "_offramp_move"
"""The table that marks a target as ours."""

_WIDTH = re.compile(r"\b((?:tiny|small|medium|big)?int|year)\(\d+\)")
"""How wide a number is shown: MySQL 8 does not say it any more."""

_FOREIGN = re.compile(r"^ *(CONSTRAINT `(?:[^`]|``)+` FOREIGN KEY .*?),?$", re.MULTILINE)
_CHECK = re.compile(r"^ *(CONSTRAINT `(?:[^`]|``)+` CHECK) ", re.MULTILINE)
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")
_AS_IF_UNSAID = re.compile(r" ON (?:DELETE|UPDATE) (?:RESTRICT|NO ACTION)")

AT_ONCE = 50
"""Tables whose definition is asked for in one go: the question must fit into a pipe while answers wait."""

NOT_MOVED = {"sequence": "SEQUENCE", "system versioned table": "SYSTEM VERSIONED"}
"""MariaDB's kinds of tables that are no plain ones, by what they are called here."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column. `kind` is its type's first word ("varchar"), `definition` what must be the same on both
    sides; `collation` is empty where it holds no text."""

    name: str
    kind: str
    collation: str
    definition: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. Rows and bytes are the server's own estimates; `next_number` of its AUTO_INCREMENT, None
    without; `constraints` are its foreign keys, and the names of its checks; `made` is a digest of all that
    makes it, in this server's words."""

    name: str
    engine: str
    rows: int
    bytes: int
    next_number: int | None
    columns: tuple[Column, ...]
    indexes: tuple[str, ...]
    constraints: tuple[str, ...]
    made: str

    @property
    def definition(self) -> tuple[tuple[str, ...], ...]:
        """What must be the same on both sides."""
        return tuple(column.definition for column in self.columns), self.indexes, self.constraints


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A database. `others` are names by kind: view, trigger, procedure, function, event, and those of
    `NOT_MOVED`. `largest` is how many bytes the server takes at once; `folds`: it makes names of tables
    small."""

    version: str
    character_set: str
    collation: str
    tls: bool
    largest: int
    folds: bool
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
    [(version, character_set, collation, largest, folds)] = session.query(
        "SELECT version(), @@character_set_database, @@collation_database, @@max_allowed_packet,"
        " @@lower_case_table_names"
    )
    cipher = session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    return Catalogue(
        version=version or "",
        character_set=character_set or "",
        collation=collation or "",
        tls=bool(cipher and cipher[0][1]),
        largest=int(largest or 0),
        folds=folds == "1",
        tables=_tables(session),
        others=_others(session),
    )


def _tables(session: Session) -> dict[str, Table]:
    columns: dict[str, list[Column]] = {}
    for table, name, kind, whole, nullable, default, extra, collation in session.query(
        "SELECT table_name, column_name, data_type, column_type, is_nullable, column_default, extra,"
        " collation_name"
        " FROM information_schema.columns WHERE table_schema = database()"
        " ORDER BY table_name, ordinal_position"
    ):
        words = [name or "", _WIDTH.sub(r"\1", (whole or "").lower()), nullable or "", _default(default)]
        words += (extra or "").lower().replace("default_generated", "").split()
        columns.setdefault(table or "", []).append(
            Column(
                name=name or "",
                kind=(kind or "").lower(),
                # Newer servers call it by its full name.
                collation=(collation or "").replace("utf8mb3_", "utf8_"),
                definition=" ".join(words),
            )
        )
    indexes: dict[str, list[str]] = {}
    for table, name, unique, parts in session.query(
        "SELECT table_name, index_name, min(non_unique), group_concat(coalesce(column_name, '?'), ':',"
        " coalesce(sub_part, '') ORDER BY seq_in_index) FROM information_schema.statistics"
        " WHERE table_schema = database() GROUP BY table_name, index_name ORDER BY table_name, index_name"
    ):
        indexes.setdefault(table or "", []).append(f"{name} {unique} {parts}")
    plain = session.query(
        "SELECT table_name, engine, table_rows, data_length, auto_increment"
        " FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE'"
        " ORDER BY table_name"
    )
    # Not of those whose columns are not shown: the user may not read them.
    makers = _makers(
        session, [name for name, *_ in plain if name is not None and name in columns and name != MARKER]
    )
    return {
        name: Table(
            name=name,
            engine=engine or "",
            rows=int(rows or 0),
            bytes=int(size or 0),
            next_number=int(number) if number else None,
            columns=tuple(columns.get(name, ())),
            indexes=tuple(indexes.get(name, ())),
            constraints=_constraints(makers.get(name, "")),
            made=hashlib.blake2b(makers.get(name, "").encode(), digest_size=16).hexdigest(),
        )
        for name, engine, rows, size, number in plain
        if name is not None and name != MARKER
    }


def _default(text: str | None) -> str:
    """A column's default. MariaDB quotes it, says NULL for none, and adds brackets to CURRENT_TIMESTAMP."""
    if text is None or text == "NULL":
        return ""
    if text.lower().startswith("current_timestamp"):
        return text.lower().replace("()", "")
    return text[1:-1].replace("''", "'") if text[:1] == text[-1:] == "'" and len(text) > 1 else text


def _makers(session: Session, tables: list[str]) -> dict[str, str]:
    """The statements that make tables, as the dump program writes them, too: a user who may only
    read sees them."""
    found = {}
    for start in range(0, len(tables), AT_ONCE):
        asked = "; ".join(f"SHOW CREATE TABLE {quoted(name)}" for name in tables[start : start + AT_ONCE])
        for name, statement, *_ in session.query(asked):
            found[name or ""] = _COUNTER.sub("", statement or "")
    return found


def _constraints(maker: str) -> tuple[str, ...]:
    foreign = [_AS_IF_UNSAID.sub("", one) for one in _FOREIGN.findall(maker)]
    return tuple(sorted([*foreign, *_CHECK.findall(maker)]))


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
    for kind, type_ in NOT_MOVED.items():
        asked[kind] = (
            "SELECT table_name FROM information_schema.tables WHERE table_schema = database()"
            f" AND table_type = '{type_}'"
        )
    return {kind: frozenset(name for (name,) in session.query(sql) if name) for kind, sql in asked.items()}
