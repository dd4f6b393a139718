"""Moves one MySQL or MariaDB database by its own programs: the one door to it. See
`wizard.stores.move.StoreMove` for the order.

The first copy brings tables with their rows, one after the other; the refresh what fires or reads them:
triggers, views, routines, events. Each table is of one moment; all are of the same only after the refresh.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.stores.gauge import Gauge
from wizard.stores.mysql import marker
from wizard.stores.mysql.catalogue import MARKER, NOT_MOVED, Catalogue, Table, read_catalogue
from wizard.stores.mysql.compare import compare, digests
from wizard.stores.mysql.digest import Digest
from wizard.stores.mysql.ends import Ends
from wizard.stores.mysql.fit import findings
from wizard.stores.mysql.loss import want_no_lost_rows, want_no_lost_tables
from wizard.stores.mysql.session import Session, quoted
from wizard.stores.progress import (
    PartProgress,
    StoreChanges,
    StoreInspection,
    StoreProgress,
    StoreProof,
)
from wizard.stores.refusals import no_copy, not_empty, want_fit

SAFE = "SET SESSION foreign_key_checks = 0"
"""Tables come and go in any order."""


class MysqlMove:
    """One MySQL database on its way.

    Args:
        name: of the store, to show; `store` is what stays the same for it over changes of host and password
            (the add-on's name), and is kept in the marker.
        session: whose copy it is; the marker carries it.
        source, target: give the URL, asked anew for each program that is started; may raise Trouble. With
            `retry` set it is waited and asked again.
        work: an existing private folder (0700), for the files by which passwords reach the programs.
        report: gets a snapshot at most twice a second, from any thread.
        event: gets a sentence worth keeping, from any thread.
        control: pause, resume, stop, retry.
        plain_source: whether a source off this machine may be read without TLS, as its app does.
        lanes: how many connections the way to the target carries at a time. One is all that it takes.

    Raises:
        Trouble: MySQL's client programs are not on this machine.
    """

    def __init__(
        self,
        *,
        name: str,
        store: str,
        session: str,
        source: Callable[[], Secret],
        target: Callable[[], Secret],
        work: Path,
        report: Callable[[StoreProgress], None],
        event: Callable[[str], None],
        control: Control,
        plain_source: bool = False,
        lanes: Lanes | None = None,
    ) -> None:
        self._name = clean(name)
        self._store = store
        self._session = session
        self._event = event
        self._control = control
        self._gauge = Gauge(self._name, "rows", report)
        self._ends = Ends(source, target, work, control, self._gauge, plain_source=plain_source, lanes=lanes)

    # The verbs.

    def inspect(self) -> StoreInspection:
        """Look at both sides; writes nothing."""
        self._gauge.phase("look")
        source, target = self._read("source"), self._read("target")
        state, holds = self._state(target)
        return StoreInspection(
            store=self._name,
            unit="rows",
            source=source.words,
            target=target.words,
            bytes=sum(table.bytes for table in source.tables.values()),
            parts=tuple(
                PartProgress(name=clean(table.name), estimated=table.rows) for table in source.tables.values()
            ),
            target_state=state,
            target_holds=holds,
            findings=findings(source, target, state),
        )

    def copy(self) -> None:
        """Copy every table, or those that an earlier call has not copied yet."""
        source, target = self._read("source"), self._read("target")
        known = self._own(target)
        want_fit(findings(source, target, "ours"))
        if known is None:
            self._ends.ask("target", lambda one: self._begin(one, source))
        elif known.whole:
            return
        done = known.done if known is not None else {}
        self._gauge.phase("copy", {clean(table.name): table.rows for table in source.tables.values()})
        for table in source.tables.values():
            if table.name not in done:
                self._copy_table(table)
        self._ends.ask("target", lambda one: marker.keep(one, "whole"))
        self._gauge.phase("done")

    def refresh(self) -> StoreChanges:
        """Copy again what differs, drop what the source does not have any more, and make triggers, views,
        routines and events anew. The source must be frozen."""
        source, target = self._read("source"), self._read("target")
        known = self._own(target)
        if known is None or not known.whole:
            raise no_copy()
        want_no_lost_tables(known, source, target)
        self._gauge.phase("refresh", {clean(table.name): table.rows for table in source.tables.values()})
        gone = [name for name in target.tables if name not in source.tables]
        again = self._differing(source, target, known)
        self._ends.ask("target", lambda one: _clear(one, target, gone))
        for name in again:
            self._copy_table(source.tables[name])
        self._finish(source)
        self._ends.ask("target", marker.forget_loss)
        self._gauge.phase("done")
        names = tuple(clean(name) for name in [*again[:5], *gone[:5]])
        return StoreChanges(copied_again=len(again), removed=len(gone), names=names)

    def prove(self) -> StoreProof:
        """Compare every table in one snapshot of each side, and what else there is."""
        began = time.monotonic()
        source, target = self._read("source"), self._read("target")
        self._gauge.phase("proof", {clean(table.name): 2 * table.rows for table in source.tables.values()})
        there = self._digests("source", source)
        here = self._digests("target", target)
        self._gauge.phase("done")
        return compare(self._name, source, target, there, here, seconds=time.monotonic() - began)

    def tidy(self) -> None:
        """Drop the marker; done already is no error."""
        known = self._ends.ask("target", marker.read)
        if known is not None and known.session != self._session:
            raise not_empty((f"a copy of session {known.session}",), "database")
        self._ends.ask("target", marker.remove)

    # Steps.

    def _read(self, side: Literal["source", "target"]) -> Catalogue:
        catalogue = self._ends.ask(side, read_catalogue)
        closed = [clean(table.name) for table in catalogue.tables.values() if not table.columns]
        if closed:
            # MariaDB's dump program says nothing of such a table: it leaves its rows out, and succeeds.
            raise Trouble(
                f"The user of the {side} may not read {', '.join(closed[:5])}.",
                remedy="Use a user that may SELECT from every table.",
                code="store-rights",
            )
        return catalogue

    def _state(self, target: Catalogue) -> tuple[Literal["empty", "ours", "foreign"], tuple[str, ...]]:
        known = self._ends.ask("target", marker.read)
        if known is not None:
            if known.session != self._session:
                return "foreign", (f"a copy of session {known.session}",)
            if known.source != self._store:
                return "foreign", (f"this session's copy of another store, {known.source}",)
            return "ours", ()
        holds = [f"table {clean(name)}" for name in target.tables]
        holds += [f"{kind} {clean(name)}" for kind, names in target.others.items() for name in sorted(names)]
        more = (f"{len(holds) - 5} more",) if len(holds) > 5 else ()
        return ("foreign", (*holds[:5], *more)) if holds else ("empty", ())

    def _own(self, target: Catalogue) -> marker.Marker | None:
        """The marker of our copy, None where the target is empty. Raises Trouble where it is neither."""
        state, holds = self._state(target)
        if state == "foreign":
            raise not_empty(holds, "database")
        return self._ends.ask("target", marker.read) if state == "ours" else None

    def _begin(self, target: Session, source: Catalogue) -> None:
        # Before the marker, after which nobody would do it any more.
        target.query(
            f"ALTER DATABASE CHARACTER SET {_word(source.character_set)} COLLATE {_word(source.collation)}"
        )
        marker.make(target, owner=self._session, source=self._store)

    def _copy_table(self, table: Table) -> None:
        """Drop it, make it, fill it; only then it counts."""
        part = clean(table.name)

        def carry() -> None:
            with self._ends.session("target") as target:
                target.query(f"DELETE FROM {quoted(MARKER)} WHERE name = {marker.of_table(table.name)}")
            self._ends.carry([], [table.name], part)
            with self._ends.session("target") as target:
                marker.keep(target, f"table:{table.name}", table.made)

        self._ends.insist(f"The table {part} cannot be copied", carry)
        self._gauge.add(part, table.rows)

    def _differing(self, source: Catalogue, target: Catalogue, known: marker.Marker) -> list[str]:
        same = [
            name
            for name, table in source.tables.items()
            if name in target.tables
            and target.tables[name].definition == table.definition
            and known.done.get(name) == table.made
        ]
        there = self._digests("source", source, same)
        here = self._digests("target", target, same)
        want_no_lost_rows(known, there, here)
        return [name for name in source.tables if name not in same or there[name] != here[name]]

    def _digests(
        self, side: Literal["source", "target"], catalogue: Catalogue, names: list[str] | None = None
    ) -> dict[str, Digest]:
        wanted = [table for name, table in catalogue.tables.items() if names is None or name in names]
        return self._ends.ask(side, lambda one: digests(one, wanted, self._control, self._gauge))

    def _finish(self, source: Catalogue) -> None:
        """What fires on rows, or reads them: made once the rows stand."""
        counters = {table.name: table.next_number for table in source.tables.values() if table.next_number}

        def count(target: Session) -> None:
            for name, number in counters.items():
                target.query(f"ALTER TABLE {quoted(name)} AUTO_INCREMENT = {number}")

        self._ends.ask("target", count)
        options = ["--no-data", "--no-create-info", "--triggers", "--routines", "--events"]
        what = "Triggers, routines and events cannot be made"
        self._ends.insist(what, lambda: self._ends.carry(options, [], "definitions", definitions=True))
        if views := sorted(source.others["view"]):
            what = "The views cannot be made"
            self._ends.insist(
                what, lambda: self._ends.carry(["--no-data"], views, "definitions", definitions=True)
            )


def _clear(target: Session, known: Catalogue, tables: list[str]) -> None:
    """Take away what fires on rows or reads them, and tables that the source does not have."""
    target.query(SAFE)
    for kind, names in known.others.items():
        for name in names if kind not in NOT_MOVED else ():
            target.query(f"DROP {kind.upper()} IF EXISTS {quoted(name)}")
    for name in tables:
        target.query(f"DROP TABLE IF EXISTS {quoted(name)}")


def _word(name: str) -> str:
    return "".join(sign for sign in name if sign.isalnum() or sign == "_")
