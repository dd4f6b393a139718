"""What a request asks for beside its path: the variant, what to expand, its body."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from aiohttp import web

from providers.sandbox.heroku.routes.gate import ApiError, not_found


class Named(Protocol):
    """Something with an id and a name."""

    id: str
    name: str


T = TypeVar("T", bound=Named)


def variant(request: web.Request) -> str:
    """The variant of version 3 that the Accept header names: "sdk", "docker-releases" ..., "" for none."""
    _, found, rest = request.headers.get("Accept", "").partition("version=3.")
    return rest.partition(";")[0].partition(",")[0].strip() if found else ""


def is_sdk(request: web.Request) -> bool:
    return variant(request) == "sdk"


def added(request: web.Request, header: str) -> tuple[str, ...]:
    """The words of `Accept-Expansion` or `Accept-Inclusion`, which only `3.sdk` knows."""
    if not is_sdk(request):
        return ()
    return tuple(word.strip() for word in request.headers.get(header, "").split(",") if word.strip())


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON object sent; ApiError 400 when it is none."""
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "bad_request", "The request body must be a JSON object.")
    return body


def find(things: Iterable[T], reference: str, what: str) -> T:
    """The one with that id or name; ApiError 404 that names `what`."""
    for one in things:
        if reference in (one.id, one.name):
            return one
    raise not_found(what)


def shown_one(rows: Iterable[dict[str, Any]], reference: str, what: str) -> web.Response:
    """Answer with the row of that id or name; ApiError 404 that names `what`."""
    for row in rows:
        if reference in (row["id"], row.get("name")):
            return web.json_response(row)
    raise not_found(what)
