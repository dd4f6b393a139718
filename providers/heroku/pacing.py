"""Keeping below an account's rate limit, without ever having to be refused first.

Heroku gives each account a bucket of 4,500 requests that refills by about 75 a minute, and says in
`RateLimit-Remaining` how many are left (known from third parties who cite the reference; not tried against
Heroku). Other programs drink from the same bucket.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from wizard.model.trouble import Unreachable

REFILL_SECONDS: Final = 60 / 75
"""How long the bucket takes to refill by one request."""

RESERVE: Final = 60
"""Requests left to other programs, and to the few writes of a cut-over. With fewer in the bucket each read
waits, the longer the fewer there are: alone, Offramp settles at the pace of the refill; beside others, it
gives way."""

LONGEST_PAUSE: Final = 60.0
PATIENCE_SECONDS: Final = 300.0
"""How long a request may wait because it was refused, in all, before a person is told."""

REFUSALS: Final = 40
"""How often in a row the rate limit may refuse one request, whatever it says about waiting."""


class Turn(NamedTuple):
    """A request that may be sent now. `answered` is how many answers had come by then."""

    host: str
    answered: int


class Pace:
    """What is known of the bucket, and who may send when. Use from one event loop.

    `remaining` is what Heroku said last, `waited` how many seconds requests have waited for the limit.
    """

    def __init__(
        self, sleep: Callable[[float], Awaitable[None]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.remaining: int | None = None
        self.waited = 0.0
        self._sleep = sleep
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}
        """By host: how many requests are surely left, and when that was so."""
        self._sounded: dict[str, asyncio.Event] = {}
        """By host: whether an answer has shown how things are. Until then one request goes alone."""
        self._flying: Counter[str] = Counter()
        self._answered = 0
        self._one_by_one = asyncio.Lock()
        self._open = asyncio.Event()
        self._open.set()
        self._holding = 0
        self._given_up = 0

    async def turn(self, host: str, *, urgent: bool = False) -> Turn:
        """Wait until one more request surely does not overdraw the bucket, whatever is under way.

        Args:
            urgent: it may use the reserve up, too.

        Raises:
            Unreachable: code `rate-limit`, another request has waited longer than can be asked of anybody.
        """
        given_up = self._given_up
        while True:
            if not self._open.is_set():
                await self._open.wait()
            elif (left := self._surely_left(host)) is None:
                sounded = self._sounded.setdefault(host, asyncio.Event())
                if sounded.is_set() or not self._flying[host]:
                    return self._begin(host)
                # Whoever asks first is listened to before others follow.
                await sounded.wait()
            elif left >= (1 if urgent else RESERVE):
                return self._begin(host)
            else:
                async with self._one_by_one:
                    await self._spare(host)
                    if self._open.is_set() and self._given_up == given_up:
                        return self._begin(host)
            if self._given_up != given_up:
                raise used_up()

    def ended(self, turn: Turn, remaining: int | None) -> None:
        """Note that a request has ended; `remaining` is what its answer says, None without one."""
        during = self._answered - turn.answered
        self._flying[turn.host] -= 1
        self._answered += 1
        if remaining is not None:
            self.remaining = remaining
            # Which of the requests that ran beside this one are counted already is unknown: take all off.
            self._left[turn.host] = (remaining - during - self._flying.total(), self._clock())
        self._sounded.setdefault(turn.host, asyncio.Event()).set()

    async def refused(self, turn: Turn, pause: float) -> None:
        """Wait after a 429, and let nobody else ask meanwhile; then one asks alone."""
        self._open.clear()
        self._holding += 1
        if turn.host not in self._left:
            self._sounded[turn.host].clear()
        try:
            await self._wait(pause)
        finally:
            self._holding -= 1
            if not self._holding:
                self._open.set()

    def give_up(self) -> Unreachable:
        """The Trouble of a request that has waited long enough; all that wait beside it end with it."""
        self._given_up += 1
        for event in self._sounded.values():
            event.set()
        return used_up()

    @property
    def slow(self) -> bool:
        """Whether requests go at the pace of the limit now."""
        left = self._surely_left("api")
        return not self._open.is_set() or (left is not None and left < RESERVE)

    def _surely_left(self, host: str) -> float | None:
        known = self._left.get(host) or self._left.get("api")
        if known is None:
            return None
        left, moment = known
        return left + (self._clock() - moment) / REFILL_SECONDS

    async def _spare(self, host: str) -> None:
        left = self._surely_left(host)
        if left is None or left >= RESERVE:
            return
        slow = REFILL_SECONDS * RESERVE / max(1.0, left)
        await self._wait(min(LONGEST_PAUSE, max(slow, REFILL_SECONDS * (1.0 - left))))

    async def _wait(self, seconds: float) -> None:
        self.waited += seconds
        await self._sleep(seconds)

    def _begin(self, host: str) -> Turn:
        self._flying[host] += 1
        for name, (left, moment) in self._left.items():
            self._left[name] = (left - 1, moment)
        return Turn(host, self._answered)


def used_up() -> Unreachable:
    """A person has to be told: waiting is not enough."""
    return Unreachable(
        "Heroku's rate limit for this account is used up, and "
        f"{PATIENCE_SECONDS / 60:.0f} minutes of waiting are not enough.",
        remedy="Wait until other programs of this account are done, then try again.",
        code="rate-limit",
    )
