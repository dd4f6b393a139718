"""What goes along with a request and an answer: second factor, ETags, Basic, warnings, request ids, waits."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from providers.heroku.answers import Answer, Refused
from providers.heroku.client import QUIET
from providers.heroku.unchanged import MOST_BYTES, Unchanged
from providers.heroku.waits import pause_after
from providers.sandbox.heroku.routes.gate import error_body
from tests.providers.heroku_servers import TOKEN, client_of, served
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable


class TestSecondFactor:
    class Heroku:
        """Wants the code 123456 for the app "shut"; remembers what came with each request."""

        good = "123456"

        def __init__(self) -> None:
            self.codes: list[tuple[str, str | None]] = []

        async def answer(self, request: web.Request) -> web.Response:
            code = request.headers.get("Heroku-Two-Factor-Code")
            self.codes.append((f"{request.method} {request.path}", code))
            if request.path.startswith("/apps/shut") and code != self.good:
                body = {"id": "two_factor", "message": "A second factor is wanted", "app": {"name": "shut"}}
                return web.json_response(body, status=403)
            return web.json_response({"id": "x"}, status=201 if request.method == "PUT" else 200)

    async def test_the_code_goes_where_it_was_wanted_and_nowhere_else(self) -> None:
        heroku = self.Heroku()
        async with served(heroku.answer) as url, client_of(url) as client:
            with pytest.raises(SecondFactorNeeded) as caught:
                await client.get("/apps/shut")
            assert caught.value.resume == {"app": "shut"}
            client.second_factor(Secret("123456"))
            await client.get("/apps/open")
            await client.get("/apps/shut")
            await client.get("/apps/shut/dynos")
        assert heroku.codes == [
            ("GET /apps/shut", None),
            ("GET /apps/open", None),
            ("GET /apps/shut", None),
            ("GET /apps/shut", "123456"),
            ("GET /apps/shut/dynos", "123456"),
        ]

    async def test_a_code_that_is_not_taken_is_forgotten(self) -> None:
        heroku = self.Heroku()
        async with served(heroku.answer) as url, client_of(url) as client:
            client.second_factor(Secret("999999"))
            for _ in range(2):
                with pytest.raises(SecondFactorNeeded) as caught:
                    await client.get("/apps/shut")
        assert [code for _, code in heroku.codes] == [None, "999999", None]
        assert "999999" not in str(caught.value.sentence())

    async def test_a_wrong_code_is_tried_once_although_many_reads_want_one(self) -> None:
        heroku = self.Heroku()
        async with served(heroku.answer) as url, client_of(url) as client:
            client.second_factor(Secret("999999"))
            asked = [client.get(f"/apps/shut{number}") for number in range(8)]
            done = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, SecondFactorNeeded) for one in done)
        assert [code for _, code in heroku.codes].count("999999") == 1

    async def test_a_write_gets_no_code_unasked(self) -> None:
        heroku = self.Heroku()
        async with served(heroku.answer) as url, client_of(url) as client:
            client.second_factor(Secret("123456"))
            with pytest.raises(SecondFactorNeeded):
                await client.write("PATCH", "/apps/shut", {"maintenance": True})
        assert [code for _, code in heroku.codes] == [None]

    async def test_an_app_is_opened_for_a_while_by_a_call_of_its_own(self) -> None:
        heroku = self.Heroku()
        async with served(heroku.answer) as url, client_of(url) as client:
            await client.pre_authorise("shut", Secret("123456"))
            with pytest.raises(SecondFactorNeeded):
                await client.pre_authorise("shut", Secret("000000"))
        assert heroku.codes[0] == ("PUT /apps/shut/pre-authorizations", "123456")

    @pytest.mark.parametrize("value", ["", "12 34", "1\n2", "é123", "1" * 101])
    async def test_what_can_be_no_code_is_not_sent(self, value: str) -> None:
        async with client_of("http://127.0.0.1:1") as client:
            with pytest.raises(Trouble) as caught:
                client.second_factor(Secret(value))
        assert caught.value.code == "otp-malformed"


class TestUnchanged:
    async def test_a_list_that_is_unchanged_costs_no_body(self) -> None:
        rows = [{"id": str(number), "name": f"app-{number}", "stack": "heroku-24"} for number in range(60)]
        tags: list[str | None] = []

        async def heroku(request: web.Request) -> web.Response:
            tags.append(request.headers.get("If-None-Match"))
            page = rows[:30] if "]" not in request.headers["Range"] else rows[30:]
            tag = f'"{page[0]["name"]}-{page[-1]["name"]}"'
            if request.headers.get("If-None-Match") == tag:
                return web.Response(status=304, headers={"ETag": tag})
            headers = {"ETag": tag}
            if page[0] is rows[0]:
                headers["Next-Range"] = "id ]29..; max=1000"
                return web.json_response(page, status=206, headers=headers)
            return web.json_response(page, headers=headers)

        async with served(heroku) as url, client_of(url) as client:
            assert await client.get_all("/apps") == rows
            assert await client.get_all("/apps") == rows
            rows[40] = {"id": "40", "name": "renamed"}
            rows[59] = {"id": "59", "name": "last", "stack": "heroku-26"}
            assert await client.get_all("/apps") == rows
        assert tags == [None, None, '"app-0-app-29"', '"app-30-app-59"', *tags[2:4]]

    @pytest.mark.parametrize("path", ["/apps/a/config-vars", "/apps/a/log-drains", "/apps/a/slugs/b"])
    async def test_what_may_hold_a_secret_is_not_kept(self, path: str) -> None:
        asked: list[str | None] = []

        async def heroku(request: web.Request) -> web.Response:
            asked.append(request.headers.get("If-None-Match"))
            return web.json_response({"A": "x" * 2000}, headers={"ETag": '"1"'})

        async with served(heroku) as url, client_of(url) as client:
            for _ in range(2):
                await client.get_raw(path)
        assert asked == [None, None]

    def test_what_is_kept_is_bounded(self) -> None:
        kept = Unchanged()
        body = b"x" * (MOST_BYTES // 4)
        keys = [key for number in range(6) if (key := kept.key("api", f"/teams/{number}/apps", {}))]
        for key in keys:
            kept.keep(key, Answer(200, {"etag": '"1"'}, body, "heroku", "/"))
        assert [bool(kept.tag(key)) for key in keys] == [False] * 2 + [True] * 4
        kept.keep(keys[2], Answer(200, {"etag": '"2"'}, body, "heroku", "/"))
        assert kept.tag(keys[2]) == '"2"' and kept.tag(keys[3]) == '"1"', "the same again takes no more room"

    async def test_not_modified_without_having_been_asked_is_no_answer(self) -> None:
        async def heroku(request: web.Request) -> web.Response:
            return web.Response(status=304)

        async with served(heroku) as url, client_of(url) as client:
            for path in ("/apps", "/apps/a/config-vars"):
                with pytest.raises(Trouble):
                    await client.get(path)


class TestAlong:
    async def test_tokens_go_as_bearer_or_as_basic_and_variants_in_accept(self) -> None:
        seen: list[tuple[str, str]] = []

        async def heroku(request: web.Request) -> web.Response:
            seen.append((request.headers["Authorization"], request.headers["Accept"]))
            return web.json_response([])

        async with served(heroku) as url, client_of(url) as client:
            await client.get_all("/apps", variant="sdk")
            await client.get_all("/postgres/v0/databases/a/credentials", host="data", basic=True)
            await client.get("/apps/a/jobs", host="particleboard")
        basic = "Basic OkhSS1UtMDEyMzQ1Njc4OS1hYmNkZWY="
        assert seen == [
            (f"Bearer {TOKEN}", "application/vnd.heroku+json; version=3.sdk"),
            (basic, "application/vnd.heroku+json; version=3"),
            (f"Bearer {TOKEN}", "application/vnd.api+json"),
        ]

    async def test_lists_of_other_hosts_are_asked_for_whole_and_followed_all_the_same(self) -> None:
        ranges: list[str | None] = []

        async def data(request: web.Request) -> web.Response:
            ranges.append(request.headers.get("Range"))
            if len(ranges) == 1:
                return web.json_response([{"id": "1"}], status=206, headers={"Next-Range": "id ]1.."})
            return web.json_response([{"id": "2"}])

        async with served(data) as url, client_of(url) as client:
            assert await client.get_all("/x", host="data") == [{"id": "1"}, {"id": "2"}]
        assert ranges == [None, "id ]1.."]

    async def test_warnings_are_collected_once_clean_and_bounded(self) -> None:
        count = 0

        async def heroku(request: web.Request) -> web.Response:
            nonlocal count
            count += 1
            name = "X-Heroku-Warning" if count % 2 else "Warning-Message"
            said = "This \x1b[2J stack ends" if count < 5 else f"{count} " + "long " * 200
            return web.json_response({}, headers={name: said.replace("\x1b", "\x9b")})

        async with served(heroku) as url, client_of(url) as client:
            for _ in range(60):
                await client.get("/account")
            assert client.warnings[0].startswith("This ") and client.warnings[0].isprintable()
            assert len(client.warnings) == 20 and max(map(len, client.warnings)) <= 300

    @pytest.mark.parametrize(
        ("said", "kept"), [("abc-123,def", "abc-123"), ("a\x1bb", ""), ("", ""), ("x" * 65, "")]
    )
    async def test_heroku_s_number_of_a_request_is_in_its_error(self, said: str, kept: str) -> None:
        async def heroku(request: web.Request) -> web.Response:
            return web.json_response(
                error_body(500), status=500, headers={"Request-Id": said.replace("\x1b", "(")}
            )

        async with served(heroku) as url, client_of(url) as client:
            with pytest.raises(Unreachable) as caught:
                await client.get("/account")
        assert (f"Heroku's number for this is {kept}." in caught.value.cause) is bool(kept)
        assert getattr(caught.value, "__notes__", []) == ([f"Request-Id {kept}"] if kept else [])


class TestRefusals:
    @pytest.mark.parametrize(
        ("host", "path", "scope"),
        [
            ("api", "/account", "identity"),
            ("api", "/apps", "read"),
            ("api", "/apps/a/config-vars", "read-protected"),
            ("api", "/pipelines/a/stage/test/config-vars", "read-protected"),
            ("data", "/client/v11/databases/a", "global"),
        ],
    )
    async def test_a_refusal_says_which_scope_is_wanted(self, host: str, path: str, scope: str) -> None:
        async def heroku(request: web.Request) -> web.Response:
            return web.json_response({"id": "forbidden", "message": "No"}, status=403)

        async with served(heroku) as url, client_of(url) as client:
            with pytest.raises(Refused) as caught:
                await client.get(path, host=host)
        assert caught.value.scope == scope
        assert scope in caught.value.remedy and "global" in caught.value.remedy

    @pytest.mark.parametrize("status", [401, 403])
    async def test_a_machine_that_heroku_does_not_know_is_told_as_such(self, status: int) -> None:
        async def heroku(request: web.Request) -> web.Response:
            return web.json_response({"id": "device_trust_required", "message": "Look"}, status=status)

        async with served(heroku) as url, client_of(url) as client:
            with pytest.raises(SignInNeeded) as caught:
                await client.get("/account")
        assert caught.value.code == "device-trust"

    @pytest.mark.parametrize("body", [[], {"id": 3, "message": {"a": 1}, "app": []}, "text", None])
    async def test_an_odd_error_body_is_an_error_all_the_same(self, body: Any) -> None:
        async def heroku(request: web.Request) -> web.Response:
            return web.Response(body=json.dumps(body).encode(), status=403)

        async with served(heroku) as url, client_of(url) as client:
            with pytest.raises(Refused):
                await client.get("/account")


_NOW = "Mon, 30 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("said", "date", "pause"),
    [
        ("7", "", 7.0),
        ("0", "", 1.0),
        ("Mon, 30 Nov 2026 10:00:20 GMT", _NOW, 20.0),
        ("Mon, 30 Nov 2026 09:00:00 GMT", _NOW, 1.0),
        ("Mon, 30 Nov 2026 10:00:20 GMT", "", 4.0),
        ("Fri, 31 Feb 99999 99:00:00 GMT", _NOW, 4.0),
        ("-5", "", 4.0),
        ("1e30", "", 4.0),
        ("soon", "", 4.0),
        ("", "", 4.0),
        ("9" * 400, "", 999_999_999.0),
    ],
)
def test_how_long_a_refusal_asks_to_wait(said: str, date: str, pause: float) -> None:
    assert pause_after({"retry-after": said, "date": date}, 2) == pause


async def test_a_host_that_is_down_is_not_waited_for_again_and_again() -> None:
    async with client_of("http://127.0.0.1:1") as client:
        for _ in range(QUIET):
            with pytest.raises(Unreachable):
                await client.get("/x", host="metrics")
        calls = client.calls
        for _ in range(50):
            with pytest.raises(Unreachable) as caught:
                await client.get("/x", host="metrics")
        assert client.calls == calls
        assert "127.0.0.1:1" in caught.value.cause
        with pytest.raises(Unreachable):
            await client.get("/x", host="data")
        assert client.calls > calls, "another host is asked for itself"
