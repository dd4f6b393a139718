"""What every request passes: version, token and its scope, rate limit, entity tags; and how errors look."""

import base64
import binascii
import hashlib
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.world.world import App, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ACCEPT = re.compile(r"application/vnd\.heroku\+json;\s*version=3(\.[a-z0-9.-]+)?\s*(,|;|$)")
_SECRET = re.compile(r"/config-vars(/|$)|^/addons/[^/]+/config(/|$)")
"""Paths that tell values of config vars."""

_IDENTITY = re.compile(r"^/account$|^/users/[^/]+$")
"""What a token of scope `identity` reads."""

_OF_ACCOUNT = re.compile(r"^/account(/|$)|^/users/[^/]+$|^/oauth(/|$)")
"""What no token of a read or write scope reaches. The rate limit is told to all."""

_ASKING = re.compile(r"^/filters/|^/actions/[^/]+/resolve$|/log-sessions$|/git-upload-pack$")
"""POST requests that change nothing."""

_LIMITS = "https://devcenter.heroku.com/articles/platform-api-reference#rate-limits"


class ApiError(Exception):
    """An answer of Heroku that is an error; `extra` are more fields of its body (`resource`, `app`)."""

    def __init__(self, status: int, error_id: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"id": error_id, "message": message, **extra}


def not_found(resource: str) -> ApiError:
    return ApiError(404, "not_found", f"Couldn't find that {resource}.", resource=resource.replace(" ", "_"))


_ERRORS = {
    401: ("unauthorized", "Invalid credentials provided."),
    403: ("forbidden", "You do not have access to this."),
    404: ("not_found", "Couldn't find that."),
    422: ("invalid_params", "Something in the request cannot be processed."),
    429: ("rate_limit", "Your account reached the API rate limit. Please wait a few minutes and try again."),
    503: ("service_unavailable", "Heroku is temporarily unavailable."),
}


def error_body(status: int) -> dict[str, Any]:
    """Heroku's body for an error that the sandbox was told to make; ids from Heroku's reference, that
    of 503 is a guess."""
    error_id, message = _ERRORS.get(status, ("internal_server_error", "Internal server error."))
    return {"id": error_id, "message": message, **({"url": _LIMITS} if status == 429 else {})}


def app_of(world: World, request: web.Request, name: str = "app") -> App:
    """The app that the path names; ApiError when it is not there or refused. An app that wants a second
    factor is open to a request that brings the code."""
    app = world.app(request.match_info[name])
    if app is None or app.gone:
        raise not_found("app")
    if app.refused == "two_factor":
        if request.headers.get("Heroku-Two-Factor-Code") == world.two_factor_code:
            return app
        raise ApiError(
            403,
            "two_factor",
            f"A second authentication factor or pre-authorization is required for access to app {app.name}.",
            app={"name": app.name},
        )
    if app.refused == "delinquent":
        raise ApiError(402, "delinquent", f"The app {app.name} is suspended: its bill is not paid.")
    part = request.path.partition(f"/apps/{request.match_info[name]}/")[2].partition("/")[0]
    if app.refused or not app.joined or part in app.refused_parts:
        what = f"the {part.replace('-', ' ')} of the app" if part in app.refused_parts else "the app"
        raise ApiError(403, app.refused or "forbidden", f"You do not have access to {what} {app.name}.")
    return app


class Bucket:
    """The account's bucket of requests: `size`, refilled by `per_minute`."""

    def __init__(self, size: int = 4500, per_minute: float = 75.0) -> None:
        self.size = size
        self.per_minute = per_minute
        self._level = float(size)
        self._seen = time.monotonic()

    def look(self) -> int:
        """How many requests are left."""
        moment = time.monotonic()
        self._level = min(self.size, self._level + (moment - self._seen) * self.per_minute / 60)
        self._seen = moment
        return int(self._level)

    def take(self) -> bool:
        """Use one request up; False when there is none."""
        if self.look() < 1:
            return False
        self._level -= 1
        return True

    def fill(self) -> None:
        """Fill it, as an hour without a request does."""
        self._level = float(self.size)


