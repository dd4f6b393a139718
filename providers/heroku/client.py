"""Heroku's HTTP: one request in, clean JSON out, and a Trouble for everything else.

Wire rules (Platform API v3): `Accept: application/vnd.heroku+json; version=3`, long lists come as 206 with
`Next-Range`, each account has a bucket of 4,500 requests that refills by about 75 a minute and is told in
`RateLimit-Remaining`, errors are `{"id", "message"}`.
"""

import asyncio
import random
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx
import msgspec

from providers.heroku.answers import Answer, BadRange, clean_json, parse_json, trouble_of
from providers.heroku.hosts import complete_hosts
from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

BODY_LIMIT: Final = 32 * 1024 * 1024
"""Bytes. The longest list of an account is far below; what is longer is not Heroku's API."""

ATTEMPTS: Final = 5
CONCURRENT: Final = 8
REQUEST_SECONDS: Final = 60.0
"""For one whole answer, so that a server that drips bytes cannot hold a run for ever."""

PATIENCE_SECONDS: Final = 300.0
"""How long a request may wait for the rate limit in all, before a person is told."""

REFUSALS: Final = 40
"""How often in a row the rate limit may refuse one request, whatever it says about waiting."""

SCARCE: Final = 60
"""With fewer requests left in the bucket, each one waits for the bucket to refill by one (0.8 s)."""

MOST_PAGES: Final = 2_000

_BUSY = frozenset({500, 502, 503, 504})
_JSON_API = "application/vnd.api+json"


