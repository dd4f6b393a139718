"""The address of a log drain, with the token in it: an app's own, and the one of a Private Space."""

from pathlib import Path

import pytest

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.heroku.systems.description import zoo
from tests.providers.heroku_servers import sandbox as served_by
from tests.providers.test_heroku_client import Sleeps
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


async def test_the_drain_of_a_space_is_read_whole_and_shown_to_nobody(tmp_path: Path) -> None:
    world = zoo()
    space = next(one for one in world.spaces.values() if one.drain is not None)
    assert space.drain is not None
    async with served_by(tmp_path, world=world) as sandbox:
        source = HerokuSource(Client(sandbox.hosts, Secret(world.new_token()), sleep=Sleeps()))
        address = await source.space_drain_address(space.id)
        assert address.reveal() == space.drain.url and space.drain.url not in f"{address}{address!r}"
        space.drain = None
        with pytest.raises(Trouble) as caught:
            await source.space_drain_address(space.id)
        assert caught.value.code == "drain-gone"
        await source.close()
