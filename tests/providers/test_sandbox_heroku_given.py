"""What a test gives the sandbox's Heroku besides the example: an add-on with its config vars, a log drain."""

from pathlib import Path

import httpx
import pytest

from tests.providers.heroku_servers import sandbox

URL, DRAIN = "mysql://app:pw@127.0.0.1:3306/shop", "syslog+tls://logs.acme.example:6514"


async def test_an_add_on_and_a_drain_are_there_as_heroku_tells_them(tmp_path: Path) -> None:
    async with sandbox(tmp_path) as heroku:
        mark = heroku.give_add_on(
            "migrate-backend",
            plan="jawsdb:kitefin",
            name="jawsdb-flat-1",
            attached_as="JAWSDB",
            values={"JAWSDB_URL": URL},
        )
        heroku.give_drain("migrate-backend", DRAIN)
        headers = {
            "Accept": "application/vnd.heroku+json; version=3",
            "Authorization": f"Bearer {heroku.credentials['token']}",
        }
        async with httpx.AsyncClient(
            base_url=heroku.hosts["api"], headers=headers, trust_env=False
        ) as client:
            app = "/apps/migrate-backend"
            (told,) = (one for one in (await client.get("/addons")).json() if one["id"] == mark)
            assert (told["name"], told["plan"]["name"]) == ("jawsdb-flat-1", "jawsdb:kitefin")
            assert (await client.get(f"{app}/config-vars")).json()["JAWSDB_URL"] == URL
            assert [one["url"] for one in (await client.get(f"{app}/log-drains")).json()] == [DRAIN]
            newest = (await client.get(f"{app}/releases")).json()[-1]
            assert newest["description"] == "Attach JAWSDB (jawsdb-flat-1)"
        with pytest.raises(ValueError, match="no app 'nobody'"):
            heroku.give_drain("nobody", DRAIN)
