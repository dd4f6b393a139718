"""The sandbox's Elasticsearch: documents are written, carried and counted, and only by who signs in."""

import asyncio
from pathlib import Path

import httpx

from providers.sandbox.aptible.databases.elasticsearch import ElasticsearchServer
from providers.sandbox.tls import Certificates
from wizard.model.secret import Secret
from wizard.stores.guided.counts import elasticsearch


async def test_what_is_written_is_counted_as_the_check_of_a_move_counts(tmp_path: Path) -> None:
    server = await ElasticsearchServer.start("right-77", Certificates(tmp_path / "tls"))
    try:
        (port,) = server.ports.values()
        async with httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{port}", auth=("aptible", "right-77"), verify=False, trust_env=False
        ) as client:
            lines = [f'{{"index": {{"_index": "a", "_id": "{mark}"}}}}\n{{"x": 1}}\n' for mark in (1, 2)]
            assert (await client.post("/_bulk", content="".join(lines))).json()["errors"] is False
            assert (await client.put("/b/_doc/9", json={"y": 2})).status_code == 201
            assert (await client.put("/b/_doc/9", json={"y": 3})).status_code == 200
            found = (await client.get("/b/_search")).json()["hits"]["hits"]
            assert found == [{"_index": "b", "_id": "9", "_source": {"y": 3}}]
            assert (await client.get("/c/_count")).status_code == 404
            assert (await client.post("/_bulk", content="no json")).status_code == 400
            assert (await client.get("/a/_count", auth=("aptible", "wrong"))).status_code == 401
        url = Secret(f"https://aptible:right-77@127.0.0.1:{port}", "store's URL")
        assert await asyncio.to_thread(elasticsearch, url) == {"a": 2, "b": 1}
    finally:
        await server.stop()
