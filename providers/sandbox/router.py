"""The vendors' HTTP routers: a public address that stays, before a process whose port changes."""

import contextlib
import uuid

import aiohttp
import yarl
from aiohttp import web

_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "content-length",
}


def page(title: str, text: str) -> str:
    """A small HTML page in the manner of a vendor's error pages."""
    return (
        "<!DOCTYPE html>\n<html>\n  <head>\n"
        '    <meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"    <title>{title}</title>\n  </head>\n  <body>\n    <h1>{title}</h1>\n"
        f"    <p>{text}</p>\n  </body>\n</html>\n"
    )


MAINTENANCE = page(
    "Offline for Maintenance",
    "This application is undergoing maintenance right now. Please check back later.",
)
APPLICATION_ERROR = page(
    "Application error",
    "An error occurred in the application and your page could not be served. If you are the application "
    "owner, check your logs for details.",
)


class Router:
    """A reverse proxy on a loopback port of its own.

    Attributes:
        target: the port requests go to; None: nothing is there, `no_target_page` is served (503).
        maintenance: answer every request with the maintenance page (503).
        requests: how many came in.
    """

    def __init__(self, no_target_page: str = APPLICATION_ERROR, maintenance_page: str = MAINTENANCE) -> None:
        self.target: int | None = None
        self.maintenance = False
        self.no_target_page = no_target_page
        self.maintenance_page = maintenance_page
        self.requests = 0
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """The public address, with a slash at its end as in Heroku's `web_url`."""
        return f"http://127.0.0.1:{self.port}/"

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1, on any free port if none is given."""
        application = web.Application(client_max_size=0)
        application.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        self._client = aiohttp.ClientSession(
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=5, sock_read=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    async def stop(self) -> None:
        """Stop listening; requests in progress get a second."""
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        if self.maintenance:
            return web.Response(status=503, text=self.maintenance_page, content_type="text/html")
        if self.target is None:
            return web.Response(status=503, text=self.no_target_page, content_type="text/html")
        try:
            return await self._pass_on(request, self.target)
        except (aiohttp.ClientError, TimeoutError):
            return web.Response(status=503, text=APPLICATION_ERROR, content_type="text/html")

    async def _pass_on(self, request: web.Request, port: int) -> web.StreamResponse:
        assert self._client is not None
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        headers["X-Forwarded-For"] = request.remote or "127.0.0.1"
        headers["X-Forwarded-Proto"] = "http"
        headers["X-Forwarded-Port"] = str(self.port)
        headers.setdefault("X-Request-Id", str(uuid.uuid4()))
        body = request.content if request.can_read_body else None
        address = yarl.URL(f"http://127.0.0.1:{port}{request.raw_path}", encoded=True)
        async with self._client.request(
            request.method, address, headers=headers, data=body, allow_redirects=False
        ) as answer:
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
            out = web.StreamResponse(status=answer.status, reason=answer.reason)
            for name, value in kept:
                out.headers.add(name, value)
            if answer.content_length is not None:
                out.content_length = answer.content_length
            await out.prepare(request)
            # Once the head is out, a failing app can only be shown by an answer that ends too soon.
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                async for piece in answer.content.iter_any():
                    await out.write(piece)
                await out.write_eof()
                return out
            if request.transport is not None:
                request.transport.close()
            return out
