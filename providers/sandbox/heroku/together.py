"""All of the sandbox's Heroku behind one https port, as Heroku's own CLI wants it.

The CLI takes one address for the platform and only another host name, no other port, for the data services
(HEROKU_HOST, HEROKU_DATA_HOST: seen in its source and when run). So 127.0.0.1 is
the platform here, and localhost the data API. The scheduler's API shares the platform's name
(HEROKU_PARTICLEBOARD_URL), and downloads of backups come before both, since they carry no token.
"""

import ssl
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

Tables = Mapping[str, tuple[web.RouteDef, ...]]
"""Routes by host: "api", "data", "particleboard", "store"."""


async def open_together(
    tables: Tables,
    middlewares: Mapping[str, list[Middleware]],
    where: Path | None,
    port: int,
    context: ssl.SSLContext,
) -> web.AppRunner:
    """Listen with TLS; the caller cleans the runner up.

    Args:
        middlewares: by host, new for this listener.
        where: a unix socket to make (0600), for what carries bytes there from `port` elsewhere; None: `port`
            of 127.0.0.1 itself.
    """
    whole = web.Application()
    for name, host, beside in (("api", "127.0.0.1", "particleboard"), ("data", "localhost", "store")):
        open_to_all = {one.handler for one in tables["store"]}
        part = web.Application(middlewares=[_but_for(open_to_all, each) for each in middlewares[name]])
        part.add_routes(_unlike(tables[name], tables[beside]))
        whole.add_domain(f"{host}:{port}", part)
    runner = web.AppRunner(whole, access_log=None, shutdown_timeout=1)
    await runner.setup()
    if where is None:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    else:
        await web.UnixSite(runner, where, ssl_context=context).start()
        where.chmod(0o600)  # noqa: ASYNC240 - one call on a local file system
    return runner


def _but_for(open_to_all: Collection[Handler], middleware: Middleware) -> Middleware:
    """The middleware, which requests for these handlers do not pass."""

    @web.middleware
    async def passed(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.handler in open_to_all:
            return await handler(request)
        return await middleware(request, handler)

    return passed


def _unlike(first: Iterable[web.RouteDef], second: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    """Both; of a route that both have, the first one's."""
    routes = {(one.method, one.path): one for one in (*second, *first)}
    return list(routes.values())
