"""The data API's backups, and the store that their public URLs lead to.

Wire facts: heroku/cli, and Heroku's own recorded schemas. The store stands for S3:
no sign-in but the URL's signature, ranges, entity tags, and XML for whatever it refuses.
"""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiohttp import web

from providers.sandbox.faults import Faults, Rule
from providers.sandbox.heroku.routes.data import find_store
from providers.sandbox.heroku.routes.gate import ApiError
from providers.sandbox.heroku.running.backups import KEEP, Backups, Transfer
from providers.sandbox.heroku.world.stores import POSTGRES, plan_of
from providers.sandbox.heroku.world.world import World

DOWNLOAD = "backup:/download"
"""The path by which a fault names a download. Kinds: `cut` (after `bytes` bytes), `drip` (64 kB each
`seconds`), `expire` (the URL is no longer good), `no-range` (answers with the whole from its beginning),
`changed` (another entity tag), `short` (says fewer bytes than there are), `503`."""

_PIECE = 1 << 16


class BackupRoutes:
    """Routes of backups by database (add-on id or name) and app (id or name)."""

    def __init__(self, world: World, backups: Backups) -> None:
        self._world = world
        self._backups = backups
        self.store = ""
        """Where the store listens, once it does."""

    def table(self) -> Iterable[web.RouteDef]:
        """All routes of the data API."""
        transfers = "/client/v11/apps/{app}/transfers"
        return (
            web.post("/client/v11/databases/{name}/backups", self._capture),
            web.get(transfers, self._list),
            web.get(f"{transfers}/{{transfer}}", self._one),
            web.delete(f"{transfers}/{{transfer}}", self._delete),
            web.post(f"{transfers}/{{transfer}}/actions/cancel", self._cancel),
            web.post(f"{transfers}/{{transfer}}/actions/public-url", self._public_url),
        )

    async def _capture(self, request: web.Request) -> web.Response:
        add_on = find_store(self._world, request.match_info["name"], POSTGRES)
        tier = add_on.plan.partition(":")[2].partition("-")[0]
        if tier == "shield" or plan_of(add_on.plan).family == "advanced":
            # No backups on Shield (Heroku's article on upgrading); what is said then is a guess.
            raise ApiError(422, "unprocessable_entity", "Backups are not available for this plan.")
        return web.json_response(_shown(self._backups.capture(add_on)), status=201)

    def _of_app(self, request: web.Request) -> list[Transfer]:
        app = self._world.app(request.match_info["app"])
        if app is None or not self._world.is_open(app.id):
            raise ApiError(404, "not_found", "Not found.")
        return self._backups.of_app(app.id)

    def _find(self, request: web.Request) -> Transfer:
        wanted = request.match_info["transfer"]
        for one in self._of_app(request):
            if wanted in (one.uuid, str(one.num)):
                return one
        raise ApiError(404, "not_found", "Not found.")

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([_shown(one) for one in self._of_app(request)])

    async def _one(self, request: web.Request) -> web.Response:
        one = self._find(request)
        return web.json_response(_shown(one, verbose=request.query.get("verbose") == "true"))

    async def _cancel(self, request: web.Request) -> web.Response:
        one = self._find(request)
        self._backups.cancel(one)
        return web.json_response({"canceled_at": one.canceled_at}, status=201)

    async def _delete(self, request: web.Request) -> web.Response:
        one = self._find(request)
        self._backups.delete(one)
        return web.json_response(_shown(one))

    async def _public_url(self, request: web.Request) -> web.Response:
        one = self._find(request)
        if not one.succeeded or one.purged_at or one.to_type != KEEP:
            raise ApiError(404, "not_found", "This backup has no data.")
        query, ends = self._backups.link(one)
        # Heroku's CLI downloads by https alone, and from where it asks when all is behind one port.
        base = f"https://{request.host}" if request.scheme == "https" else self.store
        url = f"{base}/xfer-production/{one.uuid}?{query}"
        return web.json_response({"url": url, "expires_at": ends}, status=201)


def _shown(one: Transfer, *, verbose: bool = False) -> dict[str, Any]:
    shown = {
        "uuid": one.uuid,
        "num": one.num,
        "from_type": one.from_type,
        "from_name": one.from_name,
        "from_url": one.from_url,
        "to_type": one.to_type,
        "to_name": one.to_name,
        "to_url": f"https://s3.example/xfer-production/{one.uuid}",
        "options": {},
        "source_bytes": one.source_bytes,
        "processed_bytes": one.processed,
        "succeeded": one.succeeded,
        "warnings": 0,
        "created_at": one.created_at,
        "started_at": one.started_at,
        "canceled_at": one.canceled_at,
        "updated_at": one.finished_at or one.started_at or one.created_at,
        "finished_at": one.finished_at,
        "deleted_at": one.deleted_at,
        "purged_at": one.purged_at,
        "num_keep": 5,
        "schedule": {"uuid": one.schedule} if one.schedule else None,
    }
    if verbose:
        shown["logs"] = [{"created_at": at, "level": level, "message": text} for at, level, text in one.logs]
    return shown


class Store:
    """What a public URL leads to.

    Attributes:
        asked: the headers of every request, names in lower case.
    """

    def __init__(self, backups: Backups, faults: Faults) -> None:
        self.asked: list[dict[str, str]] = []
        self._backups = backups
        self._faults = faults

    def table(self) -> Iterable[web.RouteDef]:
        """Its one route."""
        return (web.get("/xfer-production/{transfer}", self._get),)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({name.lower(): value for name, value in request.headers.items()})
        rule = self._faults.take("GET", DOWNLOAD)
        kind = rule.kind if rule is not None else ""
        transfer = self._backups.linked(request.query.get("X-Amz-Signature", ""))
        if transfer is None or transfer.file is None or kind == "expire":
            return _refused(403, "AccessDenied", "Request has expired")
        if kind == "503":
            return _refused(503, "SlowDown", "Please reduce your request rate.")
        size = transfer.size
        etag = transfer.etag if kind != "changed" else '"0123456789abcdef0123456789abcdef"'
        start = 0 if kind == "no-range" else _start(request, etag)
        if start > 0 and start >= size:
            return _refused(416, "InvalidRange", "The requested range is not satisfiable")
        out = web.StreamResponse(status=206 if start else 200, headers={"ETag": etag})
        if kind != "no-range":
            out.headers["Accept-Ranges"] = "bytes"
        if start:
            out.headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        out.content_type = "binary/octet-stream"
        out.content_length = (size - 10 if kind == "short" else size) - start
        await out.prepare(request)
        if await _sent(out, transfer.file, start, rule):
            await out.write_eof()
        elif request.transport is not None:
            request.transport.close()
        return out


async def _sent(out: web.StreamResponse, dump: Path, start: int, rule: Rule | None) -> bool:
    """Whether all that was promised has been sent."""
    left = promised = out.content_length or 0
    pause = 0.0
    if rule is not None and rule.kind == "cut":
        left = min(left, int(rule.params.get("bytes", 1000)))
    if rule is not None and rule.kind == "drip":
        pause = rule.seconds(0.05)
    whole = left == promised
    with dump.open("rb") as file:
        file.seek(start)
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            await out.write(piece)
            left -= len(piece)
            await asyncio.sleep(pause)
    return whole


def _start(request: web.Request, etag: str) -> int:
    match = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    wanted = request.headers.get("If-Range", etag)
    return int(match[1]) if match and wanted == etag else 0


def _refused(status: int, code: str, message: str) -> web.Response:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    body = f"{head}\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return web.Response(status=status, text=body, content_type="application/xml")
