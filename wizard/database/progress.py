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

    `phase`: schema, data, indexes, constraints, sequences, analyze, proof, done. `seconds_left` is
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
    """A tunnel at one moment. `up_seconds` since the last (re)connect, `round_trip_ms` of a `select 1`."""

    state: Literal["down", "connecting", "up", "broken", "closed"]
    up_seconds: float = 0.0
    reconnects: int = 0
    round_trip_ms: float | None = None
    reason: str = ""


class TableProof(Noun, frozen=True, kw_only=True):
    """Count and digest of one table on both sides. Digests are `Digest.text`."""

    name: str
    source_rows: int
    target_rows: int
    source_digest: str
    target_digest: str

    @property
    def equal(self) -> bool:
        """Whether both sides agree in count and digest."""
        return self.source_rows == self.target_rows and self.source_digest == self.target_digest


class Proof(Noun, frozen=True, kw_only=True):
    """The proof of a whole database.

    `differences` names what else is not as on the source; `left_out` what is not there on purpose
    ("extension pg_stat_statements: the target does not have it").
    """

    database: str
    tables: tuple[TableProof, ...]
    sequences_checked: int = 0
    differences: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def equal(self) -> bool:
        """Whether every table agrees and nothing else differs."""
        return not self.differences and all(table.equal for table in self.tables)
