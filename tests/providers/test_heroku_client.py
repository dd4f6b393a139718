"""Heroku's client against the sandbox over real HTTP, behaving well and badly."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from providers.heroku.answers import Gone, Refused
from providers.heroku.client import ATTEMPTS, Client
from providers.heroku.pacing import PATIENCE_SECONDS
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import App, Process, stable_id
from tests.providers.heroku_servers import sandbox, served
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    async with sandbox(tmp_path) as heroku:
        yield heroku


class Sleeps:
    """Remembers how long somebody wanted to wait, and does not wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


@pytest.fixture
async def client(heroku: HerokuSandbox, sleeps: Sleeps) -> AsyncIterator[Client]:
    client = Client(heroku.hosts, Secret(heroku.credentials["token"]), sleep=sleeps)
    yield client
    await client.close()


def add_apps(heroku: HerokuSandbox, count: int) -> None:
    for number in range(count):
        mark = stable_id("many", str(number))
        heroku.world.apps[mark] = App(
            mark, f"app-{number:04d}", "https://x.herokuapp.com/", "2024-01-01T00:00:00Z"
        )


class TestLists:
    async def test_a_list_of_more_than_a_thousand_comes_whole_and_once(
        self, heroku: HerokuSandbox, client: Client
    ) -> None:
        add_apps(heroku, 1_100)
        heroku.pages.largest = 37
        rows = await client.get_all("/apps")
        assert len({row["id"] for row in rows}) == len(rows) == 1_103
        assert client.calls == 30

    async def test_ids_that_come_twice_are_kept_once(self) -> None:
        async def twice(request: web.Request) -> web.Response:
            again = request.headers["Range"].startswith("id ]")
            headers = {} if again else {"Next-Range": "id ]a..; max=1"}
            return web.json_response([{"id": "a"}], status=200 if again else 206, headers=headers)

        async with served(twice) as url:
            client = Client({"api": url}, Secret("HRKU-0123456789"))
            assert await client.get_all("/apps") == [{"id": "a"}]
            await client.close()

    async def test_a_list_that_points_to_itself_is_told(self) -> None:
        async def circle(request: web.Request) -> web.Response:
            return web.json_response([{"id": "a"}], status=206, headers={"Next-Range": "id ]a..; max=1"})

        async with served(circle) as url:
            client = Client({"api": url}, Secret("HRKU-0123456789"))
            with pytest.raises(Unreachable) as caught:
                await client.get_all("/apps")
            assert caught.value.code == "endless-list"
            assert client.calls == 2
            await client.close()

    async def test_a_next_range_that_cannot_be_sent_is_told(self) -> None:
        async def odd(request: web.Request) -> web.Response:
            return web.json_response([{"id": "a"}], status=206, headers={"Next-Range": "id ]ü.."})

        async with served(odd) as url:
            client = Client({"api": url}, Secret("HRKU-0123456789"))
            with pytest.raises(Trouble) as caught:
                await client.get_all("/apps")
            assert caught.value.code == "not-the-api"
            await client.close()

    async def test_an_endless_list_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("providers.heroku.lists.MOST_PAGES", 20)
        count = 0

        async def endless(request: web.Request) -> web.Response:
            nonlocal count
            count += 1
            following = {"Next-Range": f"id ]{count}..; max=1"}
            return web.json_response([{"id": str(count)}], status=206, headers=following)

        async with served(endless) as url:
            client = Client({"api": url}, Secret("HRKU-0123456789"))
            with pytest.raises(Unreachable) as caught:
                await client.get_all("/apps")
            assert caught.value.code == "endless-list"
            await client.close()


class TestRateLimit:
    async def test_429_is_obeyed(self, heroku: HerokuSandbox, client: Client, sleeps: Sleeps) -> None:
        heroku.faults.add("429", path="/account", count=3, seconds=7)
        assert (await client.get("/account"))["email"] == heroku.world.email
        assert sleeps.seconds == [7.0, 7.0, 7.0]

    async def test_429_does_not_use_up_the_repeats_for_a_busy_server(
        self, heroku: HerokuSandbox, client: Client
    ) -> None:
        heroku.faults.add("429", path="/account", count=6, seconds=1)
        heroku.faults.add("500", path="/account", count=ATTEMPTS - 1)
        assert (await client.get("/account"))["email"] == heroku.world.email

    async def test_an_absurd_wait_is_told_instead_of_waited_for(
        self, heroku: HerokuSandbox, client: Client, sleeps: Sleeps
    ) -> None:
        heroku.faults.add("429", path="/account", count=None, seconds=int(PATIENCE_SECONDS) + 1)
        with pytest.raises(Unreachable) as caught:
            await client.get("/account")
        assert caught.value.code == "rate-limit"
        assert sleeps.seconds == []

    async def test_the_account_s_own_bucket_is_watched(
        self, heroku: HerokuSandbox, client: Client, sleeps: Sleeps
    ) -> None:
        heroku.bucket.size, heroku.bucket.per_minute = 10, 0
        heroku.bucket.look()
        await client.get("/account")
        assert client.remaining is not None and client.remaining < 10
        assert sleeps.seconds == []
        await client.get("/account")
        assert [round(seconds) for seconds in sleeps.seconds] == [5], "0.8 s a request, and 60 are left alone"

    async def test_a_write_refused_by_the_limit_is_sent_again(
        self, heroku: HerokuSandbox, client: Client
    ) -> None:
        heroku.faults.add("429", method="PATCH", seconds=1)
        await client.write("PATCH", "/apps/migrate-backend", {"maintenance": True})
        backend = heroku.world.app("migrate-backend")
        assert backend is not None and backend.maintenance


