"""The beginning of a copy: the schema and the marker, made on an empty target in one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from wizard.database import marker
from wizard.database.archive import Entry
from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.database.control import Control
from wizard.database.ends import Ends
from wizard.database.fingerprint import fingerprint
from wizard.database.fit import state_of
from wizard.database.inspect import SourceFacts, source_facts, target_facts
from wizard.database.late_checks import late_checks
from wizard.database.make_schema import REHEARSED, make_before
from wizard.database.marker import Owner
from wizard.database.named_values import named_values
from wizard.database.not_taken import not_taken
from wizard.database.parts import cut
from wizard.database.pgdump import dump_schema
from wizard.database.refusals import want_movable, what_cannot_move
from wizard.database.schema import Statement, index_owners, populated_views, refreshes, sort_schema
from wizard.database.snapshot import Snapshot
from wizard.database.verdict import Verdict
from wizard.model.trouble import Trouble


@dataclass(frozen=True)
class Ahead:
    """A source's schema as a dump describes it, and what it was read from. It stays in memory: bodies of
    functions and the options of user mappings may hold secrets."""

    entries: list[Entry]
    tables: list[Table]
    owners: dict[int, int]
    schema_state: str
    facts: SourceFacts
    checks: list[Statement]
    not_in_the_dump: tuple[str, ...]
    public: bool


def describe(snapshot: Snapshot, ends: Ends, *, work: Path, control: Control) -> Ahead:
    """Describe the source's schema inside `snapshot`.

    Raises:
        Trouble: pg_dump failed.
        psycopg.Error: the source broke.
    """
    source = snapshot.connection
    tables = snapshot.tables
    facts = source_facts(source, tables)
    # What can be seen not to move is refused before pg_dump stumbles over it.
    want_movable(what_cannot_move(facts, None))
    entries = dump_schema(
        ends.source_url(),
        server_major=source.info.server_version // 10000,
        over_tls=bool(source.pgconn.ssl_in_use),
        snapshot=snapshot.name,
        folder=work,
        control=control,
    )
    late = {entry.oid for entry in entries if entry.kind == "CHECK CONSTRAINT"}
    return Ahead(
        entries=entries,
        tables=tables,
        owners=index_owners(source),
        schema_state=state_of(fingerprint(source)),
        facts=facts,
        checks=list(late_checks(source, late)),
        not_in_the_dump=tuple(not_taken(source)),
        public=_has_public(source),
    )


def still_true(ahead: Ahead, snapshot: Snapshot) -> bool:
    """Whether the source's schema is as it was described: the same objects, under the same numbers."""
    source = snapshot.connection
    return (
        [(table.oid, table.key) for table in ahead.tables]
        == [(table.oid, table.key) for table in snapshot.tables]
        and ahead.owners == index_owners(source)
        and ahead.schema_state == state_of(fingerprint(source))
    )


def prepare(
    snapshot: Snapshot,
    ahead: Ahead,
    *,
    session: str,
    name: str,
    search_path: str,
    part_bytes: int,
    event: Callable[[str], None],
    with_target: Callable[[Callable[[Connection], None]], None],
) -> None:
    """Make the schema that is described in `ahead`, and the marker.

    Args:
        search_path: what a session of the app begins with.
        part_bytes: bytes of a part on the source's disk.

    Raises:
        Trouble: the encodings differ, or the target refuses an object.
        psycopg.Error: the source broke.
    """
    source = snapshot.connection
    major = source.info.server_version // 10000
    tables = snapshot.tables
    matviews = refreshes(ahead.entries, populated_views(source))
    owner = Owner(
        format=marker.FORMAT,
        session=session,
        name=name,
        source=marker.identity(source),
        search_path=search_path,
        left_out=(),  # known once the target was asked
        schema_state=ahead.schema_state,
    )
    more = [*ahead.checks, *named_values(source)]

    def make(target: Connection) -> None:
        facts = target_facts(target, session=session, source=owner.source, there=ahead.facts)
        before = marker.read_owner(target)
        if before is not None and before.half and facts.state.state == "ours":
            marker.empty_target(target)
        elif facts.state.state != "empty":
            # An attempt whose COMMIT arrived though its answer did not.
            return
        _want_encoding(facts.encoding, ahead.facts.encoding)
        verdicts = what_cannot_move(ahead.facts, facts)
        want_movable(verdicts)
        able = facts.abilities
        schema = sort_schema(
            ahead.entries, tables, ahead.owners, able.installable or (), more=more, able=able
        )
        if ahead.public and not _has_public(target):
            # A dump takes it for granted; somebody has dropped it there.
            schema = replace(schema, statements=(_PUBLIC, *schema.statements))
        after = [*schema.after, *matviews]
        parts = [part for table in tables for part in cut(table, part_bytes, major)]
        whose = replace(owner, left_out=schema.left_out + ahead.not_in_the_dump)
        all_of_it = facts.version < ahead.facts.version or len(schema.after) <= REHEARSED
        make_before(
            target,
            schema,
            also=lambda: marker.make(target, whose, tables, parts, after),
            undo=lambda: marker.empty_target(target),
            rehearse=schema.after if all_of_it else (),
            search_path=search_path,
        )
        _tell(event, whose.left_out, verdicts)

    with_target(make)


_PUBLIC = Statement(stage="before", name="schema public", table="", create="CREATE SCHEMA public;\n", drop="")


def _has_public(connection: Connection) -> bool:
    row = connection.execute("SELECT pg_catalog.to_regnamespace('public') IS NOT NULL").fetchone()
    return row == (True,)


def _tell(event: Callable[[str], None], left_out: Iterable[str], verdicts: Iterable[Verdict]) -> None:
    for words in left_out:
        event(f"Left out: {words}.")
    for verdict in verdicts:
        if verdict.kind == "changed" and not verdict.named_again:
            event(verdict.sentence)


def _want_encoding(here: str, there: str) -> None:
    if here != there:
        raise Trouble(
            f"The source's encoding is {there}, the target's {here}.",
            remedy=f"Create the target database with the encoding {there}.",
            code="encoding-differs",
        )
