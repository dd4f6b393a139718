"""A healthy app is one that answers as it did on Heroku; and no proxy is asked about this machine."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from tests.screens.example_system import example_system
from tests.wizard.test_plan_steps import example_mapping, plan_of
from wizard.model.plan import Evidence, Step
from wizard.model.system import App
from wizard.model.trouble import Trouble
from wizard.plan.plan import FINISH
from wizard.ports import Endpoint, TargetApp, TargetService
from wizard.run.context import Context
from wizard.run.journal import Journal
from wizard.run.kinds.gate import Gate
from wizard.run.kinds.health import BEFORE, Health, answers
from wizard.session.store import Session, create


class Page:
    """A web server on loopback that answers everything with `status`; each of `first` once before."""

    def __init__(self) -> None:
        self.status = 200
        self.first: list[int] = []
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(page.first.pop(0) if page.first else page.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Surroundings:
    """A target whose one web service answers at `url`."""

    def __init__(self, session: Session, url: str) -> None:
        self.system = example_system()
        self.mapping = example_mapping(self.system)
        self.plan = plan_of(self.system, self.mapping)
        self.journal = Journal(session)
        self.journal.start_run(self.plan)
        self.loop = asyncio.get_running_loop()
        self.target = self
        self._url = url

    def source_app(self, step: Step) -> App:
        return self.system.app(str(step.args["app"]))

    async def app(self, handle: str) -> TargetApp:
        return TargetApp(id="1", handle=handle, environment_id="e", state="provisioned")

    async def services(self, app: TargetApp) -> list[TargetService]:
        return [TargetService(id="2", app_id="1", type="web", command="", count=1, memory_mb=512)]

    async def find_endpoint(self, service: TargetService) -> Endpoint:
        return Endpoint(id="3", service_id="2", url=self._url, state="provisioned")


@pytest.fixture
def context(page: Page, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    monkeypatch.setattr(Health, "settled", 0.0)
    monkeypatch.setattr(Health, "patience", 0.0)
    session = create("acme-shop")

    async def at_once(seconds: float) -> None:
        """As `asyncio.sleep`."""

    monkeypatch.setattr("wizard.run.kinds.health.asyncio.sleep", at_once)
    yield cast(Context, Later(session, page.url))
    session.close()


class Later:
    """Surroundings that are made inside the loop."""

    def __init__(self, session: Session, url: str) -> None:
        self._made: Surroundings | None = None
        self._how = (session, url)

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = Surroundings(*self._how)
        return getattr(self._made, name)


async def check(context: Context, heroku: int | None) -> Evidence:
    """The step as the drive does it, Heroku having answered `heroku`."""
    if heroku is not None:
        facts: dict[str, str | int | float | bool | None] = {"before": "off", BEFORE: heroku}
        context.journal.note("maintenance:migrate-backend", Evidence(summary="", facts=facts))
    step = context.plan.step("health:migrate-backend")
    kind = Health()
    found = await kind.probe(context, step)
    if found is None:
        await kind.do(context, step)
        found = await kind.verify(context, step)
    context.journal.end(step.key, "done", found)
    assert await kind.probe(context, step) is not None, "what was accepted is found again"
    return found


async def gate_facts(context: Context) -> dict[str, str]:
    step = context.plan.step(FINISH)
    facts = await Gate().facts(context, step)
    return {words: state for state, words in facts if "answers" in words}


@pytest.mark.parametrize(
    ("heroku", "status"), [(200, 200), (401, 401), (404, 404), (None, 302), (403, 200), (200, 308)]
)
async def test_what_answers_as_before_or_well_is_good(
    context: Context, page: Page, heroku: int | None, status: int
) -> None:
    page.status = status
    found = await check(context, heroku)
    assert found.facts["status"] == status
    assert list((await gate_facts(context)).values()) == ["good"]


@pytest.mark.parametrize(("heroku", "status"), [(200, 404), (401, 403), (None, 401), (503, 404)])
async def test_another_refusal_than_heroku_s_is_to_be_looked_at(
    context: Context, page: Page, heroku: int | None, status: int
) -> None:
    page.status = status
    await check(context, heroku)
    ((words, state),) = (await gate_facts(context)).items()
    assert state == "look" and f"answers {status}" in words
    assert (f"Heroku answered {heroku}" if heroku else "Heroku was not asked") in words


async def test_a_router_that_does_not_know_the_app_yet_is_waited_for(
    context: Context, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Health, "settled", 60.0)
    monkeypatch.setattr(Health, "patience", 60.0)
    page.first = [404, 503, 404]
    assert (await check(context, 200)).facts["status"] == 200


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_errors_of_the_server_fail_whatever_heroku_answered(
    context: Context, page: Page, status: int
) -> None:
    page.status = status
    with pytest.raises(Trouble) as caught:
        await check(context, status)
    assert caught.value.code == "unhealthy"


async def test_nobody_answers(context: Context, page: Page) -> None:
    page.server.shutdown()
    page.server.server_close()
    with pytest.raises(Trouble):
        await check(context, 200)


async def test_proxies_are_for_other_machines(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    page.status = 204
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert await answers(page.url) == 204
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, page.url)
    assert await answers("http://acme.example/") == 204, "it went through the proxy"
