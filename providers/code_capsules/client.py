"""HTTP to Code Capsules: plain JSON, bounded, without redirects to other hosts.

Time-outs and pauses are those of the vendor's own client (pulumi-codecapsules, client.go): 30 s; GET, PUT,
PATCH and DELETE are sent again three times, 250 ms later and doubling; a POST never is.
"""

import asyncio
import json
import re
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import httpx
import msgspec

from providers.code_capsules.failures import AnswerLost, Failing, Later, Missing, NotTheApi, Refused
from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

T = TypeVar("T")

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of one answer; 5,000 lines of a log are far below it."""

REDIRECTS = 2
"""How often a read follows a redirect to the same host (one that adds a slash to a path)."""

UNREADABLE = (ValueError, RecursionError)
"""What decoding raises; msgspec's and json's errors are ValueErrors."""

PASSING = (502, 503, 504)

KEPT = frozenset({"privateConnectionString", "publicConnectionString", "value"})
"""Fields that stay as they came, because a changed sign would be a wrong password or a wrong config var."""


@dataclass(frozen=True)
class Patience:
    """How long is waited for what, in seconds."""

    retries: tuple[float, ...] = (0.25, 0.5, 1.0)
    looks: tuple[float, ...] = (0.5, 2.0, 5.0)
    """Before each look whether a creation whose answer was lost or bad has worked all the same."""
    timeout: float = 30.0
    longest_wait: float = 30.0
    ready_first: float = 2.0
    ready_most: float = 15.0
    ready: float = 600.0
    """For a data capsule to be ready (these three: pulumi-codecapsules, capsule_common.go)."""
    poll_first: float = 1.0
    poll_most: float = 5.0
    build: float = 3600.0
    outage: float = 120.0
    """How long a host may be silent while a build is followed."""
    log_settles: tuple[float, ...] = (1.0, 3.0)
    """Before each look for lines that come after a build has ended."""


class TokenSource(Protocol):
    async def token(self) -> Secret:
        """A token that is good for some seconds more."""
        ...

    async def renewed(self, refused: Secret) -> Secret:
        """Another one than `refused`, which was not accepted."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a host said: its status and its whole body."""

    status: int
    headers: httpx.Headers
    body: bytes


class Wire:
    """One host, without any token. `root` has been checked by `hosts.addresses` or `hosts.cluster_root`."""

    def __init__(self, root: str, patience: Patience) -> None:
        self.root = root
        self.host = urllib.parse.urlsplit(root).hostname or ""
        self._timeout = patience.timeout
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(patience.timeout, connect=min(15.0, patience.timeout)),
            follow_redirects=False,
            # A proxy of the environment is meant for the internet, not for this machine.
            trust_env=not is_loopback(self.host),
            headers={"User-Agent": "offramp", "Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        limit: int = BODY_LIMIT,
    ) -> Answer:
        """Send once, within the time-out as a whole. Raises httpx.HTTPError, TimeoutError."""
        url = self.root + path
        for _ in range(REDIRECTS + 1):
            request = self._client.build_request(
                method, url, params=query, json=body, headers=dict(headers or {})
            )
            async with asyncio.timeout(self._timeout):
                answer = await self._once(request, limit)
            onward = answer.headers.get("location", "")
            if method != "GET" or not 300 <= answer.status < 400 or not self._same_host(url, onward):
                return answer
            url, query = urllib.parse.urljoin(url, onward), None
        return answer

    async def _once(self, request: httpx.Request, limit: int) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            parts: list[bytes] = []
            size = 0
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise httpx.ReadError(f"the answer is longer than {limit} bytes", request=request)
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers, b"".join(parts))

    def _same_host(self, url: str, onward: str) -> bool:
        try:
            there = urllib.parse.urlsplit(urllib.parse.urljoin(url, onward))
        except ValueError:
            return False
        here = urllib.parse.urlsplit(url)
        return bool(onward) and (there.scheme, there.netloc) == (here.scheme, here.netloc)


