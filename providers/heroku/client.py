"""Heroku's HTTP: one request in, clean JSON out, and a Trouble for everything else.

Wire rules (Platform API v3): `Accept: application/vnd.heroku+json; version=3`, with a variant for what is
newer ("sdk", "fir", "pipelines", "webhooks", "review-apps", "repositories-api", "docker-releases",
"dogwood", "team-invitations"); long lists come as 206 with `Next-Range`; tokens go as `Bearer`, to two
routes of the data API as `Basic` (as Heroku's CLI does); errors are `{"id", "message"}`; warnings stand in
headers.
"""

import asyncio
import base64
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from providers.heroku.answers import Answer, BadRange, not_the_api, parse_json, read_json, trouble_of
from providers.heroku.hosts import complete_hosts
from providers.heroku.lists import ListReader
from providers.heroku.pacing import PATIENCE_SECONDS, REFUSALS, Pace
from providers.heroku.room import Room, light_errors
from providers.heroku.second_factor import SecondFactor, checked_code
from providers.heroku.unchanged import Key, Unchanged
from providers.heroku.waits import backoff, pause_after, remaining
from providers.heroku.warnings import Warnings
from providers.heroku.wire import BODY_LIMIT, Question, Silent, Untrusted, Wire
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Unreachable

ATTEMPTS: Final = 5
CONCURRENT: Final = 32
REQUEST_SECONDS: Final = 60.0
"""For one whole answer, so that a server that drips bytes cannot hold a run for ever. A read is asked again
as long as twice that has not passed."""

RAW_LIMIT: Final = 400 * 1024
"""Bytes of an answer that is kept as it is. All config vars of an app have 64 kB at most on Heroku, which may
be six times as long in JSON."""

RAW_FORMS: Final = 6
"""How often the length of a config var is kept: in each encoding in which it may have to be redacted."""

QUIET: Final = 3
"""So many reads in a row that a host leaves without any answer, all their attempts through, and it counts as
down: for a while, reads of it fail at once instead of each waiting for itself. A read beside which the host
has answered others is not one of them: that is a broken route."""

QUIET_SECONDS: Final = 20.0

_BUSY = frozenset({500, 502, 503, 504})
_JSON_API = "application/vnd.api+json"


