"""A source that has lost its keys must not empty the target: it was emptied by somebody, started anew without
its file, or its name leads to a replacement that holds nothing."""

from wizard.model.trouble import Trouble
from wizard.stores.redis.both import Both
from wizard.stores.redis.ends import Pair
from wizard.stores.redis.marker import KEY, MAY_LOSE, Marker

LOSS = 2
"""A source with less than one in so many of the keys that there should be has lost them."""


def want_no_loss(both: Both, known: Marker) -> None:
    """Compare what the source has with what the target holds, whose keys expire like the source's.

    A server that has run since the copy has deleted what an app told it to (jobs that are done), so only one
    that has nothing at all is suspected; one that was started anew, or does not tell, at half.

    Raises:
        Trouble: a refresh would remove too much of the target, and the marker does not say that it may.
    """
    left = sum(both.source.keys.values())
    here = sum(both.target.keys.values()) - 1  # the marker
    anew = not both.source.run or known.server != both.source.run
    if not known.may_lose and here > 0 and (left == 0 or (anew and left * LOSS < here)):
        raise _lost(left, here)


def want_no_loss_meanwhile(pair: Pair, database: int, known: int) -> None:
    """Ask the source, right before keys are removed because it does not have them, whether it still has most
    of the `known` ones that this logical database had when the pass began.

    Raises:
        Trouble: it has not.
        OSError, ReplyError: it does not answer.
    """
    pair.source.select(database)
    left = pair.source.ask("DBSIZE")
    if left is not None and left * LOSS < known:
        raise _lost(left, known)


def _lost(left: int, known: int) -> Trouble:
    return Trouble(
        f"The source has lost keys: {left:,} are left of {known:,}.",
        untouched="What the source has no more is still in the target, unless it was missing before.",
        remedy="Bring the source's keys back, then resume. If it is meant to have so few, allow it in the"
        f" target (`HSET {KEY.decode()} {MAY_LOSE} yes`), then resume.",
        code="source-lost-keys",
    )
