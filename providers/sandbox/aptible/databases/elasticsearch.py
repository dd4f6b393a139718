"""One Elasticsearch of the sandbox's Aptible: a stand-in that keeps documents, reached through TLS only."""

import base64
import secrets

from aiohttp import web

from providers.sandbox.elasticsearch import Indexes
from providers.sandbox.relay import Door, Relay
from providers.sandbox.tls import Certificates

USER = "aptible"
KIND = "elasticsearch"
LARGEST_BODY = 32 << 20


class ElasticsearchServer:
    """Made by `start`."""

    def __init__(self, runner: web.AppRunner, relay: Relay) -> None:
        self.doors: dict[str, Door] = {KIND: relay.port}
        self.ports = {KIND: relay.port}
        self._runner = runner
        self._relay = relay

    @classmethod
    async def start(cls, password: str, certificates: Certificates) -> "ElasticsearchServer":
        """Listen on a free loopback port. The user `aptible` may do everything."""
        indexes = Indexes()
        right = "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()

        async def answer(request: web.Request) -> web.Response:
            if not secrets.compare_digest(request.headers.get("authorization", "").encode(), right.encode()):
                return web.json_response({"status": 401, "error": {"type": "security_exception"}}, status=401)
            status, said = indexes.answer(request.method, request.path_qs, await request.read())
            return web.json_response(said, status=status)

        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificates.server_context()).start()
        relay = Relay(target=int(runner.addresses[0][1]))
        await relay.listen()
        return cls(runner, relay)

    def drop(self) -> None:
        self._relay.drop()

    async def stop(self, *, remove: bool = False) -> None:
        await self._relay.stop()
        await self._runner.cleanup()
