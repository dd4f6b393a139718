"""A copy of one database by itself: which passes of the engine in which order, and what they come to.

Without a person's word that nobody writes to the source, the copy is the source as it was at one moment, and
proven inside that moment's snapshot. With it, whatever may have changed since is compared and copied again,
and the proof is of both sides as they are.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import psycopg

from wizard.database import marker
from wizard.database.connect import Connection, connect, trouble
from wizard.database.control import Control
from wizard.database.inspect import other_clients
from wizard.database.move import Move
from wizard.database.not_taken import not_taken
from wizard.database.objects import compare_objects
from wizard.database.preparation import Ahead
from wizard.database.progress import CopyProgress, Proof
from wizard.database.reading_ahead import ReadingAhead
from wizard.database.standalone_sequences import compare_moving_sequences
from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

Url = Callable[[], Secret]

TRIES: Final = 3
"""How often tables of different moments are brought to one, while the source goes on being written to."""


class Wishes(Noun, frozen=True, kw_only=True):
    """How a copy shall be made. `workers` None: the engine's choice. `frozen`: nobody writes to the source,
    says the person. `prove` False: no table is compared. `keep_marker`: the target stays marked, so that the
    same command later brings it up to date."""

    workers: int | None = None
    frozen: bool = False
    prove: bool = True
    keep_marker: bool = False


class CopyOutcome(Noun, frozen=True, kw_only=True):
    """What a copy came to. `copied_again` are tables that were brought up to date after the first pass.
    `one_moment` False: they are of different moments, because no snapshot lived long enough."""

    proof: Proof
    copied_again: tuple[str, ...]
    one_moment: bool
    marker_kept: bool


class Standing(Noun, frozen=True, kw_only=True):
    """What is known of a pair before it is copied. `session` names this very pair, `identity` the source;
    `left_behind` says in words what is not taken along, `writers` who is connected to the source and may
    write."""

    session: str
    identity: str
    left_behind: tuple[str, ...]
    writers: tuple[str, ...]


def stand(source: Url, target: Url, kind: str = "db-copy") -> Standing:
    """Look at both sides; nothing is written.

    Args:
        kind: begins the session's name.

    Raises:
        Trouble: one of them cannot be reached, or both are the same database.
    """
    try:
        with connect(source(), "offramp/look", {"default_transaction_read_only": "on"}) as there:
            identity, place = marker.identity(there), _place(there)
            behind, writers = not_taken(there), other_clients(there)
    except psycopg.Error as error:
        raise trouble(error, "The source cannot be read") from error
    try:
        with connect(target(), "offramp/look") as here:
            other, same = marker.identity(here), _place(here) == place
    except psycopg.Error as error:
        raise trouble(error, "The target cannot be read") from error
    if same and other == identity:
        raise Trouble(
            "Source and target are the same database.",
            untouched="Nothing was written.",
            remedy="Name another target.",
            code="same-database",
        )
    pair = hashlib.sha256(f"{identity} {other}".encode()).hexdigest()[:8]
    return Standing(
        session=f"{kind}-{pair}", identity=identity, left_behind=tuple(behind), writers=tuple(writers)
    )


def unfinished(target: Url) -> bool:
    """Whether a copy or a restore of Offramp's on the target is not over, or was kept to be gone on with.

    Raises:
        Trouble: it cannot be reached.
    """
    try:
        with connect(target(), "offramp/look") as here:
            return marker.read_owner(here) is not None
    except psycopg.Error as error:
        raise trouble(error, "The target cannot be read") from error


def _place(connection: Connection) -> tuple[object, ...]:
    """What no two servers share: an ordinary role may not read a cluster's own number everywhere."""
    row = connection.execute(
        "SELECT pg_catalog.pg_postmaster_start_time(), pg_catalog.current_database()"
    ).fetchone()
    return tuple(row or ())


@contextlib.contextmanager
def reading_ahead(source: Url, target: Url, standing: Standing, work: Path) -> Iterator[ReadingAhead]:
    """Have the source's schema described beside the block; what is not ready at its end is given up."""
    control = Control()
    move = Move(
        name="",
        session=standing.session,
        source=source,
        target=target,
        work=work,
        report=lambda progress: None,
        event=lambda text: None,
        control=control,
    )
    try:
        yield ReadingAhead(move.read_ahead)
    finally:
        control.stop()


