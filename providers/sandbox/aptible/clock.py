"""The sandbox's time: the machine's, and a step ahead where a test does not want to wait a day."""

import datetime
import time


class Clock:
    """Attributes:
    ahead: seconds that this clock is ahead of the machine's.
    """

    def __init__(self) -> None:
        self.ahead = 0.0

    def seconds(self) -> float:
        """Seconds since the epoch, as this world counts them."""
        return time.time() + self.ahead


def now() -> str:
    """UTC, as the API writes it."""
    return written(datetime.datetime.now(datetime.UTC))


def written(moment: datetime.datetime) -> str:
    """A moment in UTC, as the API writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
