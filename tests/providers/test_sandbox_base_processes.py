"""Processes, the router and the faults of the sandbox."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from providers.sandbox.faults import Faults
from providers.sandbox.processes import Running, free_port, local_environment, port_answers
from providers.sandbox.router import Router


async def finished(command: str, folder: Path, **env: str) -> tuple[int, list[str]]:
    lines: list[str] = []
    running = await Running.start(command, folder, env, lines.append)
    return await asyncio.wait_for(running.wait(), 20), lines


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_output_and_exit_code_arrive(tmp_path: Path) -> None:
    code, lines = await finished("echo one; echo two >&2; printf three; exit 7", tmp_path)
    assert (code, lines) == (7, ["one", "two", "three"])


async def test_the_environment_is_what_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_SANDBOX", "leaks")
    code, lines = await finished("env", tmp_path, COLOUR="blue", EMPTY="")
    seen = dict(line.split("=", 1) for line in lines)
    assert code == 0
    assert seen["COLOUR"] == "blue"
    assert seen["EMPTY"] == ""
    assert "OF_THE_SANDBOX" not in seen
    assert seen["HOST"] == "127.0.0.1"
    assert seen["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_an_app_may_say_its_own_host() -> None:
    assert local_environment({"HOST": "localhost"})["HOST"] == "localhost"


async def test_python_is_the_one_that_has_psycopg(tmp_path: Path) -> None:
    code, lines = await finished("python -c 'import psycopg; print(psycopg.__name__)'", tmp_path)
    assert (code, lines) == (0, ["psycopg"])


async def test_a_variable_in_the_command_is_filled_in(tmp_path: Path) -> None:
    assert await finished("echo port $PORT", tmp_path, PORT="4711") == (0, ["port 4711"])


async def test_a_simple_command_replaces_the_shell(tmp_path: Path) -> None:
    lines: list[str] = []
    program = "python -c 'import os, time; print(os.getpid()); time.sleep(600)'"
    running = await Running.start(program, tmp_path, {}, lines.append)
    while not lines:
        await asyncio.sleep(0.01)
    assert int(lines[0]) == running.pid
    await running.stop(grace=10)
    assert running.exit_code == -signal.SIGTERM


async def test_stop_ends_children_too(tmp_path: Path) -> None:
    lines: list[str] = []
    running = await Running.start("sleep 600 & echo $!; wait", tmp_path, {}, lines.append)
    while not lines:
        await asyncio.sleep(0.01)
    child = int(lines[0])
    await running.stop(grace=5)
    for _ in range(200):
        if not alive(child):
            break
        await asyncio.sleep(0.02)
    assert not alive(child) or Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"


async def test_who_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    lines: list[str] = []
    program = "python -c 'import signal, time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(600)'"
    running = await Running.start(program, tmp_path, {}, lines.append)
    while not lines:
        await asyncio.sleep(0.01)
    await running.stop(grace=0.2)
    assert running.exit_code == -signal.SIGKILL
    await running.stop(grace=0.2)  # a second time is no error


async def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    code, lines = await finished("no-such-program-here", tmp_path)
    assert code == 127
    assert "no-such-program-here" in lines[0]


async def test_a_port_that_nobody_opens(tmp_path: Path) -> None:
    running = await Running.start("sleep 0.1", tmp_path, {}, print)
    assert not await port_answers(free_port(), running, seconds=20)


# --- Router -------------------------------------------------------------------------------------------


@pytest.fixture
async def app_port() -> AsyncIterator[int]:
    """A small app that tells what reached it."""

    async def tell(request: web.Request) -> web.Response:
        body = await request.text()
        headers = {
            "X-Seen": request.headers.get("X-Forwarded-Proto", "-"),
            "X-Query": request.rel_url.raw_query_string,
        }
        answer = web.Response(text=f"{request.method} {request.path} {body}", headers=headers)
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        return answer

    async def move(request: web.Request) -> web.Response:
        raise web.HTTPFound("/elsewhere")

    application = web.Application()
    application.router.add_get("/move", move)
    application.router.add_route("*", "/{path:.*}", tell)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    router = Router()
    await router.start()
    yield router
    await router.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


async def test_the_router_passes_requests_on(
    router: Router, app_port: int, http: aiohttp.ClientSession
) -> None:
    router.target = app_port
    async with http.post(router.url + "a/b?c=d%20e&f=%2B+%C3%BC", data="body") as answer:
        assert await answer.text() == "POST /a/b body"
        assert answer.headers["X-Seen"] == "http"
        assert answer.headers["X-Query"] == "c=d%20e&f=%2B+%C3%BC"
        assert len(answer.headers.getall("Set-Cookie")) == 2
    async with http.get(router.url + "move", allow_redirects=False) as answer:
        assert answer.status == 302
    async with http.head(router.url) as answer:
        assert answer.status == 200
    assert router.requests == 3


async def test_maintenance_stops_the_web_only_while_it_is_on(
    router: Router, app_port: int, http: aiohttp.ClientSession
) -> None:
    router.target = app_port
    router.maintenance = True
    async with http.get(router.url) as answer:
        assert answer.status == 503
        assert "Offline for Maintenance" in await answer.text()
    router.maintenance = False
    async with http.get(router.url) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("nothing_there", [True, False])
async def test_no_app_gives_the_error_page(
    router: Router, http: aiohttp.ClientSession, nothing_there: bool
) -> None:
    router.target = None if nothing_there else free_port()
    async with http.get(router.url) as answer:
        assert answer.status == 503
        assert "Application error" in await answer.text()


# --- Faults -------------------------------------------------------------------------------------------


class Vendor:
    """A server with faults that counts what it really did."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.done = 0
        self.url = ""

    async def work(self, request: web.Request) -> web.Response:
        self.done += 1
        return web.json_response({"done": self.done, "padding": "x" * 1000})


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    vendor = Vendor()
    application = web.Application(middlewares=[vendor.faults.middleware])
    application.router.add_route("*", "/{path:.*}", vendor.work)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield vendor
    await runner.cleanup()


