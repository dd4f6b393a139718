"""Doing again what may be done again, until a store that is far away answers."""

import time
from collections.abc import Callable
from typing import TypeVar

from wizard.database.control import Control, Stopped
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.stores.gauge import Gauge

T = TypeVar("T")
E = TypeVar("E", bound=Exception)

LONGEST_SILENCE = 600.0
"""Seconds for which a side may fail every time before a person is asked."""

LONGEST_WAIT = 5.0
"""Seconds between two attempts, at most."""


def insist(
    work: Callable[[], T],
    *,
    errors: tuple[type[E], ...],
    told: Callable[[E], Trouble],
    control: Control,
    gauge: Gauge,
    broke: Callable[[], None] = lambda: None,
) -> T:
    """Do something that may be done again, as often as it takes while waiting may help.

    Args:
        errors: those of the store, beside Trouble; `told` puts one in words, with `retry` where waiting may
            help.
        broke: called after each failure.

    Raises:
        Trouble: waiting does not help, or has not helped for `LONGEST_SILENCE`.
        Stopped: the person asked for it.
    """
    attempt, began = 0, time.monotonic()
    while True:
        control.check()
        try:
            return work()
        except Trouble as error:
            met: Exception = error
            trouble = error
        except errors as error:
            met, trouble = error, told(error)
        broke()
        if control.stopped:
            raise Stopped from met
        if not trouble.retry or time.monotonic() - began > LONGEST_SILENCE:
            if trouble is met:
                raise trouble
            raise trouble from met
        gauge.wait(f"{reason(met).removesuffix('.')}, trying again")
        control.sleep(min(0.1 * 2 ** min(attempt, 8), LONGEST_WAIT))
        attempt += 1


def reason(error: Exception) -> str:
    """What `error` says in a few words, clean, without an address."""
    if isinstance(error, Trouble):
        return error.cause
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return clean(error.strerror, limit=200)
    return clean(str(error), limit=400) or type(error).__name__
