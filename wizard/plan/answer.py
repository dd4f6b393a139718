"""Asking a vendor from a thread: its client lives on the event loop, the work on a database does not."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from wizard.model.trouble import Trouble

T = TypeVar("T")


def answer_of(
    work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop, *, vendor: str, seconds: float
) -> T:
    """Called in a thread: run `work` on `loop` and wait for it, at most for `seconds`.

    Raises:
        Trouble: `vendor` did not answer in time; `work` is cancelled then. And whatever `work` raises.
    """
    future = asyncio.run_coroutine_threadsafe(work, loop)
    try:
        return future.result(seconds)
    except TimeoutError as error:
        future.cancel()
        raise Trouble(
            f"{vendor} did not answer within {seconds:.0f} s.",
            remedy=f"Look at the status page of {vendor} if it stays so.",
            code="vendor-slow",
            retry=True,
        ) from error