class TestBadServers:
    @pytest.mark.parametrize("kind", ["500", "503", "refuse", "drop", "truncate"])
    async def test_a_read_survives_a_storm(
        self, kind: str, heroku: HerokuSandbox, client: Client, sleeps: Sleeps
    ) -> None:
        heroku.faults.add(kind, path="/account", count=ATTEMPTS - 1)
        assert (await client.get("/account"))["email"] == heroku.world.email
        assert len(sleeps.seconds) == ATTEMPTS - 1
        assert sleeps.seconds[-1] > sleeps.seconds[0]

    @pytest.mark.parametrize("kind", ["500", "503", "refuse", "drop", "truncate"])
    async def test_a_storm_without_end_is_told(
        self, kind: str, heroku: HerokuSandbox, client: Client
    ) -> None:
        heroku.faults.add(kind, path="/account", count=None)
        with pytest.raises(Unreachable) as caught:
            await client.get("/account")
        assert caught.value.retry
        assert client.calls == ATTEMPTS

    @pytest.mark.parametrize("kind", ["500", "503", "refuse", "drop", "truncate"])
    async def test_a_write_is_sent_once(self, kind: str, heroku: HerokuSandbox, client: Client) -> None:
        heroku.faults.add(kind, method="PATCH", count=None)
        with pytest.raises(Unreachable):
            await client.write("PATCH", "/apps/migrate-backend", {"maintenance": True})
        assert client.calls == 1

    async def test_a_web_page_is_not_the_api(self, heroku: HerokuSandbox, client: Client) -> None:
        heroku.faults.add("html", path="/account")
        with pytest.raises(Trouble) as caught:
            await client.get("/account")
        assert caught.value.code == "not-the-api"
        assert "web page" in caught.value.cause

    async def test_dripping_bytes_do_not_hold_a_run(self, heroku: HerokuSandbox, sleeps: Sleeps) -> None:
        heroku.faults.add("drip", path="/account", count=None, seconds=0.2)
        token = Secret(heroku.credentials["token"])
        client = Client(heroku.hosts, token, sleep=sleeps, seconds=0.3)
        with pytest.raises(Unreachable):
            await client.get("/account")
        await client.close()

    async def test_an_answer_without_measure_is_cut_off(
        self, heroku: HerokuSandbox, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("providers.heroku.client.RAW_LIMIT", 100)
        with pytest.raises(Unreachable) as caught:
            await client.get_raw("/apps/migrate-backend/config-vars")
        assert caught.value.code == "answer-too-long"

    @pytest.mark.parametrize("body", [b"", b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe", b'{"a": "\xc3"}'])
    async def test_broken_json_is_told(self, body: bytes) -> None:
        async def broken(request: web.Request) -> web.Response:
            return web.Response(body=body, content_type="application/json")

        async with served(broken) as url:
            client = Client({"api": url}, Secret("HRKU-0123456789"))
            with pytest.raises(Trouble) as caught:
                await client.get("/account")
            assert caught.value.code == "not-the-api"
            await client.close()

    async def test_nobody_listens(self, sleeps: Sleeps) -> None:
        client = Client({"api": "http://127.0.0.1:1"}, Secret("HRKU-0123456789"), sleep=sleeps)
        with pytest.raises(Unreachable) as caught:
            await client.get("/account")
        assert "127.0.0.1:1" in caught.value.cause
        await client.close()


class TestSigningIn:
    async def test_an_expired_token_asks_to_sign_in(self, heroku: HerokuSandbox, client: Client) -> None:
        heroku.faults.add("expire-token", path="/account")
        with pytest.raises(SignInNeeded) as caught:
            await client.get("/account")
        assert caught.value.vendor == "heroku"
        assert client.calls == 1

    async def test_a_second_factor_is_asked_for(self, heroku: HerokuSandbox, client: Client) -> None:
        await heroku.act("refuse", app="migrate-backend", how="two_factor")
        with pytest.raises(SecondFactorNeeded):
            await client.get("/apps/migrate-backend")

    async def test_other_refusals_say_heroku_s_words(self, heroku: HerokuSandbox, client: Client) -> None:
        await heroku.act("refuse", app="migrate-backend")
        with pytest.raises(Refused) as caught:
            await client.get("/apps/migrate-backend")
        assert "You do not have access to the app migrate-backend." in caught.value.cause

    async def test_what_is_not_there_is_gone(self, client: Client) -> None:
        with pytest.raises(Gone) as caught:
            await client.get("/apps/no-such-app")
        assert "Couldn't find that app." in caught.value.cause

    @pytest.mark.parametrize("value", ["", " \n", "HRKU-a\nX-Evil: 1", "tökén", "HRKU a"])
    def test_what_cannot_be_a_token_is_never_sent(self, value: str) -> None:
        with pytest.raises(SignInNeeded) as caught:
            Client({}, Secret(value))
        assert caught.value.code == "token-malformed"
        assert value.strip() == "" or value not in str(caught.value)

    async def test_the_token_is_in_no_trouble(self, heroku: HerokuSandbox, sleeps: Sleeps) -> None:
        for kind in ("500", "html", "drop", "truncate", "expire-token"):
            token = heroku.credentials["token"]
            client = Client(heroku.hosts, Secret(token), sleep=sleeps)
            heroku.faults.add(kind, path="/account", count=None)
            with pytest.raises(Trouble) as caught:
                await client.get("/account")
            seen: BaseException | None = caught.value
            while seen is not None:
                assert token not in f"{seen!r} {seen}"
                seen = seen.__cause__ or seen.__context__
            heroku.faults.clear()
            await client.close()


class TestAddresses:
    async def test_a_redirect_is_not_followed_and_the_token_stays(self) -> None:
        seen: list[str] = []

        async def elsewhere(request: web.Request) -> web.Response:
            seen.append(request.headers.get("Authorization", ""))
            return web.json_response({})

        async with served(elsewhere) as other:

            async def redirect(request: web.Request) -> web.Response:
                return web.Response(status=302, headers={"Location": f"{other}/account"})

            async with served(redirect) as url:
                client = Client({"api": url}, Secret("HRKU-0123456789"))
                with pytest.raises(Unreachable) as caught:
                    await client.get("/account")
                assert caught.value.code == "redirected"
                assert client.calls == 1
                await client.close()
        assert seen == []

    def test_plain_http_is_for_this_machine_only(self) -> None:
        with pytest.raises(Trouble) as caught:
            Client({"data": "http://api.data.heroku.com"}, Secret("HRKU-0123456789"))
        assert caught.value.code == "plain-http"

    @pytest.mark.parametrize(
        "url", ["api.heroku.com", "ftp://api.heroku.com", "https://", "http://[::1", "https://a:b@c.example"]
    )
    def test_what_is_no_address_is_told(self, url: str) -> None:
        with pytest.raises(Trouble) as caught:
            Client({"api": url}, Secret("HRKU-0123456789"))
        assert caught.value.code == "bad-address"

    def test_heroku_s_own_addresses_are_the_default(self) -> None:
        client = Client({}, Secret("HRKU-0123456789"))
        assert client.hosts == {
            "api": "https://api.heroku.com",
            "data": "https://api.data.heroku.com",
            "particleboard": "https://particleboard.heroku.com",
            "metrics": "https://api.metrics.heroku.com",
            "kolkrabbi": "https://kolkrabbi.heroku.com",
            "dataclips": "https://data-api.heroku.com",
            "git": "https://git.heroku.com",
        }

    def test_what_stands_beside_another_api_is_not_guessed(self) -> None:
        token = Secret("HRKU-0123456789")
        assert Client({"api": "https://api.herokai.com"}, token).hosts.keys() == {
            "api",
            "data",
            "particleboard",
        }
        assert Client({"api": "http://127.0.0.1:1"}, token).hosts.keys() == {"api"}
        assert len(Client({"api": "https://api.heroku.com/"}, token).hosts) == 7

    async def test_no_proxy_sees_what_is_meant_for_this_machine(
        self, heroku: HerokuSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        client = Client(heroku.hosts, Secret(heroku.credentials["token"]))
        assert (await client.get("/account"))["email"] == heroku.world.email
        await client.close()


async def test_texts_are_clean_and_config_values_are_not_touched(
    heroku: HerokuSandbox, client: Client
) -> None:
    app = heroku.world.app("migrate-backend")
    assert app is not None
    app.processes["evil"] = Process(stable_id("evil"), "evil", "echo \x1b]52;c;aGk=\x07\u202e", 0, "Basic")
    value = "line one\r\nline two\x1b[2J\u202e \u0000 end"
    app.config["ODD"] = value
    rows = await client.get_all("/apps/migrate-backend/formation")
    command = next(row["command"] for row in rows if row["type"] == "evil")
    assert command == "echo ␛]52;c;aGk=␇<U+202E>"
    assert (await client.get_raw("/apps/migrate-backend/config-vars"))["ODD"] == value
