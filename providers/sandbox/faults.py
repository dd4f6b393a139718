"""Misbehaviour on order: the sandbox's servers can be slow, refuse, drop and lie, for the tests.

A rule names requests by method and path, and what happens to them. Rules are asked in the order in which
they were added; the first that fits is used up by one. Also what is not HTTP can be named by a path of the
vendor's own making ("ssh:/connect") and asked for with `take`.
"""

import asyncio
import fnmatch
import re
import struct
from collections.abc import Awaitable, Callable, Mapping
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

import msgspec
from aiohttp import web

from providers.sandbox.spoilt import SPOILING, bomb, flood, spoil

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KINDS = {
    "slow": "answers after `seconds` (2)",
    "stall": "does the work, then sends the head and nothing of the body for `seconds` (3600)",
    "429": "rate limit; Retry-After `seconds` (1), or the text `retry_after`",
    "401": "unauthorized, nothing done",
    "403": "forbidden, nothing done",
    "404": "not found, nothing done",
    "422": "not to be processed, nothing done",
    "500": "internal error, nothing done",
    "503": "unavailable, nothing done",
    "html": "a proxy's HTML page with status `status` (200), nothing done",
    "drop": "does the work, then cuts the connection without an answer",
    "refuse": "cuts the connection before any work",
    "truncate": "does the work, then cuts the connection in the middle of the answer",
    "drip": "answers in small pieces, `seconds` (0.05) between them",
    "expire-token": "first makes every token of this vendor invalid, then goes on",
    "redirect": "answers with `status` (302) and Location `to`, the same path there; nothing done",
    "endless": "says after every page of a list that there is another; `same`: always the same next",
    "gzip-bomb": "answers with little that unfolds to `megabytes` (1024)",
    "flood": "answers with `megabytes` (1024) of JSON",
    "vanish": "first makes the app in the path vanish, then goes on (Heroku)",
    "forbid": "first makes the app in the path refuse this account, then goes on (Heroku)",
    "ask-second-factor": "first makes the app in the path want a second factor, then goes on (Heroku)",
    **SPOILING,
}
"""What each kind of fault does, with its parameters and their defaults."""

_APP = re.compile(r"^/(?:client/v11/)?apps/([^/]+)")

_PAGE = "<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Please wait</h1></body></html>"


class Rule(msgspec.Struct, kw_only=True):
    """Which requests misbehave, and how.

    Attributes:
        path: glob over the request's path, `*` goes over slashes too.
        method: `*` or an upper-case method.
        kind: a key of `KINDS`, or a word of a vendor's own.
        count: how often; None is until it is cleared.
        after: how many fitting requests pass untouched first.
        params: numbers and texts of the kind.
    """

    id: int = 0
    path: str = "*"
    method: str = "*"
    kind: str
    count: int | None = 1
    after: int = 0
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    used: int = 0

    def fits(self, method: str, path: str) -> bool:
        return self.method in {"*", method} and fnmatch.fnmatchcase(path, self.path)

    def seconds(self, default: float) -> float:
        return float(self.params.get("seconds", default))


