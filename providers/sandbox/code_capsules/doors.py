"""What stands before a capsule: its web address with an access log, and the server of a frontend's files."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from providers.sandbox.router import Router, page

NOT_RUNNING = page("503 Service Temporarily Unavailable", "This capsule is not running.")


class CapsuleRouter(Router):
    """The address of one capsule. `note` takes a line of JSON for every request."""

    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__(NOT_RUNNING)
        self._note = note

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        began = time.monotonic()
        said = await super()._serve(request)
        self._note(
            json.dumps(
                {
                    "RequestMethod": request.method,
                    "RequestPath": request.path,
                    "RequestHost": request.host,
                    "OriginStatus": said.status,
                    "Duration": int((time.monotonic() - began) * 1e9),
                    "request_User-Agent": request.headers.get("User-Agent", ""),
                }
            )
        )
        return said


class StaticSite:
    """Serves a folder. A path without a file gets `index.html`, as single-page apps need."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self._folder = folder.resolve()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        application = web.Application()
        application.router.add_get("/{path:.*}", self._file)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        for name in (request.match_info["path"], f"{request.match_info['path']}/index.html", "index.html"):
            path = (self._folder / name.lstrip("/")).resolve()
            if path.is_relative_to(self._folder) and path.is_file():
                return web.FileResponse(path)
        return web.Response(status=404, text="404 Not Found")
