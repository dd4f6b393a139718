"""Another look at the server behind a tunnel that carries one connection, which the work has: by a second
start of the vendor's own program, on a port of its own, for as long as the look takes."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from wizard.database.breadth import in_time
from wizard.database.far_end import FarEnd, NoAnswer, at_work
from wizard.database.proxy_way import ProxyWay
from wizard.model.secret import Secret
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble

LIMIT = 60.0
"""Seconds for the whole look: the program may fail at its first starts."""

STARTS = 3

BETWEEN = 0.5
"""Seconds between two questions while it is being started, and between two starts."""


def second_look(
    ticket: ProxyTicket,
    folder: Path,
    port: Callable[[], int],
    end: FarEnd,
    backends: Sequence[int],
    *,
    over: Callable[[], bool],
) -> bool | None:
    """Whether the server is at work for `backends`; None where it cannot be asked this way either.

    Args:
        port: gives a free one.
        over: whether nobody waits for the answer any more.
    """
    until = time.monotonic() + LIMIT
    for _ in range(STARTS):
        number = port()
        try:
            way = ProxyWay(ticket, folder, number)
        except (OSError, Trouble):
            return None
        try:
            url = end.local_url(ticket.database_url, number)
            while not way.ended(BETWEEN):
                if over() or time.monotonic() > until:
                    return None
                try:
                    return _asked(end, url, backends)
                except NoAnswer:
                    continue
        finally:
            way.end()
        if over() or time.monotonic() > until:
            return None
    return None


def _asked(end: FarEnd, url: Secret, backends: Sequence[int]) -> bool | None:
    found: list[bool | None] = []

    def ask() -> None:
        ping = end.open(url)
        try:
            found.append(at_work(ping, backends))
        finally:
            ping.close()

    in_time(ask, 20.0)
    return found[0] if found else None
