"""The table `_offramp_move` in the target database: whose copy this is, and which tables are whole."""

from dataclasses import dataclass

from wizard.model.text import clean
from wizard.stores.mysql.catalogue import MARKER
from wizard.stores.mysql.session import Session, literal, quoted

_TABLE = quoted(MARKER)

MAY_LOSE = "may-lose"
"""The name under which a person allows that a refresh removes what a source has lost."""


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A marker: the session, the source's name, tables that are whole with what made them on the source
    (`Table.made`), whether all were once;
    `may_lose`: a person allows that a large loss of the source is taken over."""

    session: str
    source: str
    done: dict[str, str]
    whole: bool
    may_lose: bool


def read(session: Session) -> Marker | None:
    """The target's marker, None where there is none. Raises MysqlError."""
    there = session.query(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = database()"
        f" AND table_name = {literal(MARKER)}"
    )
    if not there:
        return None
    # Without a session it was being made when something broke.
    rows = {row[0] or "": row[1] for row in session.query(f"SELECT name, value FROM {_TABLE}")}
    if not rows.get("session"):
        return None
    return Marker(
        session=clean(rows.get("session") or ""),
        source=clean(rows.get("source") or ""),
        done={name[6:]: value or "" for name, value in rows.items() if name.startswith("table:")},
        whole="whole" in rows,
        may_lose=rows.get(MAY_LOSE) == "yes",
    )


def make(session: Session, *, owner: str, source: str) -> None:
    """Make the marker of a copy that begins."""
    session.query(
        f"CREATE TABLE IF NOT EXISTS {_TABLE} (name varchar(190) COLLATE utf8mb4_bin PRIMARY KEY, value text)"
        " DEFAULT CHARACTER SET utf8mb4"
    )
    keep(session, "source", source)
    keep(session, "session", owner)


def keep(session: Session, name: str, value: str = "") -> None:
    """Write one thing into it, over what it was."""
    session.query(f"REPLACE INTO {_TABLE} VALUES ({literal(name)}, {literal(value)})")


def forget_loss(session: Session) -> None:
    """Take back what `MAY_LOSE` allowed: it was for one refresh."""
    session.query(f"DELETE FROM {_TABLE} WHERE name = {literal(MAY_LOSE)}")


def remove(session: Session) -> None:
    """Remove it; done already is no error."""
    session.query(f"DROP TABLE IF EXISTS {_TABLE}")


def of_table(name: str) -> str:
    """What says that a table is whole is called, for SQL."""
    return literal(f"table:{name}")
