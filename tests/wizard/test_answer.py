"""A vendor that is slow is told as that, and what was asked of it is given up."""

import asyncio

import pytest

from wizard.model.trouble import Trouble
from wizard.plan.answer import answer_of


async def test_an_answer_comes_through() -> None:
    async def quick() -> int:
        return 7

    loop = asyncio.get_running_loop()
    assert await asyncio.to_thread(lambda: answer_of(quick(), loop, vendor="Heroku", seconds=30)) == 7


async def test_a_vendor_that_does_not_answer_is_a_trouble_that_may_pass() -> None:
    given_up = asyncio.Event()

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    loop = asyncio.get_running_loop()
    with pytest.raises(Trouble) as caught:
        await asyncio.to_thread(lambda: answer_of(never(), loop, vendor="Heroku", seconds=0.05))
    assert caught.value.retry and caught.value.cause.startswith("Heroku did not answer within")
    await asyncio.wait_for(given_up.wait(), 10)


async def test_troubles_of_the_vendor_are_its_own() -> None:
    async def refused() -> None:
        raise Trouble("No.", remedy="Ask.", code="refused")

    loop = asyncio.get_running_loop()
    with pytest.raises(Trouble) as caught:
        await asyncio.to_thread(lambda: answer_of(refused(), loop, vendor="Heroku", seconds=30))
    assert caught.value.code == "refused"
