"""A creation whose end is not known is looked after for long, and not sent a second time by itself."""

import pytest
from aiohttp import web

from providers.code_capsules.client import lost
from providers.code_capsules.creation import created
from providers.code_capsules.failures import AnswerLost
from providers.code_capsules.patience import Patience
from tests.providers.test_code_capsules_bad_luck import asked_for_trouble
from wizard.model.trouble import Trouble

SOON = Patience(looks=(0.01, 0.01), late_looks=(0.01, 0.01))


class Vendor:
    """Lists what was made from the look `comes` on."""

    def __init__(self, comes: int, says: Trouble | None = None) -> None:
        self.comes, self.says = comes, says
        self.posts = self.looks = 0

    async def post(self) -> None:
        self.posts += 1
        if self.says is not None:
            raise self.says

    async def look(self) -> str | None:
        self.looks += 1
        return "shop" if self.looks >= self.comes else None


async def test_what_a_gateway_gave_up_on_may_come_late() -> None:
    late = Vendor(5, lost("create the capsule shop", "status 504", late=True))
    assert await created(SOON, late.post, late.look, "create the capsule shop") == "shop"
    assert late.posts == 1
    ended = Vendor(5, lost("create the capsule shop", "status 500"))
    with pytest.raises(AnswerLost):
        await created(SOON, ended.post, ended.look, "create the capsule shop")
    assert (ended.posts, ended.looks) == (1, 3)


@pytest.mark.parametrize(("status", "late"), [(500, False), (502, True), (504, True), (408, True)])
async def test_who_gave_up_tells_whether_it_may_come_late(status: int, late: bool) -> None:
    trouble = await asked_for_trouble(lambda _: web.Response(status=status), "POST")
    assert isinstance(trouble, AnswerLost) and trouble.late is late


async def test_what_is_said_to_be_made_and_is_not_listed_is_for_a_person() -> None:
    never = Vendor(99)
    with pytest.raises(Trouble) as told:
        await created(SOON, never.post, never.look, "create the capsule shop")
    assert told.value.code == "creation-unclear"
    assert not told.value.retry, "a second POST would make a second one"
    with pytest.raises(Trouble) as told:
        await created(SOON, never.post, never.look, "build the capsule shop", again=True)
    assert told.value.retry, "of builds there is one at a time"
