"""A store whose new one begins empty, because a person chose so. Nothing is copied, and it is said."""

from collections.abc import Callable

from wizard.stores.move import StoreMove
from wizard.stores.progress import StoreChanges, StoreFinding, StoreInspection, StoreProof, Waiting

PLEASE_DRAIN = (
    "Have the workers finish what waits before the cut-over; or copy the store instead of starting empty."
)


class StartEmpty:
    """The verbs of `StoreMove` for a store that is not copied. It reads both sides to tell what is left
    behind, and writes to neither.

    Args:
        move: what would copy it; only its `inspect` is used.
        event: gets a sentence worth keeping.
    """

    def __init__(self, move: StoreMove, event: Callable[[str], None]) -> None:
        self._move = move
        self._event = event

    def inspect(self) -> StoreInspection:
        """What is on the source. Whatever is in the target is no business of ours; nothing stops."""
        found = self._move.inspect()
        jobs = tuple(
            StoreFinding(words=f"{waiting_words(one)} and would be left behind.", remedy=PLEASE_DRAIN)
            for one in found.waiting
            if one.jobs
        )
        return StoreInspection(
            store=found.store,
            unit=found.unit,
            source=found.source,
            target=found.target,
            bytes=found.bytes,
            parts=found.parts,
            target_state=found.target_state,
            target_holds=found.target_holds,
            findings=jobs,
            waiting=found.waiting,
        )

    def copy(self) -> None:
        """Say that nothing is copied."""
        self._event("The store starts empty, as chosen: nothing is copied.")

    def refresh(self) -> StoreChanges:
        """Nothing to make equal."""
        return StoreChanges()

    def prove(self) -> StoreProof:
        """No proof of equality: what was left on the source, in words."""
        found = self._move.inspect()
        count = sum(part.estimated for part in found.parts)
        left = [f"about {count:,} {found.unit} stay on the source: the store starts empty, as chosen"]
        left += [waiting_words(one) for one in found.waiting if one.jobs]
        return StoreProof(store=found.store, unit=found.unit, left_out=tuple(left))

    def tidy(self) -> None:
        """There is no marker."""


def waiting_words(one: Waiting) -> str:
    """ "3 jobs wait in Sidekiq's queue mailers", "2 keys look like sessions"."""
    if not one.jobs:
        return f"{one.count:,} key{'s look' if one.count != 1 else ' looks'} like {one.what}"
    jobs = f"{one.count:,} job{'s wait' if one.count != 1 else ' waits'}"
    return f"{jobs} in {one.what}'s queue {one.queue}" if one.queue else f"{jobs} in {one.what}"
