"""The URL of a store that is no Postgres, from the config vars of the app that it is attached to."""

from pathlib import Path

import pytest

from providers.heroku.client import Client
from providers.heroku.store_urls import best_url, read_store_url
from providers.sandbox.heroku.world.building import add_add_on
from tests.providers.heroku_servers import sandbox
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


@pytest.mark.parametrize(
    ("type_", "values", "wanted"),
    [
        ("redis", {"REDIS_URL": "redis://h:1", "REDIS_TLS_URL": "rediss://h:2"}, "rediss://h:2"),
        ("redis", {"REDIS_URL": "redis://h:1", "REDIS_HOST": "h"}, "redis://h:1"),
        ("mysql", {"A_URL": "mysql://h/a", "B_URL": "mysql://h/b"}, "mysql://h/a"),
        ("mysql", {"A_URL": "redis://h/a", "B": 5}, None),
        ("elasticsearch", {"BONSAI_URL": "https://u:p@h"}, "https://u:p@h"),
        ("rabbitmq", {"CLOUDAMQP_APIKEY": "x", "CLOUDAMQP_URL": "amqps://h/v"}, "amqps://h/v"),
    ],
)
def test_the_best_url_of_a_type(type_: str, values: dict[str, object], wanted: str | None) -> None:
    assert best_url(tuple(values), values, type_) == wanted


async def test_it_is_read_anew_and_what_holds_none_is_said(tmp_path: Path) -> None:
    async with sandbox(tmp_path) as heroku:
        backend = heroku.world.app("migrate-backend")
        assert backend is not None
        made = add_add_on(
            heroku.world, backend, "heroku-redis:mini", values={"REDIS_URL": "rediss://:first@r.example:1"}
        )
        bare = add_add_on(heroku.world, backend, "bonsai:sandbox", values={"BONSAI_KEY": "x"})
        client = Client(heroku.hosts, Secret(heroku.credentials["token"]))
        try:
            assert (await read_store_url(client, made.id, "redis")).reveal() == "rediss://:first@r.example:1"
            backend.config["REDIS_URL"] = "rediss://:second@r.example:1"
            url = await read_store_url(client, made.id, "redis")
            assert url.reveal() == "rediss://:second@r.example:1" and "second" not in repr(url)
            with pytest.raises(Trouble) as caught:
                await read_store_url(client, bare.id, "elasticsearch")
            assert caught.value.code == "no-store-url"
        finally:
            await client.close()
