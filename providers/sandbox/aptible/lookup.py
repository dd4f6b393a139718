"""What reading and writing the deploy API share: looking things up, checking handles."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web

from providers.sandbox.aptible.http import not_found, unprocessable, wants_embedded, wants_secrets
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.world import Database, Operation, World

T = TypeVar("T")

HANDLE = re.compile(r"[0-9a-z._-]{1,64}")


def visible(world: World, operation_id: int) -> Operation:
    """The operation; 404 for one that removed its resource and is done, as at Aptible."""
    operation = found(world.operations, operation_id)
    if operation.deleted and operation.finished:
        raise not_found()
    return operation


def shown_database(request: web.Request, world: World, shapes: Shapes, database: Database) -> dict[str, Any]:
    """A database with its URL or without, as the request prefers."""
    secret = wants_secrets(request)
    if secret:
        world.sensitive_reads.append(f"database {database.handle}")
    return shapes.database(database, embedded=wants_embedded(request), secrets=secret)


def found(things: Mapping[int, T], number: int) -> T:
    """The thing with that id, or a 404."""
    if number not in things:
        raise not_found()
    return things[number]


def checked_handle(body: dict[str, Any], taken: list[str]) -> str:
    """A handle of Aptible's pattern that nobody has yet, or a 422."""
    handle = str(body.get("handle") or "")
    if HANDLE.fullmatch(handle) is None:
        raise unprocessable("Handle is invalid")
    if handle in taken:
        raise unprocessable("Handle has already been taken")
    return handle