class Client:
    """One signed-in connection to Heroku's hosts ("api", "data", "particleboard", "metrics").

    All methods raise Trouble and nothing else. `calls` counts requests sent, `remaining` is what Heroku
    said last about the rate limit.

    Args:
        sleep: how to wait; tests pass one that returns at once.
    """

    def __init__(
        self,
        hosts: Mapping[str, str],
        token: Secret,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self.hosts = complete_hosts(hosts)
        self.calls = 0
        self.remaining: int | None = None
        self._sleep = sleep
        self._seconds = seconds
        self._turn = asyncio.Semaphore(CONCURRENT)
        self._one_by_one = asyncio.Lock()
        self._headers = {
            "Authorization": f"Bearer {_bearer(token)}",
            "User-Agent": "offramp",
            # Compressed answers could unfold without bound; Heroku's are small enough as they are.
            "Accept-Encoding": "identity",
        }
        context = httpx.create_ssl_context()
        self._http = {
            name: httpx.AsyncClient(
                base_url=url,
                follow_redirects=False,
                verify=context,
                timeout=httpx.Timeout(seconds / 2, connect=seconds / 4),
                # A proxy named in the environment must not see what is meant for this machine.
                trust_env=not is_loopback(urllib.parse.urlsplit(url).hostname or ""),
            )
            for name, url in self.hosts.items()
        }

    async def get(
        self, path: str, *, host: str = "api", variant: str = "", headers: Mapping[str, str] | None = None
    ) -> Any:
        """GET one object; texts in it are clean. Repeated with back-off when Heroku is busy."""
        answer = await self._send("GET", path, host=host, variant=variant, headers=headers or {})
        return clean_json(parse_json(answer))

    async def get_raw(self, path: str) -> dict[str, Any]:
        """GET one object whose texts are left byte for byte as they are: for config vars only."""
        answer = await self._send("GET", path, host="api", variant="", headers={})
        value = parse_json(answer)
        if not isinstance(value, dict):
            raise _odd(answer, "an object")
        return value

    async def get_all(
        self,
        path: str,
        *,
        order: str = "id ..",
        variant: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """GET a whole list, following `Next-Range` to its end; an id that comes twice is kept once.

        Args:
            order: the range to begin with; "" for the few lists that have no id and are never long.
        """
        rows: list[dict[str, Any]] = []
        seen_ids: set[str] = set()
        wanted, asked = f"{order}; max=1000" if order else "", set[str]()
        while wanted not in asked:
            asked.add(wanted)
            if len(asked) > MOST_PAGES:
                raise Unreachable(
                    f"Heroku's list {path} has no end.",
                    remedy="Try again; tell Heroku's support if it stays so.",
                    code="endless-list",
                )
            sent = {**(headers or {}), "Range": wanted} if wanted else headers or {}
            try:
                answer = await self._send("GET", path, host="api", variant=variant, headers=sent)
            except BadRange:
                if len(asked) > 1:
                    raise
                # A list that is not cut into ranges by this field: its own order has to do.
                answer = await self._send("GET", path, host="api", variant=variant, headers=headers or {})
            page = clean_json(parse_json(answer))
            if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
                raise _odd(answer, "a list of objects")
            for row in page:
                mark = row.get("id")
                if isinstance(mark, str):
                    if mark in seen_ids:
                        continue
                    seen_ids.add(mark)
                rows.append(row)
            wanted = answer.headers.get("next-range", "") if answer.status == 206 else ""
            if not wanted:
                break
            if not wanted.isascii() or not wanted.isprintable():
                raise _odd(answer, "followed by a range that can be asked for")
        return rows

    async def get_page(self, path: str, wanted: str) -> list[dict[str, Any]]:
        """GET only what the range `wanted` names ("version ..; order=desc,max=10")."""
        answer = await self._send("GET", path, host="api", variant="", headers={"Range": wanted})
        page = clean_json(parse_json(answer))
        if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
            raise _odd(answer, "a list of objects")
        return page

    async def write(self, verb: str, path: str, body: Mapping[str, Any] | None, *, host: str = "api") -> Any:
        """PATCH, POST or DELETE, sent once. Unreachable means: it may have happened, look before more.

        Only a 429 is answered by sending again: Heroku did nothing then.
        """
        answer = await self._send(verb, path, host=host, variant="", headers={}, body=body)
        return clean_json(parse_json(answer)) if answer.body.strip() else None

    async def close(self) -> None:
        """Close the connections."""
        for http in self._http.values():
            await http.aclose()

    async def _send(
        self,
        verb: str,
        path: str,
        *,
        host: str,
        variant: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        sent = {**self._headers, "Accept": _accept(host, variant), **headers}
        if body is not None:
            sent["Content-Type"] = _JSON_API if host == "particleboard" else "application/json"
        content = None if body is None else msgspec.json.encode(body)
        waited, refused, failed = 0.0, 0, 0
        async with self._turn:
            while True:
                await self._spare(host)
                may_repeat = verb == "GET" and failed + 1 < ATTEMPTS
                try:
                    answer = await self._once(verb, path, host, sent, content)
                except Unreachable:
                    if not may_repeat:
                        raise
                    failed += 1
                    await self._sleep(_backoff(failed))
                    continue
                if answer.status == 429:
                    refused += 1
                    pause = _pause(answer, refused)
                    waited += pause
                    if waited > PATIENCE_SECONDS or refused > REFUSALS:
                        raise _used_up()
                    await self._sleep(pause)
                elif answer.status in _BUSY and may_repeat:
                    failed += 1
                    await self._sleep(_backoff(failed))
                elif answer.status >= 300:
                    raise trouble_of(answer)
                else:
                    return answer

    async def _spare(self, host: str) -> None:
        if host == "api" and self.remaining is not None and self.remaining < SCARCE:
            async with self._one_by_one:
                await self._sleep(0.8)

    async def _once(
        self, verb: str, path: str, host: str, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        where = clean(urllib.parse.urlsplit(self.hosts[host]).netloc)
        self.calls += 1
        try:
            async with asyncio.timeout(self._seconds):
                request = self._http[host].build_request(verb, path, headers=dict(headers), content=content)
                response = await self._http[host].send(request, stream=True)
                try:
                    parts, size = [], 0
                    async for part in response.aiter_raw():
                        size += len(part)
                        if size > BODY_LIMIT:
                            raise Unreachable(
                                f"{where} sends more than {BODY_LIMIT >> 20} MB for one question.",
                                remedy="Look whether a proxy stands between this machine and Heroku.",
                                code="answer-too-long",
                            )
                        parts.append(part)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise _silent(where, f"gave no whole answer within {self._seconds:.0f} seconds") from error
        except httpx.TimeoutException as error:
            raise _silent(where, "does not answer in time") from error
        except httpx.ConnectError as error:
            raise _silent(where, f"cannot be reached ({_reason(error)})") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _silent(
                where, f"broke the connection in the middle of an answer ({_reason(error)})"
            ) from error
        if host == "api":
            left = response.headers.get("ratelimit-remaining", "")
            if left.isascii() and left.isdigit() and len(left) < 10:
                self.remaining = int(left)
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=b"".join(parts),
            where=where,
            path=clean(path, limit=200),
        )


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


def _backoff(attempt: int) -> float:
    return float(min(8.0, 0.4 * 2 ** (attempt - 1)) * random.uniform(0.75, 1.25))  # noqa: S311


def _pause(answer: Answer, attempt: int) -> float:
    said = answer.headers.get("retry-after", "")
    if said.isascii() and said.isdigit():
        # "0" comes from gateways, and would be asked again at once, for ever.
        return max(1.0, float(said[:9]))
    return min(60.0, 2.0**attempt)


def _reason(error: Exception) -> str:
    return clean(str(error) or type(error).__name__, limit=200)


def _silent(where: str, what: str) -> Unreachable:
    return Unreachable(
        f"{where} {what}.", remedy="Look at the network and at status.heroku.com, then try again."
    )


def _used_up() -> Unreachable:
    return Unreachable(
        "Heroku's rate limit for this account is used up, and "
        f"{PATIENCE_SECONDS / 60:.0f} minutes of waiting are not enough.",
        remedy="Wait until other programs of this account are done, then try again.",
        code="rate-limit",
    )


def _odd(answer: Answer, wanted: str) -> Trouble:
    return Trouble(
        f"{answer.where} answered {answer.path} with JSON that is not {wanted}.",
        remedy="Look whether a proxy stands between this machine and Heroku.",
        code="not-the-api",
    )