class Api:
    """One of the two APIs, with tokens. Texts are cleaned where they come in, all but `KEPT`.

    Answers of the main host are wrapped in {"data", "meta"}, those of clusters are not but for logs: both are
    taken either way.
    """

    def __init__(self, root: str, tokens: TokenSource, patience: Patience) -> None:
        self.patience = patience
        self._tokens = tokens
        self._wire = Wire(root, patience)

    @property
    def root(self) -> str:
        return self._wire.root

    async def close(self) -> None:
        await self._wire.close()

    async def get(
        self,
        path: str,
        kind: type[T],
        *,
        what: str,
        query: Mapping[str, str] | None = None,
        clean_it: bool = True,
    ) -> T:
        """Read one thing. `what` names it in messages ("the database shop-db").

        Raises:
            Missing, Refused, SignInNeeded, Unreachable: all of them Trouble.
        """
        answer = await self._again("GET", path, what, query=query)
        return self._decode(answer, kind, what, clean_it=clean_it)

    async def listed(self, path: str, name: str, kind: type[T], *, what: str) -> list[T]:
        """Read a list, which may lie in the field `name`. A row without what `kind` needs is an error."""
        found = await self.get(path, object, what=what)
        if isinstance(found, dict):
            found = found.get(name)
        return self._convert(found, list[kind], what)  # type: ignore[valid-type]

    async def send(self, method: str, path: str, body: Any, *, what: str) -> None:
        """PUT or PATCH; doing it twice does no harm, so that it is sent again when its answer is lost."""
        await self._again(method, path, what, body=body)

    async def post(self, path: str, body: Any, kind: type[T], *, what: str) -> T:
        """Send once. `what` says what it does ("create the capsule shop").

        Raises:
            AnswerLost: it may or may not have been done; see `created`.
            Refused, Missing, SignInNeeded, Later, Unreachable: it was not done, as far as the vendor tells.
        """
        try:
            answer = await self._signed("POST", path, body=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise self._unreachable(what, error) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise lost(what, clean(str(error)) or type(error).__name__) from error
        if answer.status >= 500 or answer.status == 408:
            raise lost(what, f"status {answer.status}")
        try:
            self._accepted(answer, what)
            return self._decode(answer, kind, what)
        except NotTheApi as error:
            raise lost(what, "it is not what the API answers") from error

    async def _again(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        waits = iter(self.patience.retries)
        while True:
            try:
                answer = await self._signed(method, path, query=query, body=body)
                return self._accepted(answer, what)
            except (httpx.HTTPError, TimeoutError) as error:
                trouble: Unreachable = self._unreachable(what, error)
                cause: Exception | None = error
            except (Later, NotTheApi) as error:
                trouble, cause = error, None
            except Failing as error:
                if error.status not in PASSING:
                    raise
                trouble, cause = error, None
            wait = next(waits, None)
            if wait is None:
                raise trouble from cause
            if isinstance(trouble, Later) and trouble.seconds is not None:
                wait = min(max(wait, trouble.seconds), self.patience.longest_wait)
            await asyncio.sleep(wait)

    async def _signed(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Answer:
        """Send with a token; once more with another when the first is refused, which is before anything is
        done."""
        token = await self._tokens.token()
        answer = await self._wire.send(method, path, query=query, body=body, headers=_bearer(token))
        if answer.status == 401:
            token = await self._tokens.renewed(token)
            answer = await self._wire.send(method, path, query=query, body=body, headers=_bearer(token))
        return answer

    def _accepted(self, answer: Answer, what: str) -> Answer:
        """Return a good answer, raise for any other."""
        status = answer.status
        media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if status == 401:
            raise SignInNeeded(
                "code-capsules",
                "Code Capsules does not accept this account's sign-in any more.",
                remedy="Sign in to Code Capsules again; the run goes on where it stopped.",
            )
        if status == 429:
            raise Later(what, _seconds(answer.headers.get("retry-after")))
        if status >= 500:
            raise Failing(what, status)
        if media == "text/html" or 300 <= status < 400 or answer.body[:1] == b"<":
            raise NotTheApi(self._wire.host, status)
        if status >= 400:
            raise refusal(answer, what)
        return answer

    def _decode(self, answer: Answer, kind: type[T], what: str, *, clean_it: bool = True) -> T:
        if not answer.body.strip():
            value: Any = {}
        else:
            try:
                value = unwrapped(parsed(answer.body))
                value = cleaned(value) if clean_it else value
            except UNREADABLE as error:
                raise NotTheApi(self._wire.host, answer.status) from error
        return self._convert(value, kind, what)

    def _convert(self, value: Any, kind: type[T], what: str) -> T:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise Trouble(
                f"Code Capsules' answer is not as Offramp knows it at: {what} ({clean(str(error))}).",
                remedy="Look for a newer Offramp; the vendor may have changed its API.",
                code="unknown-answer",
            ) from error

    def _unreachable(self, what: str, error: Exception) -> Unreachable:
        said = clean(str(error), limit=200) or type(error).__name__
        return Unreachable(
            f"{self._wire.host} does not answer at: {what} ({said}).",
            remedy="Check the network, then try again.",
        )


async def created(
    patience: Patience,
    post: Callable[[], Awaitable[object]],
    look: Callable[[], Awaitable[T | None]],
    what: str,
) -> T:
    """Create something with one POST and return what a look then finds; never POST again.

    A creation may answer 400 or 500 and have worked all the same (skill), so each failure is looked after but
    those that tell that nothing was sent, or that nobody was let in.

    Raises:
        Trouble: what the creation raised, where nothing is there (yet); `creation-unclear` where it was
            said to have worked.
    """
    failed: Trouble | None = None
    try:
        await post()
    except Trouble as trouble:
        if isinstance(trouble, SignInNeeded | Later) or trouble.code in ("unreachable", "forbidden"):
            raise
        failed = trouble
    for wait in (0.0, *patience.looks):
        await asyncio.sleep(wait)
        found = await look()
        if found is not None:
            return found
    if failed is not None:
        raise failed
    raise Trouble(
        f"Code Capsules says that it could {what}, and does not list it.",
        untouched="Whether it is there is not known; Offramp looks before it creates anything.",
        remedy="Look in the dashboard, then try again.",
        code="creation-unclear",
        retry=True,
    )


def lost(what: str, why: str) -> AnswerLost:
    """A POST whose answer does not tell what became of it."""
    return AnswerLost(
        f"Code Capsules was asked to {what}, and the answer was lost ({why.rstrip('.')}).",
        remedy="Try again: Offramp looks first whether it was done.",
        code="answer-lost",
    )


def refusal(answer: Answer, what: str) -> Trouble:
    """What a 4xx means, in a person's words."""
    words = said(answer) or f"status {answer.status}"
    if answer.status == 404:
        return Missing(
            f"Code Capsules does not find it: {what} ({words}).",
            remedy="Look in its dashboard whether it is there and this account may see it.",
            code="not-found",
        )
    if answer.status == 403:
        return Trouble(
            f"This Code Capsules account is not allowed to: {what} ({words}).",
            remedy="Ask the owner of the Team to let this account into it.",
            code="forbidden",
        )
    return Refused(f"Code Capsules refuses to {what}: {words}", answer.status, words)


def said(answer: Answer) -> str:
    """The words of an error, empty when there are none: {"message"}, or LoopBack's {"error": {"message"}}."""
    try:
        value = msgspec.json.decode(answer.body)
    except UNREADABLE:
        return ""
    for _ in range(3):
        if isinstance(value, str):
            return clean(value, limit=300)
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict):
            value = next((value[key] for key in ("message", "error", "errors") if value.get(key)), "")
        else:
            return ""
    return clean(value, limit=300) if isinstance(value, str) else ""


def parsed(body: bytes) -> Any:
    """JSON, also such with control characters in its texts: logs come with them (skill). Raises
    UNREADABLE."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return json.loads(body.decode("utf-8", "replace"), strict=False)


def unwrapped(value: Any) -> Any:
    """What lies in {"data", "meta"}, or the value itself."""
    if isinstance(value, dict) and "data" in value and set(value) <= {"data", "meta"}:
        return value["data"]
    return value


def cleaned(value: Any) -> Any:
    """The same with every text made safe, but for `KEPT`. A URL with a password in it becomes known as a
    secret here, before anything can fail."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _field(str(key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    return value


def _field(key: str, value: Any) -> Any:
    if key in KEPT and isinstance(value, str):
        if key != "value":
            Secret(value, "connection string")
        return value
    return cleaned(value)


def _bearer(token: Secret) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.reveal()}"}


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"[0-9]{1,5}", text) else None
