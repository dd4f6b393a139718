"""One route that stays broken is a gap; a Heroku that is down ends the reading."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from providers.heroku.client import QUIET, Client
from providers.heroku.stores import SERVICES, StoreReader
from providers.heroku.survey import IN_A_ROW, Survey
from tests.providers.heroku_servers import TOKEN, client_of, served
from wizard.model.secret import Secret
from wizard.model.trouble import Unreachable


async def fails() -> None:
    raise Unreachable("It fails.", remedy="Wait.")


async def bears_failures(survey: Survey, count: int) -> None:
    """Ask so many questions of different kinds, as many apps do side by side; all of them fail."""
    for one in range(count):
        with pytest.raises(Unreachable) as caught:
            await survey.ask(f"part {one}", fails)
        survey.bear(caught.value)


async def test_failures_in_a_row_are_no_end_while_heroku_answers() -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"remaining": 4_000})

    async with served(answer) as url, client_of(url) as client:
        survey = Survey(client, lambda progress: None)
        await bears_failures(survey, 2 * IN_A_ROW + 1)
        assert asked == ["/account/rate-limits"] * 2


async def test_failures_in_a_row_end_the_reading_when_heroku_is_down() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=503)

    async with served(answer) as url, client_of(url) as client:
        survey = Survey(client, lambda progress: None)
        await bears_failures(survey, IN_A_ROW - 1)
        with pytest.raises(Unreachable, match="It fails"):
            await bears_failures(survey, 1)


async def test_a_route_that_is_never_answered_does_not_close_its_host() -> None:
    fine = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/fine":
            fine.set()
            return web.json_response({})
        await fine.wait()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with served(answer) as url, client_of(url) as client:
        await client.get("/fine")
        for _ in range(2 * QUIET):
            fine.clear()
            broken = asyncio.create_task(client.get("/broken"))
            await asyncio.sleep(0)
            await client.get("/fine")
            with pytest.raises(Unreachable):
                await broken
        assert await client.get("/fine") == {}


class Spent(Client):
    """Its rate limit is used up at the first question about a data service; no other one is answered."""

    def __init__(self) -> None:
        super().__init__({"api": "http://127.0.0.1:1"}, Secret(TOKEN))
        self.asked = 0

    async def get(self, path: str, **more: Any) -> Any:
        self.asked += 1
        if self.asked == 1:
            await asyncio.sleep(0.01)
            raise Unreachable("It is used up.", remedy="Wait.", code="rate-limit")
        await asyncio.Event().wait()


@pytest.mark.parametrize("service", SERVICES)
async def test_no_question_about_a_store_outlives_the_reading(service: str) -> None:
    client = Spent()
    row = {"id": "1", "name": "store", "plan": {"name": f"{service}:standard-0"}}
    with pytest.raises(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            StoreReader(Survey(client, lambda progress: None), group).begin(row)
    assert client.asked > 1
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await client.close()
