"""Misbehaviour on demand: each kind of fault does what it says, and nothing else."""

import asyncio
import gzip
import json
import math
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from providers.sandbox.faults import KINDS, Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.__main__ import main
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.spoilt import bomb, spoil
from providers.sandbox.tls import Certificates

ACCEPT = "application/vnd.heroku+json; version=3"


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    world = generated(apps=5, pipelines=1, teams=1, add_ons=5, config_vars=20)
    sandbox = HerokuSandbox(
        tmp_path / "heroku", faults=Faults(), certificates=Certificates(tmp_path / "tls"), world=world
    )
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def api(heroku: HerokuSandbox) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Accept": ACCEPT, "Authorization": f"Bearer {heroku.credentials['token']}"}
    async with httpx.AsyncClient(
        base_url=heroku.hosts["api"], headers=headers, trust_env=False, verify=False, timeout=5
    ) as http:
        yield http


def raised_by(text: str) -> type[Exception] | None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return type(error)
    return None


ODD: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], bool]]] = {
    "401": ({}, lambda it: (it.status_code, it.json()["id"]) == (401, "unauthorized")),
    "403": ({}, lambda it: (it.status_code, it.json()["id"]) == (403, "forbidden")),
    "404": ({}, lambda it: (it.status_code, it.json()["id"]) == (404, "not_found")),
    "422": ({}, lambda it: (it.status_code, it.json()["id"]) == (422, "invalid_params")),
    "503": ({}, lambda it: it.json()["id"] == "service_unavailable" and "Retry-After" in it.headers),
    "429": ({"retry_after": "1e99"}, lambda it: it.headers["Retry-After"] == "1e99"),
    "500": ({}, lambda it: it.status_code == 500 and it.json()["id"] == "internal_server_error"),
    "html": ({"status": 502}, lambda it: it.status_code == 502 and "<html>" in it.text),
    "redirect": (
        {"to": "http://evil.example"},
        lambda it: it.status_code == 302 and it.headers["Location"] == "http://evil.example/apps",
    ),
    "null": ({}, lambda it: all(row["name"] is None and row["id"] for row in it.json())),
    "missing": ({}, lambda it: all("name" not in row and "id" in row for row in it.json())),
    "wrong-type": ({"field": "maintenance"}, lambda it: it.json()[0]["maintenance"] == "neither"),
    "set": ({"field": "name", "value": "\x1b]0;x\x07"}, lambda it: it.json()[0]["name"] == "\x1b]0;x\x07"),
    "nan": ({}, lambda it: any(_nan(row["slug_size"]) for row in it.json())),
    "huge-number": ({}, lambda it: len(it.text) > 400 and "0" * 400 in it.text),
    "duplicate-keys": ({}, lambda it: it.text.count('"web_url"') == 10 and len(it.json()) == 5),
    "twice": ({"times": 3}, lambda it: len(it.json()) == 15 and it.status_code == 200),
    "deep": ({}, lambda it: raised_by(it.text) is RecursionError),
    "empty": ({}, lambda it: it.status_code == 200 and it.content == b""),
    "endless": ({}, lambda it: it.status_code == 206 and "]" in it.headers["Next-Range"]),
    "gzip-bomb": ({"megabytes": 3}, lambda it: len(it.content) > 3 * 2**20),
    "flood": ({"megabytes": 2}, lambda it: len(it.json()) > 2000),
    "drip": ({"seconds": 0.001}, lambda it: len(it.json()) == 5),
    "slow": ({"seconds": 0.01}, lambda it: len(it.json()) == 5),
    "expire-token": ({}, lambda it: it.status_code == 401),
}
BROKEN: dict[str, dict[str, Any]] = {
    "drop": {},
    "refuse": {},
    "truncate": {},
    "stall": {"seconds": 0.2},
}
ON_APPS = {
    "vanish": (404, "not_found"),
    "forbid": (403, "forbidden"),
    "ask-second-factor": (403, "two_factor"),
}