class Faults:
    """The rules of one vendor's servers.

    Attributes:
        error_body: makes the vendor's own error body (JSON) for a status; set by the vendor.
        expire_tokens: makes every token invalid; set by the vendor.
        close_app: makes an app (id or name) "gone", "forbidden" or "two_factor"; set by Heroku.
        latency: seconds before every answer, with or without a rule.
    """

    def __init__(self) -> None:
        self.error_body: Callable[[int], Mapping[str, Any]] = _plain_body
        self.expire_tokens: Callable[[], None] = _no_tokens
        self.close_app: Callable[[str, str], None] = _no_apps
        self.latency = 0.0
        self._rules: list[Rule] = []
        self._next = 1

    def add(
        self,
        kind: str,
        *,
        path: str = "*",
        method: str = "*",
        count: int | None = 1,
        after: int = 0,
        **params: Any,
    ) -> int:
        """Add a rule; returns its id. The meaning of each argument stands at `Rule`."""
        rule = Rule(
            id=self._next, path=path, method=method, kind=kind, count=count, after=after, params=params
        )
        self._next += 1
        self._rules.append(rule)
        return rule.id

    def clear(self, rule_id: int | None = None) -> None:
        """Remove one rule, or all of them."""
        self._rules = [] if rule_id is None else [rule for rule in self._rules if rule.id != rule_id]

    def list(self) -> list[dict[str, Any]]:
        """All rules, used up ones too, with how often each was used."""
        return [msgspec.to_builtins(rule) for rule in self._rules]

    def take(self, method: str, path: str) -> Rule | None:
        """The rule for this request, counted as used; None when it shall go well."""
        for rule in self._rules:
            if not rule.fits(method, path) or rule.count == 0:
                continue
            if rule.after > 0:
                rule.after -= 1
                continue
            if rule.count is not None:
                rule.count -= 1
            rule.used += 1
            return rule
        return None

    @property
    def middleware(self) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
        """For `web.Application(middlewares=[faults.middleware])`; put it first."""

        @web.middleware
        async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self.latency:
                await asyncio.sleep(self.latency)
            rule = self.take(request.method, request.path)
            if rule is None:
                return await handler(request)
            return await self._apply(rule, request, handler)

        return misbehave

    async def _apply(self, rule: Rule, request: web.Request, handler: Handler) -> web.StreamResponse:
        match rule.kind:
            case "slow":
                await asyncio.sleep(rule.seconds(2))
            case "expire-token":
                self.expire_tokens()
            case "vanish" | "forbid" | "ask-second-factor":
                if found := _APP.match(request.path):
                    self.close_app(found[1], _CLOSING[rule.kind])
            case "401" | "403" | "404" | "422" | "429" | "500" | "503":
                return self._error(int(rule.kind), rule)
            case "html":
                return web.Response(
                    status=int(rule.params.get("status", 200)), text=_PAGE, content_type="text/html"
                )
            case "redirect":
                to = str(rule.params.get("to", "http://localhost:9")).rstrip("/") + request.path_qs
                return web.Response(status=int(rule.params.get("status", 302)), headers={"Location": to})
            case "refuse":
                return _cut(request)
            case "gzip-bomb" | "flood":
                return await _too_much(request, rule)
            case _:
                return await self._after(rule, request, handler)
        return await handler(request)

    async def _after(self, rule: Rule, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What happens to an answer when the work is done."""
        if rule.kind not in KINDS:
            return web.Response(status=500, text=f"The sandbox knows no fault {rule.kind!r}.")
        answer = await handler(request)
        match rule.kind:
            case "drop":
                return _cut(request)
            case "truncate":
                return await _truncated(request, answer)
            case "drip":
                return await _dripped(request, answer, rule.seconds(0.05))
            case "stall":
                return await _stalled(request, answer, rule.seconds(3600))
            case "endless":
                return _endless(request, answer, rule)
            case _:
                return _with_body(answer, spoil(rule.kind, _bytes_of(answer), rule.params))

    def _error(self, status: int, rule: Rule) -> web.Response:
        said = rule.params.get("retry_after", f"{rule.seconds(1):g}")
        headers = {"Retry-After": str(said)} if status in {429, 503} else {}
        return web.json_response(dict(self.error_body(status)), status=status, headers=headers)


def _plain_body(status: int) -> Mapping[str, Any]:
    return {"id": f"error_{status}", "message": f"The sandbox was told to answer {status}."}


def _no_tokens() -> None:
    """A vendor without tokens has none to expire."""


def _no_apps(app: str, how: str) -> None:
    """A vendor without apps has none to close."""


_CLOSING = {"vanish": "gone", "forbid": "forbidden", "ask-second-factor": "two_factor"}


def _cut(request: web.Request) -> web.StreamResponse:
    """End the connection by a reset, as a failing network does."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)  # never arrives


def _bytes_of(response: web.StreamResponse) -> bytes:
    body = response.body if isinstance(response, web.Response) else None
    return bytes(body) if isinstance(body, bytes | bytearray) else b""


async def _begin(request: web.Request, response: web.StreamResponse, length: int) -> web.StreamResponse:
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
    out = web.StreamResponse(status=response.status, headers=headers)
    out.content_length = length
    await out.prepare(request)
    return out


def _with_body(response: web.StreamResponse, body: bytes) -> web.Response:
    """The same answer, but for its body and what is said of that."""
    kept = {
        name: value
        for name, value in response.headers.items()
        if name.lower() not in {"content-length", "etag"}
    }
    return web.Response(status=response.status, headers=kept, body=body)


def _endless(request: web.Request, response: web.StreamResponse, rule: Rule) -> web.StreamResponse:
    if response.status not in {200, 206}:
        return response
    out = _with_body(response, _bytes_of(response))
    out.set_status(206)
    number = 0 if rule.params.get("same") else rule.used
    out.headers["Next-Range"] = f"id ]ffffffff-{number:012x}..; max=1000"
    return out


async def _too_much(request: web.Request, rule: Rule) -> web.StreamResponse:
    """A body larger than anybody should take; the other side may hang up at any time."""
    size = int(rule.params.get("megabytes", 1024))
    out = web.StreamResponse(headers={"Content-Type": "application/json"})
    if rule.kind == "gzip-bomb":
        out.headers["Content-Encoding"] = "gzip"
    await out.prepare(request)
    try:
        for piece in (bomb(size),) if rule.kind == "gzip-bomb" else flood(size):
            await out.write(piece)
        await out.write_eof()
    except ConnectionError:
        return out
    return out


async def _stalled(request: web.Request, response: web.StreamResponse, seconds: float) -> web.StreamResponse:
    await _begin(request, response, max(len(_bytes_of(response)), 2))
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(min(0.2, seconds))
        if request.transport is None or request.transport.is_closing():
            break
    return _cut(request)


async def _truncated(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    body = _bytes_of(response)
    out = await _begin(request, response, max(len(body), 2))
    await out.write(body[: len(body) // 2] or b"{")
    await asyncio.sleep(0.05)  # let the half arrive before the cut
    if request.transport is not None:
        request.transport.close()
    return out


async def _dripped(request: web.Request, response: web.StreamResponse, pause: float) -> web.StreamResponse:
    body = _bytes_of(response)
    out = await _begin(request, response, len(body))
    piece = max(1, len(body) // 20)
    for start in range(0, len(body), piece):
        await out.write(body[start : start + piece])
        await asyncio.sleep(pause)
    await out.write_eof()
    return out