class Client:
    """One signed-in connection to Heroku's hosts (see `providers.heroku.hosts`).

    All methods raise Trouble and nothing else. `calls` counts requests sent, `token` is for git, which asks
    itself. Paths begin with a slash; ids in them are quoted by whoever makes them.

    Args:
        sleep: how to wait; tests pass one that returns at once.
        seconds: for one whole answer.
        concurrent: requests under way at one time.
    """

    def __init__(
        self,
        hosts: Mapping[str, str],
        token: Secret,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: float = REQUEST_SECONDS,
        concurrent: int = CONCURRENT,
    ) -> None:
        self.hosts = complete_hosts(hosts)
        self.calls = 0
        self._sleep = sleep
        self._seconds = seconds
        self._turn = asyncio.Semaphore(concurrent)
        self._pace = Pace(sleep)
        self._unchanged = Unchanged()
        self._warnings = Warnings()
        self._room: Room | None = None
        self._factor = SecondFactor()
        self._quiet: dict[str, int] = {}
        self._heard: dict[str, float] = {}
        self._quiet_until: dict[str, float] = {}
        bearer = _bearer(token)
        self.token = Secret(bearer, "Heroku token")
        self._bearer = f"Bearer {bearer}"
        self._basic = f"Basic {base64.b64encode(f':{bearer}'.encode()).decode()}"
        self._wire = Wire(self.hosts, seconds=seconds)

    @property
    def remaining(self) -> int | None:
        """How many requests Heroku said were left in the account's bucket, None before it has said so."""
        return self._pace.remaining

    @property
    def slow(self) -> bool:
        """Whether requests go at the pace of Heroku's rate limit now, about 75 a minute."""
        return self._pace.slow

    @property
    def warnings(self) -> tuple[str, ...]:
        """What Heroku warned of in headers, each once, clean; the first ones."""
        return self._warnings.texts

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Bound what the answers take of memory all together while an inventory is read, which keeps them."""
        self._room = Room()
        try:
            yield
        finally:
            self._room = None

    def second_factor(self, code: Secret | None) -> None:
        """Hand in the code that the person's second factor shows now; None takes it back.

        It is sent with reads that Heroku refused for want of it, and forgotten when it is not taken.

        Raises:
            Trouble: it can be no code.
        """
        self._factor.give(code)

    @light_errors
    async def pre_authorise(self, app: str, code: Secret) -> None:
        """Open an app that wants a second factor to this token for a while. A write: ask the person first.

        Raises:
            SecondFactorNeeded: Heroku does not take the code.
        """
        path = f"/apps/{urllib.parse.quote(app, safe='')}/pre-authorizations"
        await self._send("PUT", path, headers={"Heroku-Two-Factor-Code": checked_code(code)})

    @light_errors
    async def get(
        self,
        path: str,
        *,
        host: str = "api",
        variant: str = "",
        headers: Mapping[str, str] | None = None,
        basic: bool = False,
    ) -> Any:
        """GET one object; texts in it are clean. Repeated with back-off when Heroku is busy.

        Args:
            basic: send the token as the password of Basic, as the data API's credential routes want.
        """
        return read_json(
            await self._send("GET", path, host=host, variant=variant, headers=headers, basic=basic)
        )

    @light_errors
    async def get_raw(self, path: str, *, variant: str = "") -> dict[str, Any]:
        """GET one object whose texts are left byte for byte as they are: for config vars."""
        answer = await self._send("GET", path, limit=RAW_LIMIT, variant=variant)
        value = parse_json(answer)
        if not isinstance(value, dict):
            raise not_the_api(answer, "JSON that is not an object")
        return value

    @light_errors
    async def get_all(
        self,
        path: str,
        *,
        host: str = "api",
        order: str | None = None,
        variant: str = "",
        headers: Mapping[str, str] | None = None,
        basic: bool = False,
    ) -> list[dict[str, Any]]:
        """GET a whole list, following `Next-Range` to its end; an id that comes twice is kept once.

        Args:
            order: the range to begin with, "id .." by default on "api", none elsewhere; "" for the few
                lists that have no id and are never long.
        """
        order = ("id .." if host == "api" else "") if order is None else order
        reader = ListReader(path)
        wanted = f"{order}; max=1000" if order else ""
        while True:
            sent = {**(headers or {}), "Range": wanted} if wanted else headers
            try:
                answer = await self._send("GET", path, host=host, variant=variant, headers=sent, basic=basic)
            except BadRange:
                if not wanted or reader.pages:
                    raise
                # A list that is not cut into ranges by this field: its own order has to do.
                answer = await self._send(
                    "GET", path, host=host, variant=variant, headers=headers, basic=basic
                )
            wanted = reader.take(answer)
            if not wanted:
                return reader.rows

    @light_errors
    async def get_page(self, path: str, wanted: str, *, variant: str = "") -> list[dict[str, Any]]:
        """GET only what the range `wanted` names ("version ..; order=desc,max=10")."""
        answer = await self._send("GET", path, variant=variant, headers={"Range": wanted})
        reader = ListReader(path)
        reader.take(answer)
        return reader.rows

    @light_errors
    async def write(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        host: str = "api",
        variant: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """PATCH, POST, PUT or DELETE, sent once. Unreachable means: it may have happened, look before more.

        Only a 429 is answered by sending again: Heroku did nothing then.
        """
        answer = await self._send(verb, path, host=host, variant=variant, headers=headers, body=body)
        return read_json(answer) if answer.body.strip() else None

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _send(
        self,
        verb: str,
        path: str,
        *,
        host: str = "api",
        variant: str = "",
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        basic: bool = False,
        limit: int = BODY_LIMIT,
    ) -> Answer:
        sent = {
            "Authorization": self._basic if basic else self._bearer,
            "User-Agent": "offramp",
            # Compressed answers could unfold without bound; Heroku's are small enough as they are.
            "Accept-Encoding": "identity",
            "Accept": _accept(host, variant),
            **(headers or {}),
        }
        content = None
        if body is not None:
            sent["Content-Type"] = _JSON_API if host == "particleboard" else "application/json"
            content = msgspec.json.encode(body)
        question = Question(verb, path, host, sent, content, limit)
        async with self._turn:
            if verb != "GET":
                answer = await self._until_taken(question)
            else:
                answer = await self._read(question)
        if answer.status >= 300:
            raise trouble_of(answer)
        if self._room is not None:
            self._room.take(answer.body, times=RAW_FORMS if limit == RAW_LIMIT else 1)
        return answer

    async def _read(self, question: Question) -> Answer:
        """A GET: asked again while Heroku is busy or silent, with what it said last time and the second
        factor where it wants those."""
        key = self._unchanged.key(question.host, question.path, question.headers)
        tag = self._unchanged.tag(key) if key else ""
        if tag:
            question = _with(question, "If-None-Match", tag)
        with_code = self._factor.known(question.path)
        answer = await self._patiently(_with(question, "Heroku-Two-Factor-Code", with_code))
        if answer.status == 403 and isinstance(refusal := trouble_of(answer), SecondFactorNeeded):
            async with self._factor.one_by_one:
                code = "" if with_code else self._factor.code
                if code:
                    answer = await self._patiently(_with(question, "Heroku-Two-Factor-Code", code))
                self._factor.judge(question.path, with_code or code, answer, refusal)
        if key:
            answer = self._remembered(key, answer) if answer.status == 304 else answer
            self._unchanged.keep(key, answer)
        return answer

    def _remembered(self, key: Key, answer: Answer) -> Answer:
        kept = self._unchanged.kept(key)
        if kept is None:
            raise not_the_api(answer, "that nothing has changed, though it was not asked so")
        return kept

    async def _patiently(self, question: Question) -> Answer:
        began, failed, host = time.monotonic(), 0, question.host
        if time.monotonic() < self._quiet_until.get(host, 0.0):
            raise _down(self.hosts[host])
        while True:
            last = failed + 1 >= ATTEMPTS
            try:
                answer = await self._until_taken(question)
            except Untrusted:
                raise
            except Silent:
                if last or time.monotonic() - began > 2 * self._seconds:
                    if self._heard.get(host, began) <= began:
                        self._quiet[host] = self._quiet.get(host, 0) + 1
                    if self._quiet.get(host, 0) >= QUIET:
                        self._quiet_until[host] = time.monotonic() + QUIET_SECONDS
                    raise
            else:
                self._quiet[host], self._heard[host] = 0, time.monotonic()
                if answer.status not in _BUSY or last:
                    return answer
            failed += 1
            await self._sleep(backoff(failed))

    async def _until_taken(self, question: Question) -> Answer:
        """Send, and again only while the rate limit refuses it."""
        waited, refused = 0.0, 0
        while True:
            turn = await self._pace.turn(question.host, urgent=question.verb != "GET")
            self.calls += 1
            left: int | None = None
            try:
                answer = await self._wire.exchange(question)
                left = remaining(answer.headers)
            finally:
                self._pace.ended(turn, left)
            self._warnings.note(answer)
            if answer.status != 429:
                return answer
            refused += 1
            pause = pause_after(answer.headers, refused)
            waited += pause
            if waited > PATIENCE_SECONDS or refused > REFUSALS:
                raise self._pace.give_up()
            await self._pace.refused(turn, pause)


def _with(question: Question, name: str, value: str) -> Question:
    return question._replace(headers={**question.headers, name: value}) if value else question


def _accept(host: str, variant: str) -> str:
    if host == "particleboard":
        return _JSON_API
    return f"application/vnd.heroku+json; version=3{'.' + variant if variant else ''}"


def _bearer(token: Secret) -> str:
    value = token.reveal().strip()
    # Checked here because the HTTP library would quote a header value that it refuses in its error.
    if not value or not all("!" <= letter <= "~" for letter in value):
        raise SignInNeeded(
            "heroku",
            "The token for Heroku is empty or holds characters that no token has.",
            remedy="Paste it again, without line breaks or spaces.",
            code="token-malformed",
        )
    return value


def _down(address: str) -> Unreachable:
    where = urllib.parse.urlsplit(address).netloc
    return Unreachable(
        f"{where} has not answered several times in a row, and is not asked for a while.",
        remedy="Look at the network and at status.heroku.com, then try again.",
    )
