"""Servers on loopback that answer as a test wants: by HTTP, or byte for byte."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from providers.heroku.client import Client
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from wizard.model.secret import Secret

TOKEN = "HRKU-0123456789-abcdef"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    """The address of a server that answers everything by `handler`."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def talking(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The address of a server that reads one request's head per connection, lets `talk` answer it, and
    closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def at_once(seconds: float) -> None:
    """A sleep that nobody waits for."""


@asynccontextmanager
async def client_of(url: str, *, seconds: float = 5.0, concurrent: int = 8) -> AsyncIterator[Client]:
    """A client whose only host is `url`."""
    hosts = dict.fromkeys(("api", "data", "particleboard", "metrics", "kolkrabbi", "dataclips"), url)
    client = Client(hosts, Secret(TOKEN), sleep=at_once, seconds=seconds, concurrent=concurrent)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def sandbox(
    folder: Path, *, canary: str = "", world: World | None = None
) -> AsyncIterator[HerokuSandbox]:
    """A small Heroku whose apps do not run; `world` in place of the example system."""
    made = HerokuSandbox(
        folder / "heroku",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(folder / "tls"),
        canary=canary,
        alive=False,
        world=world,
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
