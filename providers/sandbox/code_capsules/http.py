"""What all HTTP servers of the sandbox's Code Capsules share: errors, tokens, and who asked for what."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from providers.sandbox.code_capsules.accounts import Account, Accounts
from providers.sandbox.faults import Faults

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST_BODY = 32 * 1024 * 1024
ACCOUNT = web.RequestKey("account", Account)


class ApiError(Exception):
    """Answered as LoopBack 4 does: `{"error": {"statusCode", "name", "message"}}`."""

    def __init__(self, status: int, message: str, name: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = error_body(status, message, name)


def error_body(status: int, message: str = "", name: str = "") -> Json:
    """For faults too: what the vendor answers with that status."""
    known = {
        400: "BadRequestError",
        401: "UnauthorizedError",
        403: "ForbiddenError",
        404: "NotFoundError",
        409: "ConflictError",
        422: "UnprocessableEntityError",
        429: "TooManyRequestsError",
        503: "ServiceUnavailableError",
    }
    word = name or known.get(status, "InternalServerError")
    said = message or ("Internal Server Error" if word == "InternalServerError" else word)
    return {"error": {"statusCode": status, "name": word, "message": said}}


def not_found(what: str, key: str) -> ApiError:
    return ApiError(404, f'Entity not found: {what} with id "{key}"', "EntityNotFoundError")


def answer(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def wrapped(body: Any, status: int = 200) -> web.Response:
    """As both main hosts answer."""
    return web.json_response({"data": body, "meta": {}}, status=status)


async def json_body(request: web.Request) -> Json:
    """The request's JSON object."""
    try:
        value = json.loads(await request.text() or "{}")
    except ValueError as error:
        raise ApiError(400, "The body is not JSON.", "SyntaxError") from error
    if not isinstance(value, dict):
        raise ApiError(422, "The request body is invalid.")
    return value


@dataclass(frozen=True)
class Seen:
    """A request that came in. `host` is the server's name (api, api_alternative, login, a cluster's id).
    `status` is 0 for one that got no answer."""

    host: str
    method: str
    path: str
    status: int


class Server:
    """One HTTP server on a loopback port of its own.

    Attributes:
        url: its root, without a closing slash.
        name, group: which it is, and of which kind ("main", "login", "cluster"), as faults and records say.
        off: "refused" cuts every connection, "missing" answers 404 to everything; empty: it works.
        prefix: what all its paths begin with ("/api").
    """

    def __init__(
        self, name: str, group: str, faults: Faults, accounts: Accounts, seen: list[Seen], *, prefix: str = ""
    ) -> None:
        self.name = name
        self._group = group
        self._faults = faults
        self.url = ""
        self.prefix = prefix
        self.off: Literal["", "refused", "missing"] = ""
        self.port = 0
        self._accounts = accounts
        self._seen = seen
        self._open: set[str] = set()
        self._runner: web.AppRunner | None = None
        misbehave: Any = faults.middleware
        self.application = web.Application(
            middlewares=[self._note, self._door, misbehave, self._answer], client_max_size=LARGEST_BODY
        )

    def route(self, method: str, path: str, handler: Handler, *, open_to_all: bool = False) -> None:
        """Serve a path below the prefix, with a slash at its end or without; `open_to_all` wants no token."""
        for variant in (self.prefix + path, f"{self.prefix}{path}/") if path != "/" else ("/",):
            self.application.router.add_route(method, variant, handler)
            if open_to_all:
                self._open.add(variant)

    async def start(self) -> None:
        self._runner = web.AppRunner(self.application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = int(self._runner.addresses[0][1])
        self.url = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _note(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        status = 0
        try:
            said = await handler(request)
            status = 0 if request.transport is None or request.transport.is_closing() else said.status
            return said
        finally:
            self._seen.append(Seen(self.name, request.method, request.path, status))

    @web.middleware
    async def _door(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.off == "missing":
            return web.Response(status=404, text="<html><body>404 page not found</body></html>")
        said = (
            self._faults.take(request.method, f"{who}:{request.path}") for who in (self._group, self.name)
        )
        rule = next((rule for rule in said if rule is not None), None)
        if self.off == "refused" or rule is not None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)  # never arrives
        return await handler(request)

    @web.middleware
    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.path not in self._open:
                self._authorize(request)
            return await handler(request)
        except ApiError as error:
            return answer(error.body, error.status)
        except web.HTTPNotFound:
            said = f"Endpoint {request.method} {request.path} not found"
            return answer(error_body(404, said, "NotFoundError"), 404)
        except web.HTTPMethodNotAllowed:
            return answer(error_body(405, "Method Not Allowed", "MethodNotAllowedError"), 405)

    def _authorize(self, request: web.Request) -> None:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        account = self._accounts.check(value) if scheme == "Bearer" else None
        if account is None:
            raise ApiError(401, "Error verifying token: jwt expired or invalid")
        request[ACCOUNT] = account


def text_of(body: Mapping[str, Any], key: str, *, wanted: bool = False) -> str:
    """A text of a body, empty where there is none. Raises ApiError (422) for what is not one."""
    value = body.get(key)
    if value is None or value == "":
        if wanted:
            raise ApiError(422, f"The request body is invalid: must have required property '{key}'")
        return ""
    if not isinstance(value, str):
        raise ApiError(422, f"The request body is invalid: {key} must be string")
    return value