class Gate:
    """The middleware of the listener of `host` ("api", "data" ...)."""

    def __init__(self, world: World, bucket: Bucket, *, host: str = "api") -> None:
        self._world = world
        self._bucket = bucket
        self._host = host
        self._heroku_json = host in ("api", "data")

    @property
    def middleware(self) -> Any:
        @web.middleware
        async def pass_gate(request: web.Request, handler: Handler) -> web.StreamResponse:
            request_id = request.headers.get("Request-Id") or str(uuid.uuid4())
            try:
                self._check(request)
                answer = await handler(request)
            except ApiError as error:
                answer = web.json_response(error.body, status=error.status)
            except web.HTTPException as error:
                if error.status not in (404, 405):
                    raise
                answer = web.json_response(
                    {"id": "not_found", "message": "The requested API endpoint was not found."}, status=404
                )
            if request.method == "GET":
                answer = _tagged(request, answer)
            elif answer.status < 400 and not _ASKING.search(request.path):
                self._world.written.append(f"{request.method} {request.path}")
            if not answer.prepared:
                answer.headers["Request-Id"] = request_id[:7000]
                answer.headers["RateLimit-Remaining"] = str(self._bucket.look())
                self._warn(request, answer)
                if answer.status == 401 and self._host == "git":
                    answer.headers["WWW-Authenticate"] = 'Basic realm="Heroku Git"'
            return answer

        return pass_gate

    def _warn(self, request: web.Request, answer: web.StreamResponse) -> None:
        app = self._world.app(request.match_info.get("app", ""))
        if warning := (app and app.warning) or self._world.warning:
            answer.headers["X-Heroku-Warning"] = warning

    def _check(self, request: web.Request) -> None:
        if self._heroku_json and not _ACCEPT.match(request.headers.get("Accept", "")):
            raise ApiError(
                406,
                "not_acceptable",
                "Your request must include an Accept header of application/vnd.heroku+json; version=3.",
            )
        token = _token(request.headers.get("Authorization", ""))
        if token not in self._world.tokens:
            raise ApiError(401, "unauthorized", "Invalid credentials provided.")
        if request.path != "/account/rate-limits":
            if self._host != "git" and not self._bucket.take():
                body = error_body(429)
                raise ApiError(429, body["id"], body["message"], url=body["url"])
            self._check_scope(request, self._world.scope_of(token))

    def _check_scope(self, request: web.Request, scope: frozenset[str]) -> None:
        """Scopes as Heroku's OAuth article names them; the error's words are a guess."""
        if "global" in scope:
            return
        reading = request.method in ("GET", "HEAD") or _ASKING.search(request.path)
        if self._host in self._world.global_only:
            allowed: set[str] = set()
        elif self._host != "api":
            allowed = {"read-protected", "write-protected"} if reading else {"write-protected"}
        elif _IDENTITY.search(request.path):
            allowed = {"identity"} if reading else set()
        elif _OF_ACCOUNT.search(request.path):
            allowed = set()
        else:
            allowed = {"write", "write-protected"} | ({"read", "read-protected"} if reading else set())
            if _SECRET.search(request.path):
                allowed -= {"read", "write"}
        if not allowed & scope:
            raise ApiError(
                403,
                "forbidden",
                "The scope of this OAuth authorization does not allow access to this resource.",
            )


def _tagged(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """Put an entity tag on a whole answer, and say 304 to whoever has it already."""
    if answer.status not in (200, 206) or answer.prepared or not isinstance(answer, web.Response):
        return answer
    body = answer.body if isinstance(answer.body, bytes) else b""
    tag = f'W/"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    known = [each.strip() for each in request.headers.get("If-None-Match", "").split(",")]
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted.strip() != "*" and tag not in wanted:
        told = {"id": "precondition_failed", "message": "The resource is no longer what you know."}
        return web.json_response(told, status=412, headers={"ETag": tag})
    if answer.status == 200 and (tag in known or "*" in known):
        return web.Response(status=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer


def _token(header: str) -> str:
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
