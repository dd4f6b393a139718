"""The rate limit in simulated time: a bucket as Heroku has it, with answers that overtake each other."""

import asyncio
import heapq
import itertools
import random
from collections.abc import Awaitable

import pytest

from providers.heroku.pacing import REFILL_SECONDS, RESERVE, Pace
from wizard.model.trouble import Unreachable


class Time:
    """A clock that goes as soon as nobody has anything to do."""

    def __init__(self) -> None:
        self.now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._count), woken))
        await woken

    async def until_done(self, *work: Awaitable[object]) -> list[object]:
        together = asyncio.gather(*work, return_exceptions=True)
        while not together.done():
            for _ in range(4):
                await asyncio.sleep(0)
            if self._waiting and not together.done():
                self.now, _, woken = heapq.heappop(self._waiting)
                if not woken.cancelled():
                    woken.set_result(None)
        return list(together.result())


class Heroku:
    """The account's bucket, and how often it refused."""

    def __init__(self, time: Time, left: float) -> None:
        self._time, self._left, self._since = time, left, 0.0
        self.refusals = 0

    def take(self) -> int | None:
        """What is left after one request more; None when it is refused."""
        self._left = min(4_500.0, self._left + (self._time.now - self._since) / REFILL_SECONDS)
        self._since = self._time.now
        if self._left < 1:
            self.refusals += 1
            return None
        self._left -= 1
        return int(self._left)


async def ask(
    time: Time, pace: Pace, heroku: Heroku, slots: asyncio.Semaphore, dice: random.Random, host: str = "api"
) -> None:
    async with slots:
        turn = await pace.turn(host)
        await time.sleep(dice.uniform(0.01, 0.3))
        left = heroku.take()
        await time.sleep(dice.uniform(0.01, 0.3))
        pace.ended(turn, left)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("left", "requests"), [(4_500, 600), (300, 500), (61, 300), (33, 60), (1, 20)])
async def test_a_client_alone_is_never_refused_and_loses_no_time(seed: int, left: int, requests: int) -> None:
    time = Time()
    pace, heroku = Pace(time.sleep, lambda: time.now), Heroku(time, left)
    slots, dice = asyncio.Semaphore(32), random.Random(seed)
    done = await time.until_done(*(ask(time, pace, heroku, slots, dice) for _ in range(requests)))
    assert done == [None] * requests
    assert heroku.refusals == 0
    # What the bucket has beyond the reserve goes at once, the rest at the pace of the refill.
    beyond = max(0, requests - max(0, left - RESERVE))
    at_least = beyond * REFILL_SECONDS
    fill_up = 4.0 * RESERVE if left < RESERVE else 64 * REFILL_SECONDS
    assert time.now <= at_least + requests / 32 * 0.6 + fill_up


@pytest.mark.parametrize("seed", range(5))
async def test_what_is_under_way_counts_as_used(seed: int) -> None:
    """More requests at a time than the reserve: only counting those under way keeps from overdrawing."""
    time = Time()
    pace, heroku = Pace(time.sleep, lambda: time.now), Heroku(time, 80)
    slots, dice = asyncio.Semaphore(200), random.Random(seed)
    await time.until_done(*(ask(time, pace, heroku, slots, dice) for _ in range(250)))
    assert heroku.refusals == 0


async def test_another_program_is_given_way_and_not_refused_either() -> None:
    time = Time()
    pace, heroku = Pace(time.sleep, lambda: time.now), Heroku(time, 400)
    slots, dice = asyncio.Semaphore(32), random.Random(7)
    refused = 0

    async def other() -> None:
        nonlocal refused
        for _ in range(400):
            await time.sleep(1.0)
            refused += heroku.take() is None

    await time.until_done(other(), *(ask(time, pace, heroku, slots, dice) for _ in range(500)))
    assert (heroku.refusals, refused) == (0, 0)


async def test_hosts_that_do_not_tell_share_what_the_api_tells() -> None:
    time = Time()
    pace, heroku = Pace(time.sleep, lambda: time.now), Heroku(time, 120)
    slots, dice = asyncio.Semaphore(32), random.Random(3)

    async def side() -> None:
        async with slots:
            turn = await pace.turn("metrics")
            await time.sleep(0.1)
            heroku.take()
            pace.ended(turn, None)

    await time.until_done(
        *(ask(time, pace, heroku, slots, dice) if number % 2 else side() for number in range(300))
    )
    assert heroku.refusals == 0


async def test_what_is_urgent_may_use_the_reserve_and_no_more() -> None:
    time = Time()
    pace, heroku = Pace(time.sleep, lambda: time.now), Heroku(time, 6)

    async def one() -> float:
        turn = await pace.turn("api", urgent=True)
        pace.ended(turn, heroku.take())
        return time.now

    async def five() -> None:
        assert not pace.slow
        assert [await one() for _ in range(6)] == [0.0] * 6
        assert pace.slow
        assert await one() > 0.0

    assert await time.until_done(five()) == [None]
    assert heroku.refusals == 0


async def test_the_first_is_listened_to_before_others_follow() -> None:
    time = Time()
    pace = Pace(time.sleep, lambda: time.now)
    begun: list[float] = []

    async def one() -> None:
        turn = await pace.turn("api")
        begun.append(time.now)
        await time.sleep(1.0)
        pace.ended(turn, None)

    await time.until_done(*(one() for _ in range(5)))
    assert begun == [0.0, 1.0, 1.0, 1.0, 1.0]


async def test_all_wait_while_one_obeys_a_refusal_and_then_one_goes_alone() -> None:
    time = Time()
    pace = Pace(time.sleep, lambda: time.now)
    begun: list[float] = []

    async def refused_first() -> None:
        turn = await pace.turn("api")
        await time.sleep(1.0)
        pace.ended(turn, None)
        await pace.refused(turn, 30.0)

    async def other() -> None:
        await time.sleep(2.0)
        turn = await pace.turn("api")
        begun.append(time.now)
        await time.sleep(1.0)
        pace.ended(turn, None)

    await time.until_done(refused_first(), *(other() for _ in range(3)))
    assert begun == [31.0, 32.0, 32.0]


async def test_whoever_waits_beside_one_that_gives_up_gives_up_too() -> None:
    time = Time()
    pace = Pace(time.sleep, lambda: time.now)

    async def first() -> None:
        turn = await pace.turn("api")
        await time.sleep(1.0)
        pace.ended(turn, None)
        await pace.refused(turn, 100.0)
        raise pace.give_up()

    async def other() -> None:
        await time.sleep(2.0)
        await pace.turn("api")

    done = await time.until_done(first(), other(), other())
    assert isinstance(done[0], Unreachable)
    assert [getattr(one, "code", None) for one in done[1:]] == ["rate-limit"] * 2
