"""The three passes over all keys: copy, make equal, compare."""

from wizard.database.control import Control
from wizard.stores.gauge import Gauge
from wizard.stores.progress import StoreChanges
from wizard.stores.redis import marker
from wizard.stores.redis.both import HONEST_CLOCK, Both
from wizard.stores.redis.carry import Carrier, Left
from wizard.stores.redis.compare import Comparer
from wizard.stores.redis.crew import Batch, Crew
from wizard.stores.redis.ends import Ends, Pair
from wizard.stores.redis.judge import Found
from wizard.stores.redis.loss import want_no_loss_meanwhile
from wizard.stores.redis.names import shown
from wizard.stores.redis.wire import ReplyError


def part_name(database: int) -> str:
    """What a logical database is called."""
    return f"db {database}"


class Passes:
    """Makes passes with `workers` threads. All methods raise Trouble and Stopped."""

    def __init__(self, ends: Ends, control: Control, gauge: Gauge, workers: int) -> None:
        self._ends = ends
        self._gauge = gauge
        self._crew = Crew(ends, control, workers)

    def _begin(self, phase: str, both: Both) -> None:
        self._gauge.phase(phase, {part_name(number): count for number, count in both.source.keys.items()})

    def copy(self, both: Both, known: marker.Marker | None) -> Left:
        """Copy every key of the source, on from where `known` says. Returns what could not be copied as it
        is."""
        self._begin("copy", both)
        carrier = Carrier(both.source_able, both.target_able, shift=both.shift)
        for database in sorted(both.source.keys):
            if known is None:
                self._copy(carrier, database, 0)
            elif database not in known.done:
                self._copy(carrier, database, known.cursors.get(database, 0))
        return carrier.left

    def _copy(self, carrier: Carrier, database: int, cursor: int) -> None:
        commits = self._ends.pair()

        def work(pair: Pair, batch: Batch) -> None:
            pair.source.select(database)
            pair.target.select(database)
            done, size = carrier.carry(pair.source, pair.target, batch.keys)
            self._gauge.add(part_name(database), done, size)

        def write(pair: Pair, cursor: int | None) -> None:
            self._ends.want_signature(pair.target)
            # Before the cursor: what it says is done is not looked at again.
            self.keep_left(pair, "copy", carrier.left)
            marker.keep_cursor(pair.target, database, cursor)

        self._crew.run(
            database,
            work,
            cursor=cursor,
            committed=lambda cursor: self._ends.insist(commits, lambda pair: write(pair, cursor)),
        )
        commits.drop()

    def keep_left(self, pair: Pair, phase: str, left: Left) -> None:
        """Have the marker say what could not be copied as it is in a phase of this run."""
        if left.reasons:
            words = left.words(modules=False)
            marker.keep_left(pair.target, f"{phase}:{self._ends.run}", words, left.kinds)

    def refresh(self, both: Both, changes: "Changes", *, may_lose: bool = False) -> Left:
        """Make the target as the source is now. `may_lose`: even when the source loses its keys meanwhile."""
        self._begin("refresh", both)
        comparer = Comparer(both.source_able, both.target_able, shift=both.shift)
        carrier = Carrier(both.source_able, both.target_able, shift=both.shift)
        commits = self._ends.pair()

        def signed(cursor: int | None) -> None:
            self._ends.insist(commits, lambda pair: self._ends.want_signature(pair.target))

        def work(pair: Pair, batch: Batch) -> None:
            pair.source.select(batch.database)
            pair.target.select(batch.database)
            verdicts = comparer.compare(pair.source, pair.target, batch.keys)
            again = [one.key for one in verdicts if one.outcome != "equal"]
            size = carrier.carry(pair.source, pair.target, again)[1] if again else 0
            unknown = carrier.left.kinds
            done = [one.key for one in verdicts if one.outcome != "equal" and one.kind not in unknown]
            changes.copied(batch.database, done)
            self._gauge.add(part_name(batch.database), len(verdicts), size)

        def remove(pair: Pair, batch: Batch) -> None:
            gone = [key for key, _ in _only_here(pair, batch)]
            if gone:
                if not may_lose:
                    want_no_loss_meanwhile(pair, batch.database, both.source.keys.get(batch.database, 0))
                pair.target.call("DEL", *gone)
                changes.removed(batch.database, gone)

        for database in both.databases:
            if database in both.source.keys:
                self._crew.run(database, work, committed=signed)
            _drop_parts(self._ends, commits, database)
            self._crew.run(database, remove, of_target=True, committed=signed)
        commits.drop()
        return carrier.left

    def prove(self, both: Both, unknown: frozenset[str] = frozenset()) -> Found:
        """Compare every key of both sides. `unknown`: modules' types that the target does not know."""
        self._begin("proof", both)
        comparer = Comparer(both.source_able, both.target_able, shift=both.shift)
        found = Found(unknown=unknown)

        def work(pair: Pair, batch: Batch) -> None:
            pair.source.select(batch.database)
            pair.target.select(batch.database)
            verdicts = comparer.look_twice(pair.source, pair.target, batch.keys)
            found.judge(batch.database, verdicts)
            self._gauge.add(part_name(batch.database), len(verdicts))

        def more(pair: Pair, batch: Batch) -> None:
            pair.target.select(batch.database)
            kinds = pair.target.each([("TYPE",)], batch.keys)[0]
            known = zip(batch.keys, kinds, strict=True)
            found.here(batch.database, [(key, kind.decode()) for key, kind in known if kind != b"none"])
            found.only_here(batch.database, _only_here(pair, batch))

        for database in both.databases:
            if database in both.source.keys:
                self._crew.run(database, work)
            self._crew.run(database, more, of_target=True)
        return found


