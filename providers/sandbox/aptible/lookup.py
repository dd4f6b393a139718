"""What the routes share: looking things up, checking handles."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web

from providers.sandbox.aptible.http import ApiError, not_found, unprocessable
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.world import World

T = TypeVar("T")

HANDLE = re.compile(r"[0-9a-z._-]{1,64}")


def visible(world: World, operation_id: int) -> Operation:
    """The operation; 404 for one that removed its resource and is done, as at Aptible."""
    operation = found(world.operations, operation_id)
    if operation.deleted and operation.finished:
        raise not_found()
    return operation


def found(things: Mapping[int, T], number: int) -> T:
    """The thing with that id, or a 404."""
    if number not in things:
        raise not_found()
    return things[number]


def last_number(value: Any) -> int:
    """An id given as a number or as the address of what it names; 0 for anything else."""
    last = str(value).rstrip("/").rpartition("/")[2]
    return int(last) if last.isdecimal() else 0


def checked_handle(body: Mapping[str, Any], taken: list[str]) -> str:
    """A handle of Aptible's pattern that nobody has yet, or a 422."""
    handle = str(body.get("handle") or "")
    if HANDLE.fullmatch(handle) is None:
        raise unprocessable("Handle is invalid")
    if handle in taken:
        raise unprocessable("Handle has already been taken")
    return handle


def only_one(request: web.Request, world: World, things: list[Any]) -> Any:
    """The one thing with the handle that is asked for, in its environment if one is named."""
    handle = request.query.get("handle", "")
    fitting = [thing for thing in things if thing.handle == handle]
    if "environment" in request.query:
        account = world.account_by_handle(request.query["environment"])
        fitting = [thing for thing in fitting if account and thing.account_id == account.id]
    if not fitting:
        raise not_found()
    if len(fitting) > 1:
        raise ApiError(400, "multiple_resources_found", "More than one resource has this handle")
    return fitting[0]
