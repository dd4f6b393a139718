"""Anything that whoever sits in a vendor's place may answer: each API's client ends with a value or a
Trouble, in time, says its words safely, and sends what creates something once."""

import asyncio
import gzip
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.aptible.answers import AccountAnswer
from providers.aptible.client import Api as AptibleApi
from providers.code_capsules.answers import SpaceAnswer
from providers.code_capsules.client import Api as CapsulesApi
from tests.faults.trials import trials
from tests.providers.aptible_world import QUICK as APTIBLE_QUICK
from tests.providers.code_capsules_world import QUICK as CAPSULES_QUICK
from tests.providers.heroku_servers import client_of, talking
from tests.providers.test_code_capsules_bad_luck import Tokens
from wizard.model.secret import Secret
from wizard.model.text import is_clean
from wizard.model.trouble import Trouble

TOKEN = "token-of-the-test"

ODD = st.sampled_from(
    [
        *(None, True, 0, -1, 10**40, 1e308, float("nan"), "", "\x1b]52;c;aGk=\x07\u202e", "x" * 70_000),
        *([], {}, [None], [[]], {"id": None}, {"_embedded": None}, {"data": 1, "meta": {}}, {"error": []}),
    ]
)
"""What a client's eyes may not expect; the rest comes by itself."""

NAMES = st.sampled_from(
    ["id", "handle", "name", "_embedded", "accounts", "spaces", "data", "meta", "code", "message", "errors"]
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)

BODIES = (
    JSON.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=200)
    | st.sampled_from(
        [
            *(b"", b"<html>", b"[" * 3_000, b'{"id": 1, "id": 2}', b'[{"id": ' + b"9" * 5_000 + b"}]"),
            *(b'{"a":' * 200 + b"1" + b"}" * 200, b'[{"id": "\\ud800"}]', b"null", b"[1e999]"),
        ]
    )
)

HEADERS = st.dictionaries(
    st.sampled_from(
        ["Retry-After", "Content-Type", "Next-Range", "Location", "X-RateLimit-Reset", "Set-Cookie", "ETag"]
    ),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "99999999999",
            "NaN",
            "Wed, 21 Oct 2099 07:28:00 GMT",
            "application/json",
            "id ]x..",
            "é",
        ]
    ),
    max_size=3,
)

STATUSES = st.sampled_from(
    [200, 200, 200, 201, 202, 204, 206, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503]
)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """One HTTP answer, byte for byte; some are cut off, or longer or shorter than they say."""
    body, headers = draw(BODIES), draw(HEADERS)
    if draw(st.integers(0, 9)) == 0:
        body = gzip.compress(body, mtime=0)
        headers = {**headers, "Content-Encoding": "gzip"}
    length = len(body) + draw(st.sampled_from([0, 0, 0, 0, 0, 0, 7, -1]))
    head = [f"HTTP/1.1 {draw(STATUSES)} Whatever", f"Content-Length: {max(length, 0)}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    whole = "\r\n".join(head).encode("utf-8") + b"\r\n\r\n" + body
    return whole[: draw(st.integers(0, len(whole)))] if draw(st.integers(0, 9)) == 0 else whole


Asked = Callable[[str, str], Awaitable[object]]


async def ask_heroku(url: str, method: str) -> object:
    async with client_of(url, seconds=2.0) as client:
        if method == "GET":
            return await client.get_all("/apps")
        return await client.write("PATCH", "/apps/a", {})


async def ask_aptible(url: str, method: str) -> object:
    api = AptibleApi(url, Secret(TOKEN), APTIBLE_QUICK)
    try:
        if method == "GET":
            return await api.listed("/accounts", "accounts", AccountAnswer, what="the environments")
        return await api.post("/accounts", {}, AccountAnswer, what="create the environment shop")
    finally:
        await api.close()


async def ask_capsules(url: str, method: str) -> object:
    api = CapsulesApi(url, Tokens(), CAPSULES_QUICK)
    try:
        if method == "GET":
            return await api.listed("/spaces", "spaces", SpaceAnswer, what="the Spaces")
        return await api.post("/spaces/", {}, SpaceAnswer, what="create the Space shop")
    finally:
        await api.close()


async def ends_well(ask: Asked, method: str, answer: bytes) -> None:
    heard = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += 1
        writer.write(answer)

    began = time.monotonic()
    async with talking(talk) as url:
        try:
            await ask(url, method)
        except Trouble as trouble:
            assert trouble.cause and is_clean(trouble.sentence()), trouble.sentence()
            assert TOKEN not in trouble.sentence()
    assert time.monotonic() - began < 30
    assert heard == 1 or method == "GET" or answer.split(b" ")[1:2] in ([b"429"], [b"401"]), heard


@pytest.mark.parametrize("ask", [ask_heroku, ask_aptible, ask_capsules])
def test_whatever_is_answered(ask: Any, record_property: Callable[[str, object], None]) -> None:
    tried = 0
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    count = trials(8, 3_400)

    @settings(
        max_examples=count, deadline=None, suppress_health_check=quiet, database=None, derandomize=count < 100
    )
    @given(st.sampled_from(["GET", "POST"]), answers())
    def one(method: str, answer: bytes) -> None:
        nonlocal tried
        tried += 1
        loop.run_until_complete(ends_well(ask, method, answer))

    loop = asyncio.new_event_loop()
    try:
        one()
    finally:
        loop.close()
    record_property("trials", tried)
