"""A reading of Heroku without a server: answers recorded once from the sandbox, given again changed."""

import asyncio
import copy
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from providers.heroku.answers import Answer
from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.heroku.wire import Question, Wire
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.tls import Certificates
from tests.providers.heroku_servers import TOKEN, at_once
from wizard.model.secret import Secret
from wizard.model.system import System

Where = tuple[str | int, ...]
"""A way into JSON: field names and places in lists."""

HOSTS = dict.fromkeys(
    ("api", "data", "particleboard", "metrics", "kolkrabbi", "dataclips"), "http://127.0.0.1:1"
)

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Recording:
    """Answers by host, path and range. `values` are their decoded bodies."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str, str], Answer] = {}
        self.values: dict[tuple[str, str, str], Any] = {}

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep an answer of the sandbox."""
        key = (question.host, question.path, question.headers.get("Range", ""))
        self.answers[key] = answer
        self.values[key] = json.loads(answer.body or b"null")

    def kinds(self) -> dict[tuple[str, str], tuple[str, str, str]]:
        """One question of each kind, by host and path without ids: the one that tells most."""
        found: dict[tuple[str, str], tuple[str, str, str]] = {}
        for key in self.answers:
            kind = key[0], re.sub(r"/[a-z]+-[a-z-]+-\d+", "/…", _ID.sub("…", key[1]))
            if kind not in found or len(self.answers[key].body) > len(self.answers[found[kind]].body):
                found[kind] = key
        return found


@cache
def recording() -> Recording:
    """The system that has one of everything, as the sandbox tells it."""
    found = Recording()
    exchange = Wire.exchange

    async def recorded(wire: Wire, question: Question) -> Answer:
        answer = await exchange(wire, question)
        found.keep(question, answer)
        return answer

    async def read(folder: Path) -> None:
        sandbox = HerokuSandbox(
            folder / "heroku", faults=Faults(), certificates=Certificates(folder / "tls"), world=zoo()
        )
        await sandbox.start()
        source = HerokuSource(Client(sandbox.hosts, Secret(sandbox.credentials["token"])))
        try:
            with mock.patch.object(Wire, "exchange", recorded):
                await source.read(lambda progress: None)
        finally:
            await source.close()
            await sandbox.stop()

    # In a thread of its own: a test may be running in a loop of this one.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, read(Path(folder))).result()
    _thin(found)
    return found


def _thin(found: Recording) -> None:
    """Leave the apps and add-ons of which something is the longest of its kind: one of each sort, which is
    read in a third of the time."""
    wanted = {mark for key in found.kinds().values() for mark in key[1].split("/")}
    for key, rows in found.values.items():
        if re.fullmatch(r"/apps|/addons|/teams/[^/]+/apps", key[1]) and isinstance(rows, list):
            kept = [row for row in rows if row["id"] in wanted]
            found.values[key] = kept
            found.answers[key] = found.answers[key]._replace(body=json.dumps(kept).encode())


def places(value: Any, where: Where = ()) -> Iterator[Where]:
    """Every way into `value`, of a list only into its first two rows."""
    yield where
    if isinstance(value, dict):
        for name, child in value.items():
            yield from places(child, (*where, name))
    elif isinstance(value, list):
        for number, child in enumerate(value[:2]):
            yield from places(child, (*where, number))


ABSENT = object()


def changed(value: Any, where: Where, into: Any) -> Any:
    """A copy of `value` with something else, or nothing at all, at `where`."""
    if not where:
        return None if into is ABSENT else into
    value = copy.copy(value)
    if len(where) > 1:
        value[where[0]] = changed(value[where[0]], where[1:], into)
    elif into is ABSENT:
        del value[where[0]]
    else:
        value[where[0]] = into
    return value


async def read_changed(change: Callable[[tuple[str, str, str], Any], Any]) -> System:
    """Read the recorded system, every body as `change` makes it of what it was."""
    recorded = recording()

    async def replayed(wire: Wire, question: Question) -> Answer:
        await asyncio.sleep(0)
        key = (question.host, question.path, question.headers.get("Range", ""))
        if key not in recorded.answers:
            body = b'{"id": "not_found", "message": "Nothing is there."}'
            return Answer(404, {}, body, "heroku", question.path, question.verb, question.host)
        answer = recorded.answers[key]
        value = recorded.values[key]
        after = change(key, value)
        return answer if after is value else answer._replace(body=json.dumps(after).encode())

    client = Client(HOSTS, Secret(TOKEN), sleep=at_once)
    try:
        with mock.patch.object(Wire, "exchange", replayed):
            return await HerokuSource(client).read(lambda progress: None)
    finally:
        await client.close()
