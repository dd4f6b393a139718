"""Moves one Redis or Valkey: the one door to it. See `wizard.stores.move.StoreMove` for the order."""

import secrets
import time
from collections.abc import Callable
from typing import Literal, TypeVar

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.stores.gauge import Gauge
from wizard.stores.progress import (
    PartProgress,
    StoreChanges,
    StoreFinding,
    StoreInspection,
    StoreProgress,
    StoreProof,
)
from wizard.stores.redis import marker
from wizard.stores.redis.both import Both, both_of
from wizard.stores.redis.carry import Left
from wizard.stores.redis.crew import WORKERS
from wizard.stores.redis.ends import Ends, Pair
from wizard.stores.redis.fit import judge, lacks_databases
from wizard.stores.redis.functions import carry_functions, same_functions
from wizard.stores.redis.loss import want_no_loss
from wizard.stores.redis.passes import Changes, Passes, part_name
from wizard.stores.redis.queues import recognise
from wizard.stores.refusals import found_not_empty, no_copy, not_empty, want_fit

T = TypeVar("T")

MOST_PASSES = 4
"""Passes that are begun anew because a server was started anew during them, before a person is asked."""


class RedisMove:
    """One Redis on its way.

    Args:
        name: of the store, to show; `store` is what stays the same for it over changes of host and password
            (the add-on's name), and is kept in the marker.
        session: whose copy it is; the marker carries it.
        source, target: give the URL, asked anew before each connection; may raise Trouble. With `retry`
            set it is waited and asked again ("the tunnel is being opened").
        report: gets a snapshot at most twice a second, from any thread.
        event: gets a sentence worth keeping, from any thread.
        control: pause, resume, stop, retry.
        target_memory: bytes of the target's container, None where that is not known.
        plain_source: whether a source off this machine may be read without TLS, as its app does.
        lanes: how many connections the way to the target carries at a time.
    """

    def __init__(
        self,
        *,
        name: str,
        store: str,
        session: str,
        source: Callable[[], Secret],
        target: Callable[[], Secret],
        report: Callable[[StoreProgress], None],
        event: Callable[[str], None],
        control: Control,
        target_memory: int | None = None,
        plain_source: bool = False,
        workers: int = WORKERS,
        lanes: Lanes | None = None,
    ) -> None:
        self._name = clean(name)
        self._store = store
        self._session = session
        self._event = event
        self._target_memory = target_memory
        self._gauge = Gauge(self._name, "keys", report)
        self._ends = Ends(source, target, control, self._gauge, plain_source=plain_source, lanes=lanes)
        self._main = self._ends.pair()
        self._passes = Passes(self._ends, control, self._gauge, 1 if self._ends.narrow else workers)

    # The verbs.

    def inspect(self) -> StoreInspection:
        """Look at both sides; writes nothing."""
        with self._ends.at_work():
            self._gauge.phase("look")
            both = self._look()
            state, holds = self._state(both)
            waiting = self._insist(lambda pair: recognise(pair.source, both.source.keys))
            return StoreInspection(
                store=self._name,
                unit="keys",
                source=both.source.words,
                target=both.target.words,
                bytes=both.source.memory or None,
                parts=tuple(
                    PartProgress(name=part_name(number), estimated=count)
                    for number, count in sorted(both.source.keys.items())
                ),
                target_state=state,
                target_holds=holds,
                findings=self._findings(both, state),
                waiting=waiting,
            )

    def copy(self) -> None:
        """Copy every key, or what an earlier call has not copied yet."""
        with self._ends.at_work():
            both = self._look()
            self._take_over(both)
            known = self._insist(lambda pair: marker.read(pair.target))
            if known is None or not known.whole:
                self._copy_all(both, known)
            self._gauge.phase("done")

    def refresh(self) -> StoreChanges:
        """Copy again what differs, remove what the source does not have any more."""
        with self._ends.at_work():
            both = self._want_copy()
            changes = Changes()
            left = self._steady(lambda now: self._refresh(now, changes), both)
            self._keep_left("refresh", left)
            self._insist(lambda pair: marker.forget_loss(pair.target))
            self._insist(lambda pair: carry_functions(pair, both.source_able, both.target_able))
            self._gauge.phase("done")
            return changes.told

    def prove(self) -> StoreProof:
        """Compare every key on both sides; changes nothing."""
        with self._ends.at_work():
            began = time.monotonic()
            left = self._insist(lambda pair: marker.read_left(pair.target))
            found = self._steady(lambda both: self._passes.prove(both, left.kinds), self._look())
            more = self._insist(same_functions)
            self._gauge.phase("done")
            return StoreProof(
                store=self._name,
                unit="keys",
                parts=found.parts,
                differences=(*found.differences, *more),
                left_out=(*found.left_out, *left.words),
                seconds=time.monotonic() - began,
            )

    def tidy(self) -> None:
        """Remove the marker; done already is no error."""
        with self._ends.at_work():
            known = self._insist(lambda pair: marker.read(pair.target))
            if known is not None and known.session != self._session:
                raise not_empty((f"a copy of session {known.session}",), "store")
            self._insist(lambda pair: marker.remove(pair.target))

    # What is there.

    def _insist(self, work: Callable[[Pair], T]) -> T:
        return self._ends.insist(self._main, work)

    def _look(self) -> Both:
        return self._insist(both_of)

    def _state(self, both: Both) -> tuple[Literal["empty", "ours", "foreign"], tuple[str, ...]]:
        if both.target.cluster:
            return "empty", ()  # It is refused for what it is, and need not answer for a key.
        known = self._insist(lambda pair: marker.read(pair.target))
        if known is not None:
            if known.session != self._session:
                return "foreign", (f"a copy of session {known.session}",)
            if known.source != self._store:
                return "foreign", (f"this session's copy of another store, {known.source}",)
            if known.format != marker.FORMAT:
                return "foreign", ("a copy begun by another version of Offramp",)
            return "ours", ()
        if not any(both.target.keys.values()):
            return "empty", ()
        return "foreign", tuple(
            f"{count:,} key{'s' * (count != 1)} in {part_name(number)}"
            for number, count in sorted(both.target.keys.items())
        )

    def _findings(self, both: Both, state: str) -> tuple[StoreFinding, ...]:
        able = (both.source_able, both.target_able)
        found = list(judge(both.source, both.target, memory=self._target_memory, able=able))
        if both.source.keys:
            lacks = self._insist(lambda pair: lacks_databases(pair.target, max(both.source.keys)))
            found += [lacks] if lacks else []
        if both.source.run and both.source.run == both.target.run:
            found.append(
                StoreFinding(
                    words="The source and the target are the same server.",
                    remedy="Choose another target on the map.",
                    stops=True,
                )
            )
        if state == "foreign":
            found.append(found_not_empty("store"))
        return tuple(found)

    def _take_over(self, both: Both) -> None:
        """Sign the target's marker, and write it first where the target is empty."""
        state, holds = self._state(both)
        if state == "foreign":
            raise not_empty(holds, "store")
        want_fit(self._findings(both, state))
        run = self._ends.run or secrets.token_hex(8)
        if state == "empty":
            make = {"session": self._session, "source": self._store, "run": run}
            self._insist(lambda pair: marker.make(pair.target, **make))
        else:
            self._insist(lambda pair: marker.sign(pair.target, run))
        self._ends.run = run
        if both.shift:
            self._event(
                f"The target's clock is {both.shift / 1000:+,.1f} s off the source's: moments of expiry are"
                " moved by as much."
            )

    def _want_copy(self) -> Both:
        both = self._look()
        state, holds = self._state(both)
        if state == "foreign":
            raise not_empty(holds, "store")
        known = self._insist(lambda pair: marker.read(pair.target))
        if known is None or not known.whole:
            raise no_copy()
        self._take_over(both)
        return both

    # Passes.

    def _refresh(self, both: Both, changes: Changes) -> Left:
        known = self._insist(lambda pair: marker.read(pair.target))
        if known is not None:
            want_no_loss(both, known)
        return self._passes.refresh(both, changes, may_lose=known is not None and known.may_lose)

    def _steady(self, work: Callable[[Both], T], both: Both) -> T:
        """Do a pass again when a server was started anew during it: scans of before and after that do not
        fit together, and keys could be overlooked."""
        for _ in range(MOST_PASSES):
            answer = work(both)
            after = self._look()
            if (after.source.run, after.target.run) == (both.source.run, both.target.run):
                return answer
            self._event("A server was started anew during the pass; it is made again.")
            both = after
        raise Trouble(
            "A server was started anew during each pass: no scan came to its end.",
            untouched="What was copied stays.",
            remedy="Look why it does not stay up, then resume.",
            code="store-restarts",
        )

    def _copy_all(self, both: Both, known: marker.Marker | None) -> None:
        if known is None or known.server != both.source.run or not both.source.run:
            # The order of a scan is another one after a start of the source.
            self._insist(lambda pair: marker.begin_pass(pair.target, both.source.run))
            known = None
        left = self._passes.copy(both, known)
        self._insist(lambda pair: carry_functions(pair, both.source_able, both.target_able))
        self._keep_left("copy", left)
        self._insist(lambda pair: marker.keep_whole(pair.target, sum(both.source.keys.values())))

    def _keep_left(self, phase: str, left: Left) -> None:
        for words in left.words():
            self._event(f"Not copied as it is: {words}.")
        self._insist(lambda pair: self._passes.keep_left(pair, phase, left))
