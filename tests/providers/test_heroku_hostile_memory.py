"""How much memory a hostile Heroku can make the reading process take: measured, in a process of its own."""

import asyncio
import gzip
import json
import secrets
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from aiohttp import web

from tests.providers.heroku_servers import served

MIB = 256

APPS = [
    {
        "id": f"0000{number:04d}-0000-4000-8000-000000000000",
        "name": f"app-{number}",
        "stack": {"name": "heroku-24"},
    }
    for number in range(2_000)
]


@cache
def rows() -> bytes:
    """Made where they are wanted: every worker of the suite imports this module, and this takes seconds."""
    return json.dumps(
        [{"id": str(number), "name": "n" * 40, "a": [{}] * 3} for number in range(30_000)]
    ).encode()


@cache
def long_texts() -> bytes:
    return json.dumps(
        [{"id": str(number), "command": "é" * 3_000, "type": str(number)} for number in range(1_000)]
    ).encode()


@cache
def config_vars() -> bytes:
    return json.dumps({f"KEY_{number}": secrets.token_urlsafe(750) for number in range(350)}).encode()


@cache
def packed_spaces() -> bytes:
    return gzip.compress(b"[" + b" " * 200_000_000 + b"]")


def heavy(request: web.Request) -> bytes:
    """Lists of a size that may just be."""
    return config_vars() if request.path.endswith("config-vars") else rows()


def texts(request: web.Request) -> bytes:
    """Long texts that have to be cleaned."""
    return config_vars() if request.path.endswith("config-vars") else long_texts()


def config(request: web.Request) -> bytes:
    """Nothing but config vars, whose values are kept for redaction in many forms."""
    return config_vars() if request.path.endswith("config-vars") else b"[]"


def bomb(request: web.Request) -> bytes:
    """Compressed a thousandfold."""
    return packed_spaces()


@pytest.mark.slow
@pytest.mark.parametrize("body_of", [heavy, texts, config, bomb])
async def test_the_reader_stays_below_256_mib(
    body_of: Callable[[web.Request], bytes], record_property: Callable[[str, object], None]
) -> None:
    async def heroku(request: web.Request) -> web.Response:
        if request.path == "/account":
            return web.json_response({"id": "a", "email": "a@example.com"})
        if request.path == "/apps":
            return web.json_response(APPS)
        packed = {"Content-Encoding": "gzip"} if body_of is bomb else {}
        return web.Response(body=body_of(request), headers=packed)

    root = Path(__file__).resolve().parents[2]
    began = time.monotonic()
    async with served(heroku) as url:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.providers.hostile_reader", url),
            cwd=root,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await child.communicate()
    assert child.returncode == 0, err.decode()[-3_000:]
    said = json.loads(out)
    print(body_of.__name__, said, f"{time.monotonic() - began:.1f} s")
    record_property("figure", f"{body_of.__name__}: {said['peak']:.0f} MiB at most")
    assert said["peak"] < MIB
