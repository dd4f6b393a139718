"""All of the sandbox's Heroku behind one https port, told apart by the name that is asked for."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.processes import free_port
from providers.sandbox.tls import Certificates

DUMP = b"PGDMP and what follows"


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    certificates = Certificates(tmp_path / "tls")
    sandbox = HerokuSandbox(tmp_path / "heroku", faults=Faults(), certificates=certificates, alive=False)
    await sandbox.start()
    sandbox.backups.content = DUMP
    yield sandbox
    await sandbox.stop()


def client(heroku: HerokuSandbox, ca: Path, where: str | None) -> httpx.AsyncClient:
    headers = {
        "Accept": "application/vnd.heroku+json; version=3",
        "Authorization": f"Bearer {heroku.credentials['token']}",
    }
    context = ssl.create_default_context(cafile=str(ca))
    transport = httpx.AsyncHTTPTransport(verify=context, uds=where)
    return httpx.AsyncClient(headers=headers, transport=transport)


@pytest.mark.parametrize("by_socket", [False, True])
async def test_each_host_answers_for_itself(
    by_socket: bool, heroku: HerokuSandbox, tmp_path: Path, short_folder: Path
) -> None:
    port, socket = free_port(), short_folder / "s"
    await heroku.open_together(port, socket if by_socket else None)
    platform, data = f"https://127.0.0.1:{port}", f"https://localhost:{port}"
    backend, emailer = (heroku.world.app(name) for name in ("migrate-backend", "migrate-emailer"))
    assert backend is not None and emailer is not None
    database = next(one for one in heroku.world.add_ons.values() if one.service == "heroku-postgresql")
    async with client(heroku, tmp_path / "tls" / "ca.pem", str(socket) if by_socket else None) as http:
        assert (await http.get(f"{platform}/account")).json()["email"] == heroku.world.email
        assert (await http.get(f"{data}/account")).status_code == 404
        known = f"/client/v11/databases/{database.id}"
        assert (await http.get(f"{data}{known}")).json()["addon_id"] == database.id
        assert (await http.get(f"{platform}{known}")).status_code == 404
        jobs = await http.get(f"{platform}/apps/{emailer.id}/jobs")
        assert [job["id"] for job in jobs.json()["data"]] == ["881234"]
        begun = (await http.post(f"{data}{known}/backups")).json()
        while not (await http.get(f"{data}/client/v11/apps/{backend.id}/transfers/1")).json()["finished_at"]:
            pass
        answer = await http.post(f"{data}/client/v11/apps/{backend.id}/transfers/1/actions/public-url")
        url = answer.json()["url"]
        assert url.startswith(f"{data}/xfer-production/{begun['uuid']}")
        # A download says nothing of itself: the address is the permission.
        del http.headers["Authorization"], http.headers["Accept"]
        assert (await http.get(url)).content == DUMP
        assert (await http.get(url.replace("Signature=", "Signature=0"))).status_code == 403
        assert (await http.get(f"{data}{known}")).status_code == 406