def _only_here(pair: Pair, batch: Batch) -> list[tuple[bytes, str]]:
    """Of keys of the target, those that the source does not have, with their types; without those that are
    about to expire. Raises OSError, ReplyError."""
    pair.target.select(batch.database)
    try:
        pair.source.select(batch.database)
    except ReplyError as error:
        if not error.no_such_database:
            raise
        there = [0] * len(batch.keys)
    else:
        there = pair.source.each([("EXISTS",)], batch.keys)[0]
    gone = [key for key, known in zip(batch.keys, there, strict=True) if known == 0]
    kinds, lives = pair.target.each([("TYPE",), ("PTTL",)], gone)
    return [
        (key, kind.decode())
        for key, kind, left in zip(gone, kinds, lives, strict=True)
        if kind != b"none" and not 0 <= left < 2 * HONEST_CLOCK
    ]


def _drop_parts(ends: Ends, pair: Pair, database: int) -> None:
    """Remove what an interrupted run left half carried over."""

    def drop(pair: Pair) -> None:
        pair.target.select(database)
        cursor = b"0"
        while True:
            cursor, keys = pair.target.call("SCAN", cursor, "MATCH", marker.PART + b"*", "COUNT", 5000)
            if keys:
                pair.target.call("DEL", *keys)
            if cursor == b"0":
                return

    ends.insist(pair, drop)


class Changes:
    """What a refresh did; may be added to by several threads."""

    def __init__(self) -> None:
        self._again: dict[tuple[int, bytes], None] = {}
        self._removed: dict[tuple[int, bytes], None] = {}
        self._counts = [0, 0]

    def copied(self, database: int, keys: list[bytes]) -> None:
        """These were copied again."""
        self._counts[0] += len(keys)
        _sample(self._again, database, keys)

    def removed(self, database: int, keys: list[bytes]) -> None:
        """These were removed."""
        self._counts[1] += len(keys)
        _sample(self._removed, database, keys)

    @property
    def told(self) -> StoreChanges:
        """All of it, with a few names."""
        names = [*sorted(self._again)[:5], *sorted(self._removed)[:5]]
        return StoreChanges(
            copied_again=self._counts[0],
            removed=self._counts[1],
            names=tuple(f"{part_name(database)}: {shown(key)}" for database, key in names),
        )


def _sample(some: dict[tuple[int, bytes], None], database: int, keys: list[bytes]) -> None:
    if len(some) < 5:
        some.update(dict.fromkeys((database, key) for key in keys[:5]))
