"""From Heroku's answers to the files that a person takes away: nothing is missing, nothing gets out raw."""

import contextlib
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.systems.wild import wild
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from tests.providers.heroku_servers import served
from tests.providers.test_heroku_client import Sleeps
from tests.wizard.document import hostile
from tests.wizard.document.reading_back import csv_rows, export_all, sheets, texts
from wizard.document.component import components
from wizard.document.export.escape import code, plain
from wizard.document.export.json_file import read_document
from wizard.document.export.markdown_incomplete import template
from wizard.document.export.tables import SHAPES
from wizard.model.noun import encode
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.model.text import UNSAFE, clean

FREE = ("app_name", "branch", "command", "commit", "description", "email", "hostname", "name", "repo", "type")
"""Keys whose values are words that somebody chose, or that Heroku may choose anew at any time."""

_STRUCTURE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT|https?://|urn:|[0-9a-f]{40}$", re.I)


@contextlib.asynccontextmanager
async def running(world: World, folder: Path) -> AsyncIterator[HerokuSandbox]:
    sandbox = HerokuSandbox(
        folder / "heroku",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(folder / "tls"),
        alive=False,
        world=world,
    )
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


async def read(hosts: dict[str, str], token: str) -> System:
    source = HerokuSource(Client(hosts, Secret(token), sleep=Sleeps()))
    try:
        return await source.read(lambda progress: None)
    finally:
        await source.close()


# -- everything that is described ---------------------------------------------------------------------------


def check_exports(system: System, folder: Path) -> None:
    """Every object of the System is in each export by name and by count."""
    exported = export_all(system, folder)
    whole = components(system)
    count = Counter(SHAPES[one.key.partition(":")[0]].name for one in whole)
    book = sheets(exported["xlsx"])
    for shape in SHAPES.values():
        rows = csv_rows(exported["csv"] / f"{shape.name.lower().replace(' ', '-')}.csv")
        # A sheet without a row says so in one.
        filled = [row for row in book[shape.name] if row[0] != f"({shape.none})"]
        assert len(rows) - 1 == len(filled) - 1 == count[shape.name], shape.name
    told_again = read_document(exported["json"].read_bytes(), what="the document")
    assert told_again.system == system and told_again.components == whole
    said = texts(exported)
    json_strings = json.loads(said["json"])["components"]
    assert [one["name"] for one in json_strings] == [one.name for one in whole]
    apps = {app.id: app for app in system.apps}
    folded = {f"gap:{gap.key}": template(gap, apps) for gap in system.gaps}
    for one in whole:
        assert one.name in said["csv"].replace('""', '"'), one
        assert one.name in said["xlsx"], one
        # In Markdown some signs are written otherwise, and what many apps have in common stands there once.
        forms = [code(one.name), plain(one.name), plain(f"x {one.name}")[2:]]
        if question := folded.get(one.key):
            forms.append(plain(question))
        assert any(form in said["markdown"] for form in forms), one


async def _check(world: World, folder: Path) -> None:
    async with running(world, folder) as sandbox:
        system = await read(sandbox.hosts, world.new_token(scope=("global",)))
    assert len(system.apps) + len(system.unread_apps) == len(world.apps)
    check_exports(system, folder)


async def test_everything_that_heroku_tells_is_in_every_export(tmp_path: Path) -> None:
    await _check(zoo(), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 45))
async def test_many_systems_thrown_together_are_whole_in_every_export(seed: int, tmp_path: Path) -> None:
    await _check(wild(seed), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 9))
async def test_many_orderly_systems_are_whole_in_every_export(seed: int, tmp_path: Path) -> None:
    sizes = {"apps": 4 * seed, "pipelines": 2, "teams": 2, "add_ons": 9 * seed, "config_vars": 50 * seed}
    await _check(generated(seed=seed, spaces=seed % 3, **sizes), tmp_path)


# -- names that are more than names -------------------------------------------------------------------------


class Poison:
    """Puts the corpus into the texts of answers, one after the other. `everything`: also into words that
    Heroku alone chooses (states, stages, kinds), which no reading may stumble over."""

    def __init__(self, everything: bool) -> None:
        self.everything = everything
        self.used: set[str] = set()
        self._place = 0

    def of(self, value: Any, key: str = "", names_too: bool = False) -> Any:
        """An answer with poison in it. `names_too`: keys are names that somebody chose."""
        if isinstance(value, dict):
            names = names_too or key in ("process_types", "config_vars")
            return {self._name(one) if names else one: self.of(inner, one) for one, inner in value.items()}
        if isinstance(value, list):
            return [self.of(one, key) for one in value]
        if isinstance(value, str) and self._may_be(key, value):
            return value + self._next()
        return value

    def _name(self, name: str) -> str:
        return name + self._next()

    def _may_be(self, key: str, value: str) -> bool:
        if _STRUCTURE.match(value) or key == "id" or key.endswith(("_id", "_url", "_at")):
            return False
        return self.everything or key in FREE

    def _next(self) -> str:
        self._place += 1
        text = hostile.ALL[self._place % len(hostile.ALL)]
        self.used.add(text)
        return text


async def poisoned_system(world: World, folder: Path, poison: Poison) -> System:
    """What Offramp makes of a Heroku whose texts are poisoned on the way."""
    async with (
        running(world, folder) as sandbox,
        contextlib.AsyncExitStack() as stack,
        aiohttp.ClientSession() as session,
    ):

        async def through(name: str) -> str:
            async def answer(request: web.Request) -> web.StreamResponse:
                url = f"{sandbox.hosts[name]}{request.rel_url}"
                heads = {one: text for one, text in request.headers.items() if one.lower() != "host"}
                body = await request.read()
                async with session.request(
                    request.method, url, headers=heads, data=body, allow_redirects=False
                ) as told:
                    kept = ("content-type", "next-range", "content-range", "ratelimit-remaining", "etag")
                    back = {one: told.headers[one] for one in kept if one in told.headers}
                    raw = await told.read()
                    if told.status < 300 and raw.startswith((b"{", b"[")):
                        names_too = request.path.endswith("/config-vars")
                        raw = json.dumps(poison.of(json.loads(raw), "", names_too)).encode()
                    return web.Response(status=told.status, body=raw, headers=back)

            return await stack.enter_async_context(served(answer))

        hosts = {name: await through(name) for name in sandbox.hosts if name != "git"}
        return await read(hosts, world.new_token(scope=("global",)))


@pytest.mark.parametrize("everything", [pytest.param(False, marks=pytest.mark.slow), True])
async def test_no_sequence_of_the_corpus_gets_through(everything: bool, tmp_path: Path) -> None:
    poison = Poison(everything)
    world = zoo()
    system = await poisoned_system(world, tmp_path, poison)
    assert poison.used == set(hostile.ALL)
    # In the inventory already every text is clean, so no screen can show one raw.
    assert not UNSAFE.search(json.dumps(json.loads(encode(system)), ensure_ascii=False))
    assert len(system.apps) == sum(world.is_open(mark) for mark in world.apps)
    for kind, text in texts(export_all(system, tmp_path)).items():
        assert {f"U+{ord(sign):04X}" for sign in UNSAFE.findall(text)} <= {"U+000A"}, kind
    wanted = {app.name for mark, app in world.apps.items() if world.is_open(mark)}
    poisons = {clean(text) for text in hostile.ALL}
    for name in (one.name for one in components(system) if one.kind == "app"):
        assert name.removesuffix(next(text for text in poisons if name.endswith(text))) in wanted