class StandaloneCopy:
    """One copy, from its first pass to its last. Runs again after whatever broke it; all that is done is
    kept.

    Args:
        standing: what `stand` told of this pair.
        name: of the database, to show.
        work: an existing private folder.
        report, event, control, ahead: see `Move`.
    """

    def __init__(
        self,
        source: Url,
        target: Url,
        standing: Standing,
        wishes: Wishes,
        *,
        name: str,
        work: Path,
        report: Callable[[CopyProgress], None],
        event: Callable[[str], None],
        control: Control,
        ahead: Ahead | None = None,
    ) -> None:
        self._source, self._target = source, target
        self._wishes = wishes
        self._event = event
        self.move = Move(
            name=name,
            session=standing.session,
            source=source,
            target=target,
            work=work,
            report=report,
            event=event,
            control=control,
            workers=wishes.workers,
            prove=wishes.prove,
            ahead=ahead,
        )

    def run(self) -> CopyOutcome:
        """Make the copy and prove it.

        Raises:
            Trouble: the target holds something else, its copy no longer fits (`copy-misfit`), or something
                broke for good.
            Stopped: the person asked for it.
        """
        move = self.move
        went_on = move.state().state == "ours"
        if went_on:
            _want_fit(move.misfits())
        changes = move.source_changes()
        move.first_copy()
        again, one_moment = self._to_one_moment(went_on, changes)
        move.finish()
        proof = move.prove() if self._wishes.frozen else self._first_proof()
        # What differs is copied again by the same command, which must know the target for its own.
        keep = self._wishes.keep_marker or not proof.equal
        if not keep:
            move.remove_marker()
        return CopyOutcome(proof=proof, copied_again=again, one_moment=one_moment, marker_kept=keep)

    def _to_one_moment(self, went_on: bool, changes: int) -> tuple[tuple[str, ...], bool]:
        """Bring all tables to one moment where they are of several; the tables that were copied for that, and
        whether it came to pass."""
        wishes, move = self._wishes, self.move
        if not (went_on or move.moments > 1 or (wishes.frozen and move.source_changes() != changes)):
            return (), True
        again: list[str] = []
        for _ in range(TRIES):
            before = move.moments
            self._event("Every table is compared with the source, and copied again where it differs.")
            again += [name for name in move.refresh() if name not in again]
            if wishes.frozen or move.moments == before + 1:
                return tuple(again), True
        return tuple(again), False

    def _first_proof(self) -> Proof:
        """What was proven table by table inside the snapshot, and the schemas of both sides as they are."""
        first = self.move.first_proof()
        if not self._wishes.prove:
            first = Proof(database="", tables=())
        if first is None:
            raise Trouble(
                "The source's schema was changed while it was copied.",
                untouched="The copy is on the target, marked as Offramp's own; the source was only read.",
                remedy="Run the command again with --start-over, and change no schema until it has ended.",
                code="copy-misfit",
            )
        try:
            with (
                connect(self._source(), "offramp/look", {"default_transaction_read_only": "on"}) as there,
                connect(self._target(), "offramp/look") as here,
            ):
                owner = marker.read_owner(here)
                left_out = owner.left_out if owner else ()
                differences, left_out = compare_objects(there, here, left_out)
                sequences, moved = compare_moving_sequences(there, here)
        except psycopg.Error as error:
            raise trouble(error, "The schemas cannot be compared") from error
        return Proof(
            database=first.database,
            tables=first.tables,
            sequences_checked=sequences,
            differences=(*differences, *moved),
            left_out=left_out,
        )


def _want_fit(words: list[str]) -> None:
    if not words:
        return
    some = ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
    raise Trouble(
        f"The copy on the target no longer fits. Changed since it was begun: {some}.",
        untouched="Nothing was written to it.",
        remedy="Run the command again with --start-over: it empties the target of that copy and begins anew.",
        code="copy-misfit",
    )
