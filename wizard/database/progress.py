"""What a copy tells while it runs: immutable snapshots, nothing estimated shown as measured."""

from typing import Literal

from wizard.model.noun import Noun

TableState = Literal["waiting", "copying", "indexing", "proving", "proven", "copied", "differs", "failed"]


class TableProgress(Noun, frozen=True, kw_only=True):
    """One table. Counts are measured; those named `estimated_` come from the source's statistics.

    `name` is schema-qualified and clean; `bytes` are COPY text; `rate` bytes a second over the last
    seconds; `part` counts finished parts of `parts`.
    """

    name: str
    state: TableState
    rows: int = 0
    estimated_rows: int = 0
    bytes: int = 0
    estimated_bytes: int = 0
    rate: float = 0.0
    part: int = 0
    parts: int = 1
    indexes_done: int = 0
    indexes: int = 0


class CopyProgress(Noun, frozen=True, kw_only=True):
    """The whole database at one moment.

    `phase`: schema, data, indexes, keys, constraints, sequences, analyze, proof, done. `seconds_left` is
    (at least, at most), None while nothing can be said. `waiting_for` says why nothing moves
    ("the tunnel: connection refused, trying again in 4 s"), empty when it moves.
    """

    database: str
    phase: str
    bytes: int = 0
    estimated_bytes: int = 0
    rows: int = 0
    rate: float = 0.0
    seconds_left: tuple[int, int] | None = None
    workers: int = 0
    tables: tuple[TableProgress, ...] = ()
    tables_proven: int = 0
    waiting_for: str = ""
    history: tuple[float, ...] = ()
    """Bytes a second, one figure a second, the last 60 at most."""


class TunnelHealth(Noun, frozen=True, kw_only=True):
    """A tunnel at one moment. `up_seconds` since the last (re)connect, `round_trip_ms` of a `select 1`.

    `older_algorithms` says that the portal let us in only with signatures that ssh does not take unasked.
    `way` is what it goes by ("ssh", "codecaps", "your own tunnel on port 5433"), empty before the first try;
    `most_connections` how many it carries at a time, None without a limit; `warning` what a person has to
    know of it. `waits_for_you`: it waits for a person, and `reason` says for what.
    """

    state: Literal["down", "connecting", "up", "broken", "closed"]
    up_seconds: float = 0.0
    reconnects: int = 0
    round_trip_ms: float | None = None
    reason: str = ""
    older_algorithms: bool = False
    way: str = ""
    most_connections: int | None = None
    warning: str = ""
    waits_for_you: bool = False


class RowDifferences(Noun, frozen=True, kw_only=True):
    """Which rows of a table are not equal on both sides.

    `words` has at most 10 sentences ("id = 3 differs in balance"). `missing` counts rows that only the source
    has, `more` those that are only here: a changed row is one of each. Unless `exact`, there are at least so
    many. No value of a row is told, but for keys that are numbers, moments, booleans, labels of an enum or
    UUIDs. Where the rows could not be compared, `words` says why, and the counts are 0.
    """

    words: tuple[str, ...]
    missing: int
    more: int
    exact: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """How many there are, then `words`."""
        if not self.missing and not self.more:
            return self.words
        least = "" if self.exact else "at least "
        both = " (a changed row is one of each)" if self.missing and self.more else ""
        return (
            f"{least}{self.missing:,} row{'s' * (self.missing != 1)} only on the source,"
            f" {least}{self.more:,} only here{both}",
            *self.words,
        )


class TableProof(Noun, frozen=True, kw_only=True):
    """Count and digest of one table on both sides. Digests are `Digest.text`; `rows` says which rows differ
    where they do, None before they were looked for."""

    name: str
    source_rows: int
    target_rows: int
    source_digest: str
    target_digest: str
    rows: RowDifferences | None = None

    @property
    def equal(self) -> bool:
        """Whether both sides agree in count and digest."""
        return self.source_rows == self.target_rows and self.source_digest == self.target_digest


Judgement = Literal["lost", "on purpose", "harmless"]
"""Of a difference. `lost`: it is not as on the source, and nobody decided so; also what is there in addition.
`on purpose`: it was decided and said so. `harmless`: nothing that an app could miss."""


class Difference(Noun, frozen=True, kw_only=True):
    """One object that is not as on the source. `kind` and `name` say which ("index", "public.by_mail"),
    `words` is the whole sentence, its reason included."""

    kind: str
    name: str
    words: str
    judgement: Judgement


class Proof(Noun, frozen=True, kw_only=True):
    """The proof of a whole database.

    `differences` is all that is not as on the source, tables' rows aside; `left_out` what is not there on
    purpose, as it was said when the copy began ("extension pg_stat_statements: the target does not have it").
    `views_checked` counts materialised views whose rows were compared.
    """

    database: str
    tables: tuple[TableProof, ...]
    sequences_checked: int = 0
    views_checked: int = 0
    differences: tuple[Difference, ...] = ()
    left_out: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def equal(self) -> bool:
        """Whether every table agrees and nothing else is lost."""
        return not self.lost and all(table.equal for table in self.tables)

    @property
    def lost(self) -> tuple[Difference, ...]:
        """The differences that nobody decided."""
        return tuple(one for one in self.differences if one.judgement == "lost")

    @property
    def excused(self) -> tuple[Difference, ...]:
        """The other ones, without those that `left_out` names already."""
        return tuple(
            one
            for one in self.differences
            if one.judgement != "lost"
            and not any(
                words.startswith((f"{one.kind} {one.name}: ", f"{one.kind} {one.name} ("))
                for words in self.left_out
            )
        )