@pytest.mark.parametrize("kind", ["429", "500", "503"])
async def test_error_answers_do_no_work(vendor: Vendor, http: aiohttp.ClientSession, kind: str) -> None:
    vendor.faults.error_body = lambda status: {"id": "of_the_vendor", "status": status}
    vendor.faults.add(kind, path="/apps*", seconds=3)
    async with http.get(vendor.url + "/apps/one") as answer:
        assert answer.status == int(kind)
        assert (await answer.json())["id"] == "of_the_vendor"
        assert answer.headers.get("Retry-After") == (None if kind == "500" else "3")
    assert vendor.done == 0
    async with http.get(vendor.url + "/apps/one") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(("kind", "done"), [("refuse", 0), ("drop", 1)])
async def test_a_cut_before_and_after_the_work(
    vendor: Vendor, http: aiohttp.ClientSession, kind: str, done: int
) -> None:
    vendor.faults.add(kind)
    with pytest.raises(aiohttp.ClientError):
        await http.post(vendor.url + "/operations")
    assert vendor.done == done


async def test_an_answer_that_breaks_off(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.faults.add("truncate")
    async with http.get(vendor.url + "/") as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    assert vendor.done == 1


async def test_an_answer_in_drops_is_whole(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.faults.add("drip", seconds=0.001)
    async with http.get(vendor.url + "/") as answer:
        assert (await answer.json())["done"] == 1


async def test_a_page_instead_of_json(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.faults.add("html", status=200)
    async with http.get(vendor.url + "/") as answer:
        assert answer.content_type == "text/html"
        assert "<html>" in await answer.text()
    assert vendor.done == 0


async def test_tokens_expire_before_the_work(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    expired: list[int] = []
    vendor.faults.expire_tokens = lambda: expired.append(vendor.done)
    vendor.faults.add("expire-token")
    async with http.get(vendor.url + "/") as answer:
        assert answer.status == 200
    assert expired == [0]


async def test_a_fault_with_a_wrong_name_is_noticed(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.faults.add("explode")
    async with http.get(vendor.url + "/") as answer:
        assert answer.status == 500
        assert "explode" in await answer.text()
    assert vendor.done == 0


async def test_slow_still_does_the_work(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.faults.add("slow", seconds=0.4)
    with pytest.raises(TimeoutError):
        await http.get(vendor.url + "/", timeout=aiohttp.ClientTimeout(total=0.05))
    async with http.get(vendor.url + "/") as answer:
        assert answer.status == 200


def test_rules_are_chosen_by_path_method_count_and_order() -> None:
    faults = Faults()
    first = faults.add("500", path="/apps/*/config-vars", method="GET", count=2, after=1)
    always = faults.add("503", path="/apps/*", count=None)
    taken = [faults.take("GET", "/apps/shop/config-vars") for _ in range(4)]
    assert [rule.kind if rule else None for rule in taken] == ["503", "500", "500", "503"]
    assert faults.take("GET", "/account") is None
    assert [(rule["id"], rule["used"]) for rule in faults.list()] == [(first, 2), (always, 2)]
    faults.clear(always)
    assert faults.take("POST", "/apps/shop") is None
    faults.clear()
    assert faults.list() == []
