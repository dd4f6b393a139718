"""Whoever answers in Heroku's place: no crash, no hang, bounded memory, and the token stays with its host."""

import asyncio
import gzip
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from providers.heroku.answers import DEEPEST
from providers.sandbox.tls import Certificates
from tests.providers.heroku_servers import TOKEN, client_of, served, talking
from wizard.model.trouble import Trouble, Unreachable


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """One HTTP answer, byte for byte."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def packed(body: bytes) -> bytes:
    return answer(gzip.compress(body, mtime=0), "Content-Encoding: gzip")


GARBAGE = {
    "html": answer(b"<html><body>Sign in</body></html>", "Content-Type: text/html"),
    "html that says it is JSON": answer(b"<!DOCTYPE html>", "Content-Type: application/json"),
    "nothing": b"",
    "an empty body": answer(b""),
    "shorter than it says": answer(b'[{"id"', length=5_000),
    "chunks that break off": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{"i\r\n',
    "chunks of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n[]",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n[]",
    "an enormous length": answer(b"[]", length=10**30),
    "HTTP of the year 1991": b'[{"id": "x"}]',
    "no HTTP at all": bytes(range(256)) * 20,
    "a status of its own": answer(b"[]", status="999 Whatever"),
    "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n[]",
    "a header without end": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000,
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 60_000,
    "a header with a NUL": b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\n[]",
    "unpacked without bound": packed(b"[" + b" " * 40_000_000 + b"]"),
    "packed garbage": answer(b"\x1f\x8b garbage", "Content-Encoding: gzip"),
    "packed and cut": answer(gzip.compress(b'[{"id": "x"}]', mtime=0)[:-9], "Content-Encoding: gzip"),
    "packed in an unknown way": answer(b"\x0b\x02\x80[]\x03", "Content-Encoding: br"),
    "a deep nest": answer(b"[" * 500 + b"]" * 500),
    "a very deep nest": answer(b"[" * 200_000 + b"]" * 200_000),
    "a nest of objects": answer(b'[{"a":' * 100 + b"1" + b"}]" * 100),
    "a number of 5,000 digits": answer(b'[{"id": ' + b"9" * 5_000 + b"}]"),
    "a float beyond floats": answer(b'[{"id": 1e999}]'),
    "NaN": answer(b'[{"id": NaN}]'),
    "infinity": answer(b'[{"id": -Infinity}]'),
    "half a surrogate": answer(b'[{"id": "\\ud800"}]'),
    "a surrogate in UTF-8": answer(b'[{"id": "\xed\xa0\x80"}]'),
    "broken UTF-8": answer(b'[{"id": "\xc3("}]'),
    "UTF-16": answer('[{"id": "x"}]'.encode("utf-16")),
    "two values": answer(b"[][]"),
    "an object": answer(b'{"id": "x"}'),
    "null": answer(b"null"),
    "a text": answer(b'"list"'),
    "a list of numbers": answer(b"[1, 2]"),
    "a list with a hole": answer(b'[{"id": "x"}, null]'),
    "a list of lists": answer(b"[[]]"),
    "millions of nothings": answer(b"[" + b"[]," * 2_000_000 + b"[]]"),
    "millions of objects": answer(b"[" + b'{"a":1},' * 900_000 + b"{}]"),
}


class TestOneAnswer:
    @pytest.mark.parametrize("kind", GARBAGE)
    async def test_what_is_not_heroku_s_api_is_a_trouble(self, kind: str) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(GARBAGE[kind])

        began = time.monotonic()
        async with talking(talk) as url, client_of(url, seconds=2.0) as client:
            with pytest.raises(Trouble) as caught:
                await client.get_all("/apps")
        assert time.monotonic() - began < 15.0
        assert TOKEN not in caught.value.sentence()
        assert caught.value.cause.isprintable()

    @pytest.mark.parametrize(
        ("said", "rows"),
        [
            (answer(b'[{"id": "x"}]'), [{"id": "x"}]),
            (packed(b'[{"id": "x"}]'), [{"id": "x"}]),
            (answer(zlib.compress(b"[]"), "Content-Encoding: deflate"), []),
            (answer(b'[{"id": "x", "id": "y"}]'), [{"id": "y"}]),
            (
                answer(b'[{"id": "x"}, {"id": "x"}, {"id": 1}, {"id": 1}]'),
                [{"id": "x"}, {"id": 1}, {"id": 1}],
            ),
            (answer(b"[{}]", "Content-Type: text/html; charset=utf-7"), [{}]),
            (answer(b'[{"\x7f": "\\u001b]52;c;x\\u0007"}]'), [{"␡": "␛]52;c;x␇"}]),
            (answer(b"[{}]", "Next-Range: id ]x..; max=1"), [{}]),
            (answer(b'[{"n": ' + b"9" * 40 + b"}]"), [{"n": int("9" * 40)}]),
            (answer(b"[" * 2 + b'{"a":' * (DEEPEST - 3) + b"1" + b"}" * (DEEPEST - 3) + b"]" * 2), None),
        ],
    )
    async def test_what_is_only_odd_is_taken(self, said: bytes, rows: Any) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(said)

        async with talking(talk) as url, client_of(url) as client:
            if rows is None:
                assert isinstance((await client.get("/apps"))[0][0], dict)
            else:
                assert await client.get_all("/apps") == rows

    async def test_an_answer_that_is_cut_at_any_byte_is_a_trouble_or_the_whole(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("providers.heroku.client.ATTEMPTS", 1)
        whole = answer(b'{"id":"x"}', "RateLimit-Remaining: 4499")
        cut = 0

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(whole[:cut])

        async with talking(talk) as url:
            for cut in range(len(whole)):  # noqa: B007 - read by the server
                async with client_of(url) as client:
                    with pytest.raises(Unreachable):
                        await client.get("/account")
            cut = len(whole)
            async with client_of(url) as client:
                assert await client.get("/account") == {"id": "x"}

    @pytest.mark.parametrize(
        "piece",
        [
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n",
            b"H",
        ],
    )
    async def test_a_server_that_drips_is_left(self, piece: bytes) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(piece)
            while not writer.is_closing():
                writer.write(piece if piece.startswith(b"HTTP/1.1 100") else b"1\r\n \r\n")
                await writer.drain()
                await asyncio.sleep(0.02)

        began = time.monotonic()
        async with talking(talk) as url, client_of(url, seconds=0.2) as client:
            with pytest.raises(Unreachable):
                await client.get("/account")
            assert time.monotonic() - began < 5.0

    async def test_bodies_without_end_are_cut_together(self) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n[")
            while not writer.is_closing():
                writer.write(b" " * 65_536)
                await writer.drain()

        async with talking(talk) as url, client_of(url, seconds=20.0) as client:
            done = await asyncio.gather(*(client.get(f"/{n}") for n in range(8)), return_exceptions=True)
        assert {getattr(one, "code", one) for one in done} == {"answer-too-long"}, (
            "each of them and all together"
        )


class TestLists:
    @pytest.mark.parametrize("how", ["new ids", "the same ids", "no rows", "one range for ever"])
    async def test_a_list_without_end_is_told(self, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("providers.heroku.lists.MOST_PAGES", 30)
        count = 0

        async def heroku(request: web.Request) -> web.Response:
            nonlocal count
            count += 1
            rows = {"new ids": [{"id": str(count)}], "the same ids": [{"id": "1"}]}.get(how, [])
            following = "id ]x.." if how == "one range for ever" else f"id ]{count}.."
            return web.json_response(rows, status=206, headers={"Next-Range": following})

        async with served(heroku) as url, client_of(url) as client:
            with pytest.raises(Unreachable) as caught:
                await client.get_all("/apps")
            assert caught.value.code == "endless-list"
            assert client.calls <= 30

    @pytest.mark.parametrize("following", ["id ]\x9b2J..", "id ]é..", "id ]" + "a" * 5_000 + ".."])
    async def test_a_next_range_that_cannot_be_asked_for_is_told(self, following: str) -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(b"[{}]", f"Next-Range: {following}", status="206 Partial Content"))

        async with talking(talk) as url, client_of(url) as client:
            with pytest.raises(Trouble) as caught:
                await client.get_all("/apps")
            assert caught.value.code == "not-the-api"
            assert client.calls == 1

    async def test_many_answers_of_a_bearable_size_do_not_fill_the_memory(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("providers.heroku.room.ALL_ANSWERS", 4_000_000)
        body = b"[" + b'{"a":1},' * 3_000 + b"{}]"

        async def heroku(request: web.Request) -> web.Response:
            return web.Response(body=body)

        async with served(heroku) as url, client_of(url) as client:
            with client.reading(), pytest.raises(Unreachable) as caught:
                for number in range(40):
                    await client.get_all(f"/{number}", order="")
            assert caught.value.code == "too-much"
            before = client.calls
            for number in range(before + 1):
                await client.get_all(f"/{number}", order="")  # one after the other, kept by nobody


class TestElsewhere:
    @pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308, 399])
    async def test_the_token_follows_no_redirect(self, status: int) -> None:
        seen: list[str] = []

        async def elsewhere(request: web.Request) -> web.Response:
            seen.append(request.path)
            return web.json_response({})

        async with served(elsewhere) as other:
            there = {"Location": f"{other}/account", "Refresh": f"0; url={other}/", "Set-Cookie": "a=b"}

            async def heroku(request: web.Request) -> web.Response:
                assert "Cookie" not in request.headers
                return web.Response(status=status, headers=there)

            async with served(heroku) as url, client_of(url) as client:
                for _ in range(2):
                    with pytest.raises(Unreachable) as caught:
                        await client.get("/account")
                    assert caught.value.code == "redirected"
                with pytest.raises(Unreachable):
                    await client.write("PATCH", "/apps/a", {})
        assert seen == []

    @pytest.mark.parametrize("path", ["//other.example/x", "/\\other.example", "/@other.example/"])
    async def test_no_path_leads_to_another_host(self, path: str) -> None:
        seen: list[tuple[str | None, str | None]] = []

        async def heroku(request: web.Request) -> web.Response:
            seen.append((request.headers.get("Host"), request.headers.get("Authorization")))
            return web.json_response({})

        async with served(heroku) as url, client_of(url) as client:
            await client.get(path)
        assert seen == [(url.removeprefix("http://"), f"Bearer {TOKEN}")]

    @pytest.mark.parametrize("path", ["https://other.example/x", "other.example", "", "/x\r\nHost: y"])
    async def test_what_is_no_path_is_not_asked_for(self, path: str) -> None:
        async def heroku(request: web.Request) -> web.Response:
            raise AssertionError(f"asked for {request.path}")

        async with served(heroku) as url, client_of(url) as client:
            with pytest.raises(Trouble) as caught:
                await client.get(path)
        assert caught.value.code == "no-address"


class TestTls:
    async def test_a_certificate_that_nobody_signed_is_not_taken(self, tmp_path: Path) -> None:
        heard: list[bytes] = []

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(b"")

        certificates = Certificates(tmp_path / "tls")
        async with talking(talk, certificates.server_context()) as url, client_of(url) as client:
            with pytest.raises(Unreachable) as caught:
                await client.get("/account")
            assert caught.value.code == "certificate"
            assert client.calls == 1, "asking again changes nothing"
        assert heard == []

    async def test_a_server_that_speaks_no_tls_is_told(self) -> None:
        heard = bytearray()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.extend(await reader.read(4_096))
            writer.write(answer(b"{}"))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with client_of(f"https://127.0.0.1:{port}") as client:
            with pytest.raises(Unreachable):
                await client.get("/account")
        server.close()
        assert TOKEN.encode() not in heard


class TestProxies:
    @pytest.mark.parametrize(
        ("address", "heard_of"), [("https://api.heroku.com", 1), ("https://127.0.0.1:1", 0)]
    )
    async def test_a_proxy_of_the_environment_is_used_and_sees_no_token(
        self, address: str, heard_of: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.read(4_096))
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            writer.close()

        monkeypatch.setattr("providers.heroku.client.ATTEMPTS", 1)
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, "")
        async with client_of(address) as client:
            with pytest.raises(Unreachable):
                await client.get("/account")
        server.close()
        assert [one.split(b"\r\n")[0] for one in heard] == [b"CONNECT api.heroku.com:443 HTTP/1.1"] * heard_of
        assert TOKEN.encode() not in b"".join(heard)

    @pytest.mark.parametrize(
        "proxy", ["gopher://robin:hidden-word@127.0.0.1:1", "http://[::1", "http://a:b:c"]
    )
    async def test_a_proxy_that_is_none_is_told_without_its_password(
        self, proxy: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, "")
        async with client_of("https://api.heroku.com") as client:
            with pytest.raises(Unreachable) as caught:
                await client.get("/account")
        assert caught.value.code == "bad-proxy"
        assert "hidden-word" not in f"{caught.value.sentence()} {caught.value.__cause__!r}"
