"""What both HTTP servers of the sandbox's Aptible share: HAL answers, errors, pages, counting."""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from providers.sandbox.aptible.tokens import IssuedToken, Tokens
from providers.sandbox.faults import Faults

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Gate = Callable[[web.Request], web.Response | None]
"""Looks at a request before its handler does; an answer, or an ApiError, is the end of it."""

HAL = "application/hal+json"
LARGEST_BODY = 32 * 1024 * 1024
"""Bytes of a request. Aptible's own limit is not known; configurations of some megabytes arrive here."""

TOKEN = web.RequestKey("token", IssuedToken)


class ApiError(Exception):
    """Answered in Aptible's manner: `{"code", "error", "message"}`."""

    def __init__(
        self, status: int, error: str, message: str, context: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"code": status, "error": error, "message": message}
        if context:
            self.body["exception_context"] = dict(context)


def not_found() -> ApiError:
    return ApiError(404, "not_found", "Not Found")


def unprocessable(message: str) -> ApiError:
    return ApiError(422, "unprocessable_entity", message)


def forbidden(what: str = "perform this action") -> ApiError:
    return ApiError(403, "forbidden", f"You do not have permission to {what}.")


def error_body(status: int) -> Json:
    """For faults: what Aptible answers with that status."""
    slugs = {
        401: "invalid_token",
        403: "forbidden",
        404: "not_found",
        422: "unprocessable_entity",
        429: "too_many_requests",
        503: "service_unavailable",
    }
    slug = slugs.get(status, "internal_server_error")
    return {"code": status, "error": slug, "message": slug.replace("_", " ").capitalize()}


def hal(body: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type=HAL)


async def json_body(request: web.Request) -> Json:
    """The request's JSON object; form fields are taken too where a client sends them."""
    if request.content_type == "application/x-www-form-urlencoded":
        return {key: str(value) for key, value in (await request.post()).items()}
    try:
        value = json.loads(await request.text() or "{}")
    except ValueError as error:
        raise ApiError(400, "bad_request", "The body is not JSON.") from error
    if not isinstance(value, dict):
        raise ApiError(400, "bad_request", "The body is not an object.")
    return value


def number(request: web.Request, name: str = "id") -> int:
    """The numeric id in the path."""
    text = request.match_info[name]
    if not text.isdecimal():
        raise not_found()
    return int(text)


def may(request: web.Request, scope: str) -> bool:
    """Whether who asks has this permission."""
    return request[TOKEN].user.role.may(scope)


def require(request: web.Request, scope: str, what: str) -> None:
    """Refuse who has not this permission; `what` is what they wanted to do."""
    if not may(request, scope):
        raise forbidden(what)


def wants_secrets(request: web.Request) -> bool:
    """`Prefer: no_sensitive_extras=true` leaves secrets and embedded things out; without it they are in, for
    those who may see them."""
    return _asks_all(request) and may(request, "sensitive")


def wants_embedded(request: web.Request) -> bool:
    return _asks_all(request) and request.query.get("no_embed") != "true"


def _asks_all(request: web.Request) -> bool:
    return "no_sensitive_extras=true" not in request.headers.get("Prefer", "")


def page(
    request: web.Request, name: str, rows: Sequence[Json], links: Mapping[str, str] | None = None
) -> web.Response:
    """One page of a list, with its links."""
    current = max(1, int(request.query.get("page", "1")))
    size = max(1, min(5000, int(request.query.get("per_page", "40"))))
    start = (current - 1) * size
    here = f"{request.url.origin()}{request.path}"
    related = {key: {"href": href} for key, href in (links or {}).items()}
    related["self"] = {"href": f"{here}?page={current}&per_page={size}"}
    if start + size < len(rows):
        related["next"] = {"href": f"{here}?page={current + 1}&per_page={size}"}
    if current > 1:
        related["prev"] = {"href": f"{here}?page={current - 1}&per_page={size}"}
    return hal(
        {
            "_embedded": {name: list(rows[start : start + size])},
            "total_count": len(rows),
            "per_page": size,
            "current_page": current,
            "_links": related,
        }
    )


class Server:
    """One HTTP server on a loopback port of its own. `open_paths` want no token.

    Attributes:
        url: its root, without a closing slash.
        seen: how often which request came, by "METHOD path with ids replaced by stars".
    """

    def __init__(
        self, faults: Faults, tokens: Tokens, open_paths: re.Pattern[str], gate: Gate | None = None
    ) -> None:
        self.url = ""
        self.seen: Counter[str] = Counter()
        self._tokens = tokens
        self._open_paths = open_paths
        self._gate = gate
        self._runner: web.AppRunner | None = None
        misbehave: Any = faults.middleware
        self.application = web.Application(
            middlewares=[self._count, misbehave, self._answer], client_max_size=LARGEST_BODY
        )

    async def start(self) -> None:
        self._runner = web.AppRunner(self.application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        parts = ("*" if part.isdecimal() or len(part) == 36 else part for part in request.path.split("/"))
        self.seen[f"{request.method} {'/'.join(parts)}"] += 1
        return await handler(request)

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if self._open_paths.fullmatch(request.path) is None:
                self._authorize(request)
                if self._gate is not None and (answer := self._gate(request)) is not None:
                    return answer
            return await handler(request)
        except ApiError as error:
            return hal(error.body, error.status)
        except web.HTTPNotFound:
            return hal(not_found().body, 404)
        except web.HTTPMethodNotAllowed:
            return hal({"code": 405, "error": "method_not_allowed", "message": "Method Not Allowed"}, 405)

    def _authorize(self, request: web.Request) -> None:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        token = self._tokens.check(value) if scheme == "Bearer" else None
        if token is None:
            raise ApiError(401, "invalid_token", "The access token is invalid, has expired or was revoked.")
        if not token.writes() and request.method != "GET":
            raise ApiError(403, "forbidden", "The scope of the access token is insufficient.")
        request[TOKEN] = token
