"""What takes longer than a tenth of a second leaves the event loop."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(function: Callable[..., T], *arguments: object) -> T:
    """Call a blocking function in a thread of its own and wait for its result.

    A daemon thread, unlike those of `asyncio.to_thread`: a keyring that hangs must not keep Offramp from
    ending. Whatever the function raises is raised here.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if outcome.done():
            return  # the one who waited has left
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]  # None only when T allows it

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = function(*arguments)
        except Exception as raised:  # noqa: BLE001  handed to the one who waits
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop is closed: the application has ended
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name=getattr(function, "__name__", "work"), daemon=True).start()
    return await outcome
