"""HTTP to Aptible: HAL and JSON, bounded, without redirects; reads are tried again, POSTs never."""

import asyncio
import email.utils
import re
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec

from providers.aptible.answers import ApiError, Page
from providers.aptible.failures import AnswerLost, Later, Missing, NotTheApi, Refused
from wizard.model.answered import converted, unreachable
from wizard.model.loopback import is_loopback, safe_url
from wizard.model.no_cookies import no_cookies
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

T = TypeVar("T")

VENDOR = "Aptible"

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of one answer; a list of all operations of a large team is far below it."""

LOG_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Patience:
    """How long is waited for what, in seconds. `retries` are the pauses of aptible-resource's client
    (default_retry_coordinator.rb), which its CLI has used for years."""

    retries: tuple[float, ...] = (0.2, 0.8, 2.0)
    looks: tuple[float, ...] = (0.3, 1.0, 3.0)
    log: tuple[float, ...] = (1.0, 2.0, 4.0)
    poll_first: float = 0.25
    poll_most: float = 2.0
    outage: float = 120.0
    operation: float = 7200.0
    answer: float = 90.0
    longest_wait: float = 30.0


UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What decoding raises, and making the texts of something safe that is nested without end."""


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes


class Api:
    """One of Aptible's hosts with one token. `root` has been checked by `hosts.addresses`.

    Attributes:
        ahead: seconds by which the host's clock is ahead of this machine's, by its last answer; None before.
    """

    def __init__(self, root: str, token: Secret | None, patience: Patience) -> None:
        self.root = root
        self.patience = patience
        self.ahead: float | None = None
        self._token = token
        self._host = urllib.parse.urlsplit(root).hostname or ""
        self.loopback = is_loopback(self._host)
        self._client = httpx.AsyncClient(
            cookies=no_cookies(),
            timeout=httpx.Timeout(30.0, connect=15.0),
            follow_redirects=False,
            # A proxy of the environment is meant for the internet, not for this machine.
            trust_env=not self.loopback,
            headers={
                "User-Agent": "offramp",
                "Accept": "application/hal+json",
                "Accept-Encoding": "identity",
            },
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def get(
        self,
        path: str,
        kind: type[T],
        *,
        what: str,
        query: Mapping[str, str] | None = None,
        sensitive: bool = False,
    ) -> T:
        """Read one thing. `what` names it in messages ("the database shop-db").

        A sensitive read asks for secrets and leaves an entry in the customer's audit trail; its texts stay
        as they came, all others are cleaned.

        Raises:
            Missing, Refused, SignInNeeded, Unreachable: all of them Trouble.
        """
        answer = await self._read(path, what, query=query, sensitive=sensitive)
        return self._decode(answer.body, kind, what, raw=sensitive)

    async def find(
        self, path: str, kind: type[T], *, what: str, query: Mapping[str, str] | None = None
    ) -> T | None:
        """Like `get`, but None when there is none."""
        try:
            return await self.get(path, kind, what=what, query=query)
        except Missing:
            return None

    async def listed(
        self,
        path: str,
        name: str,
        kind: type[T],
        *,
        what: str,
        query: Mapping[str, str] | None = None,
        sensitive: bool = False,
    ) -> list[T]:
        """Read all pages of the list `name` (its key in `_embedded`)."""
        found: list[T] = []
        for number in range(1, 101):
            asked = {"per_page": "1000", "page": str(number), "no_embed": "true", **(query or {})}
            answer = await self._read(path, what, query=asked, sensitive=sensitive)
            page = self._decode(answer.body, Page, what, raw=True)
            rows = page.embedded.get(name, [])
            found += [
                converted(row if sensitive else _cleaned(row), kind, vendor=VENDOR, what=what) for row in rows
            ]
            following = page.links.get("next")
            if not rows or following is None or not following.href:
                break
        return found

    async def text(self, path: str, *, what: str) -> str:
        """Read a plain text."""
        answer = await self._read(path, what)
        return answer.body.decode("utf-8", "replace")

    async def post(
        self, path: str, body: Mapping[str, Any], kind: type[T], *, what: str, sensitive: bool = False
    ) -> T:
        """Send once. `what` says what it does ("create the app shop").

        Raises:
            AnswerLost: it may or may not have been done; see `created`.
            Refused, Missing, SignInNeeded, Unreachable: it was not done.
        """
        answer = await self._write("POST", path, body, what=what)
        return self._decode(answer.body, kind, what, raw=sensitive, written=True)

    async def put(self, path: str, body: Mapping[str, Any], *, what: str) -> None:
        """Send once; doing it twice would do no harm."""
        await self._write("PUT", path, body, what=what)

    async def foreign_text(self, url: str, *, what: str) -> str:
        """Fetch a presigned address, without the token.

        Raises:
            Unreachable: it is not https, does not answer, or is too long.
        """
        if not safe_url(url, loopback_too=self.loopback):
            raise self._not_opened(what)
        host = urllib.parse.urlsplit(url).hostname or ""
        async with httpx.AsyncClient(
            cookies=no_cookies(),
            timeout=30.0,
            follow_redirects=False,
            trust_env=not is_loopback(host),
            headers={"User-Agent": "offramp"},
        ) as client:
            try:
                async with asyncio.timeout(self.patience.answer):
                    answer = await _send(client, client.build_request("GET", url), LOG_LIMIT, cut=True)
            except httpx.InvalidURL as error:
                raise self._not_opened(what) from error
            except (httpx.HTTPError, TimeoutError) as error:
                raise unreachable(self._host, what, error) from error
        if answer.status != 200:
            raise Unreachable(
                f"The address for {what} answered with status {answer.status}.",
                remedy="Read it in Aptible's dashboard instead.",
            )
        return answer.body.decode("utf-8", "replace")

    async def _read(
        self, path: str, what: str, *, query: Mapping[str, str] | None = None, sensitive: bool = False
    ) -> _Answer:
        waits = iter(self.patience.retries)
        while True:
            try:
                answer = await self._once("GET", path, query=query, sensitive=sensitive)
                return self._accepted(answer, what)
            except (httpx.HTTPError, TimeoutError) as error:
                trouble: Unreachable = unreachable(self._host, what, error)
                cause: Exception | None = error
            except Unreachable as error:
                trouble, cause = error, error.__cause__ if isinstance(error.__cause__, Exception) else None
            wait = next(waits, None)
            if wait is None:
                raise trouble from cause
            if isinstance(trouble, Later) and trouble.seconds is not None:
                wait = min(max(wait, trouble.seconds), self.patience.longest_wait)
            await asyncio.sleep(wait)

    async def _write(self, method: str, path: str, body: Mapping[str, Any], *, what: str) -> _Answer:
        try:
            answer = await self._once(method, path, body=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise unreachable(self._host, what, error) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._lost(what, clean(str(error)) or type(error).__name__) from error
        if answer.status >= 500 or answer.status == 408:
            raise self._lost(what, f"status {answer.status}")
        try:
            return self._accepted(answer, what)
        except NotTheApi as error:
            raise self._lost(what, error.cause) from error

    async def _once(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        sensitive: bool = False,
    ) -> _Answer:
        headers = {"Prefer": f"no_sensitive_extras={'false' if sensitive else 'true'}"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token.reveal()}"
        request = self._client.build_request(
            method, self.root + path, params=query, json=body, headers=headers
        )
        async with asyncio.timeout(self.patience.answer):
            answer = await _send(self._client, request, BODY_LIMIT)
        self.ahead = _ahead(answer.headers.get("date"))
        return answer

    def _accepted(self, answer: _Answer, what: str) -> _Answer:
        """Return a good answer, raise for any other."""
        status = answer.status
        media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if status == 401 and self._token is not None:
            raise SignInNeeded(
                "aptible",
                "Aptible does not accept the token any more: it has expired or was revoked.",
                remedy="Sign in to Aptible again; the run goes on where it stopped.",
            )
        if status == 429:
            raise Later(what, _seconds(answer.headers.get("retry-after")))
        if status >= 500:
            raise Unreachable(
                f"Aptible failed ({status}) at: {what}.",
                remedy="Wait a little and try again; Aptible's status page may say more.",
                code="server-error",
            )
        if media == "text/html" or 300 <= status < 400 or answer.body[:1] == b"<":
            raise NotTheApi(self._host, status)
        if status >= 400:
            raise self._refusal(answer, what)
        return answer

    def _refusal(self, answer: _Answer, what: str) -> Trouble:
        try:
            said = converted(_cleaned(msgspec.json.decode(answer.body)), ApiError, vendor=VENDOR, what=what)
        except (Trouble, *UNREADABLE):
            said = ApiError()
        words = said.message or said.error or f"status {answer.status}"
        if self._token is None:
            # Signing in: the slug alone says what is wanted, under whichever status (app-ui, aptible-cli).
            return Refused(f"Aptible refuses to {what}: {words}", said, answer.status)
        if answer.status == 404:
            return Missing(
                f"Aptible does not find it: {what} ({words}).",
                remedy="Look in Aptible's dashboard whether it is there and this account may see it.",
                code="not-found",
            )
        if answer.status == 403:
            return Trouble(
                f"This Aptible account is not allowed to: {what} ({words}).",
                remedy="Ask an owner for the permissions deploy, sensitive and tunnel in this environment.",
                code="forbidden",
            )
        return Refused(f"Aptible refuses to {what}: {words}", said, answer.status)

    def _decode(self, body: bytes, kind: type[T], what: str, *, raw: bool, written: bool = False) -> T:
        try:
            value = msgspec.json.decode(body)
            value = value if raw else _cleaned(value)
        except UNREADABLE as error:
            if written:
                raise self._lost(what, "its answer is cut off") from error
            raise Unreachable(
                f"Aptible's answer is not JSON at: {what}.",
                remedy="Try again; if it stays, look whether a proxy changes what Aptible sends.",
                code="not-the-api",
            ) from error
        return converted(value, kind, vendor=VENDOR, what=what)

    def _not_opened(self, what: str) -> Unreachable:
        return Unreachable(
            f"Aptible named an address for {what} that Offramp does not open.",
            remedy="Read it in Aptible's dashboard instead.",
        )

    def _lost(self, what: str, why: str) -> AnswerLost:
        return AnswerLost(
            f"Aptible was asked to {what}, and the answer was lost ({why.rstrip('.')}).",
            remedy="Try again: Offramp looks first whether it was done.",
            code="answer-lost",
        )


async def created(
    patience: Patience, post: Callable[[], Awaitable[T]], look: Callable[[], Awaitable[T | None]]
) -> T:
    """Create something once. When the answer is lost, adopt what `look` finds; never POST again.

    Raises:
        AnswerLost: the answer was lost and nothing is there (yet).
    """
    try:
        return await post()
    except AnswerLost:
        for wait in patience.looks:
            await asyncio.sleep(wait)
            found = await look()
            if found is not None:
                return found
        raise


async def _send(
    client: httpx.AsyncClient, request: httpx.Request, limit: int, *, cut: bool = False
) -> _Answer:
    response = await client.send(request, stream=True)
    try:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            parts.append(part)
            size += len(part)
            if size > limit:
                if cut:
                    break
                raise httpx.ReadError(f"the answer is longer than {limit} bytes", request=request)
    finally:
        await response.aclose()
    return _Answer(response.status_code, response.headers, b"".join(parts)[:limit])


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"[0-9]{1,5}", text) else None


def _ahead(date: str | None) -> float | None:
    """By the Date header of an answer, which counts whole seconds; None without a readable one."""
    try:
        told = email.utils.parsedate_to_datetime(date) if date else None
    except ValueError:
        return None
    return None if told is None else told.timestamp() - time.time()