def _nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def test_every_kind_is_tried_here() -> None:
    assert set(KINDS) == {*ODD, *BROKEN, *ON_APPS}


async def test_answers_are_odd_once_and_well_after(heroku: HerokuSandbox, api: httpx.AsyncClient) -> None:
    for kind, (params, expected) in ODD.items():
        heroku.faults.add(kind, path="/apps", **params)
        assert (await api.get("/teams")).status_code == 200, kind
        assert expected(await api.get("/apps")), kind
        if kind != "expire-token":
            well = await api.get("/apps")
            assert (well.status_code, len(well.json())) == (200, 5), kind


async def test_connections_break(heroku: HerokuSandbox, api: httpx.AsyncClient) -> None:
    for kind, params in BROKEN.items():
        heroku.faults.add(kind, path="/apps", **params)
        with pytest.raises(httpx.TransportError):
            pytest.fail(f"{kind}: {await api.get('/apps')}")


@pytest.mark.parametrize("kind", ON_APPS)
async def test_an_app_closes_in_the_middle_of_being_read(
    kind: str, heroku: HerokuSandbox, api: httpx.AsyncClient
) -> None:
    app = next(iter(heroku.world.apps.values()))
    heroku.faults.add(kind, path="/apps/*/domains", after=1)
    assert (await api.get(f"/apps/{app.id}/domains")).status_code == 200
    answer = await api.get(f"/apps/{app.id}/domains")
    assert (answer.status_code, answer.json()["id"]) == ON_APPS[kind]
    assert (await api.get(f"/apps/{app.id}/formation")).status_code == ON_APPS[kind][0]
    assert len((await api.get("/apps")).json()) == 5, "it is still in lists"


async def test_endless_lists_can_turn_in_a_circle(heroku: HerokuSandbox, api: httpx.AsyncClient) -> None:
    heroku.faults.add("endless", path="/apps", count=None)
    nexts = [(await api.get("/apps")).headers["Next-Range"] for _ in range(3)]
    assert len(set(nexts)) == 3
    heroku.faults.clear()
    heroku.faults.add("endless", path="/apps", count=None, same=True)
    assert len({(await api.get("/apps")).headers["Next-Range"] for _ in range(3)}) == 1


async def test_latency_is_before_every_answer(heroku: HerokuSandbox, api: httpx.AsyncClient) -> None:
    heroku.faults.latency = 0.05
    start = time.monotonic()
    await asyncio.gather(*(api.get("/account") for _ in range(4)))
    spent = time.monotonic() - start
    assert spent >= 0.05


def test_a_bomb_is_small_until_it_is_unpacked() -> None:
    packed = bomb(4)
    assert len(packed) < 20_000
    assert len(gzip.decompress(packed)) == 4 * 2**20 + 4


def test_no_other_way_to_spoil() -> None:
    assert spoil("null", b"<html>", {}) == b"<html>"
    with pytest.raises(ValueError, match="no way to spoil"):
        spoil("rot", b"{}", {})


async def test_a_system_is_served_by_a_command() -> None:
    """Hosts and a token come in one line; ctrl+c ends it."""
    faults = ["--fault", "500:/teams:1", "--fault", "set:/apps::field=name:value=odd"]
    command = ["-m", "providers.sandbox.heroku", "--apps", "3", "--json", *faults]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    told = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    headers = {"Accept": ACCEPT, "Authorization": f"Bearer {told['token']}"}
    async with httpx.AsyncClient(
        base_url=told["hosts"]["api"], headers=headers, trust_env=False, verify=False
    ) as http:
        assert [row["name"] for row in (await http.get("/apps")).json()] == ["odd"] * 3
        assert [(await http.get("/teams")).status_code for _ in range(2)] == [500, 200]
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 0


@pytest.mark.parametrize("said", ["rot", "500:*:often", "set:*:1:field", "500:*:1:count=3"])
def test_a_fault_that_cannot_be_is_named(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--apps", "1", "--fault", said]) == 2
    assert said.rpartition(":")[2] in capsys.readouterr().err
