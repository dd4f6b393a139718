"""Foreign keys: all added at once, unchecked, then checked beside each other.

A foreign key that is added whole locks both of its tables while it reads them, so two that lead to one table
wait for each other. Added NOT VALID it reads nothing, and VALIDATE lets the other tables alone.
"""

import re
from collections.abc import Callable, Sequence

import psycopg

from wizard.database import marker
from wizard.database.builds import settings
from wizard.database.connect import Connection, is_passing, trouble
from wizard.database.crew import Hands, Task
from wizard.database.marker import Build
from wizard.model.noun import Noun

ADDED = 200
"""Keys that are added in one transaction, at most: each locks two tables."""

TOGETHER = 50
TOGETHER_PAGES = 2_000
"""Pages of the tables whose keys are checked in one transaction, at most."""

_NAME = r'(?:"(?:[^"]|"")*"|[^\s".()]+)'
_QUALIFIED = rf"{_NAME}(?:\.{_NAME})?"
_KEY = re.compile(
    rf"ALTER TABLE ONLY (?P<table>{_QUALIFIED})\s+ADD CONSTRAINT (?P<name>{_NAME}) FOREIGN KEY"
    rf" .*? REFERENCES (?P<other>{_QUALIFIED})\s?\(.*;\s*",
    re.DOTALL,
)
"""As pg_dump writes the key of an ordinary table; that of a partitioned one lacks the ONLY."""


_DROP = re.compile(rf"\AALTER TABLE (?:IF EXISTS )?(?:ONLY )?{_QUALIFIED} DROP CONSTRAINT ")


class Key(Noun, frozen=True, kw_only=True):
    """A foreign key that is added in two steps. Names are quoted as SQL has them."""

    build: Build
    table: str
    name: str
    other: str


def in_two_steps(build: Build) -> Key | None:
    """How `build` is taken apart; None where it has to be made in one go."""
    match = _KEY.fullmatch(build.create)
    if match is None or build.create.rstrip().endswith(("NOT VALID;", "NOT ENFORCED;")):
        return None
    return Key(build=build, table=match["table"], name=match["name"], other=match["other"])


def add_unchecked(target: Connection, keys: Sequence[Key]) -> list[Key]:
    """Add those of `keys` that are not there, many in one transaction; returns those that can be checked.
    Among the others are keys that the target refuses, and their neighbours, and every key to a partitioned
    table: its parts would stay unchecked. Raises psycopg.Error when the target broke."""
    partitioned = {
        row[0]
        for row in target.execute(
            "SELECT oid::pg_catalog.regclass::text FROM pg_catalog.pg_class WHERE relkind = 'p'"
        ).fetchall()
    }
    there = set(
        target.execute(
            "SELECT conrelid::pg_catalog.regclass::text, pg_catalog.quote_ident(conname)"
            " FROM pg_catalog.pg_constraint WHERE contype = 'f'"
        ).fetchall()
    )
    fit: list[Key] = []
    chosen = [key for key in keys if key.other not in partitioned]
    for start in range(0, len(chosen), ADDED):
        some = chosen[start : start + ADDED]
        script = "\n".join(
            key.build.create.rstrip().removesuffix(";") + " NOT VALID;"
            for key in some
            if (key.table, key.name) not in there
        )
        try:
            if script:
                target.execute(f"BEGIN;{script}COMMIT".encode("utf-8", "surrogateescape"))
            fit += some
        except psycopg.Error as error:
            if is_passing(error):
                raise
            # One is refused: each for itself later, which names it.
            target.execute("ROLLBACK")
    return fit


def bundles(target: Connection, keys: Sequence[Key]) -> list[list[Key]]:
    """`keys` in bundles that are each checked in one transaction: all of a table's together, large tables for
    themselves, the largest first."""
    pages: dict[str, int] = dict(
        target.execute(
            "SELECT oid::pg_catalog.regclass::text, relpages FROM pg_catalog.pg_class WHERE relkind = 'r'"
        ).fetchall()
    )
    tables: dict[str, list[Key]] = {}
    for key in keys:
        tables.setdefault(key.table, []).append(key)
    found: list[list[Key]] = []
    size = 0
    for table, own in sorted(tables.items(), key=lambda item: -pages.get(item[0], 0) * len(item[1])):
        weight = pages.get(table, 0) * len(own)
        if not found or size + weight > TOGETHER_PAGES or len(found[-1]) + len(own) > TOGETHER:
            found.append([])
            size = 0
        found[-1] += own
        size += weight
    return found


def check_tasks(bundle: Sequence[Key], search_path: str, memory: int, event: Callable[[str], None]) -> Task:
    """The task that checks and records a bundle; where one of it fails, each for itself follows."""
    what = f"The {bundle[0].build.name} cannot be made"

    def do(hands: Hands) -> list[Task]:
        target = hands.target
        target.execute("BEGIN")
        missing = set(marker.take_builds(target, [key.build for key in bundle]))
        checks = "".join(
            f"ALTER TABLE {key.table} VALIDATE CONSTRAINT {key.name};"
            for key in bundle
            if key.build in missing
        )
        record = marker.builds_done(missing).as_bytes(None)
        begin = settings(search_path, memory).as_bytes(None)
        try:
            target.execute(begin + checks.encode("utf-8", "surrogateescape") + record + b";COMMIT")
        except psycopg.Error as error:
            if is_passing(error):
                raise
            if len(bundle) == 1:
                raise trouble(error, what) from error
            target.execute("ROLLBACK")
            return [check_tasks([key], search_path, memory, event) for key in bundle]
        return []

    return Task(what, do)


def removal(key: Build) -> str:
    """The statement that removes a foreign key, which may have been added and not recorded."""
    return _DROP.sub(r"\g<0>IF EXISTS ", key.drop, count=1)
