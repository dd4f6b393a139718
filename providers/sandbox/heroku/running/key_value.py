"""The stores behind `REDIS_URL`: real Redis servers, reached through TLS only, as at Heroku."""

import secrets
from pathlib import Path

from providers.sandbox.redis import RedisServer, program
from providers.sandbox.tls import Certificates
from wizard.model.trouble import Trouble

KIND = "redis+ssl"


class KeyValueServers:
    """Servers by the names of their attachments ("REDIS", "CACHE"). The passwords are in no file.

    Attributes:
        urls: as they stand in the config, by attachment.
    """

    def __init__(self, folder: Path, canary: str) -> None:
        self.urls: dict[str, str] = {}
        self.servers: dict[str, RedisServer] = {}
        self._folder = folder
        self._canary = canary

    async def start(self, names: tuple[str, ...], certificates: Certificates) -> None:
        """Start one for each name.

        Raises:
            Trouble: this machine has no redis-server, or it does not start.
        """
        if names and program() is None:
            raise Trouble(
                "The example system is to have a Key-Value Store, and redis-server is not on this machine.",
                remedy="Install redis-server, or start the example without it.",
                code="no-redis",
            )
        for name in names:
            password = f"p{secrets.token_hex(32)}{self._canary}"
            server = await RedisServer.start(self._folder / name.lower(), password, certificates)
            self.servers[name] = server
            self.urls[name] = f"rediss://:{password}@127.0.0.1:{server.ports[KIND]}"

    async def stop(self) -> None:
        """End all; what is in them is gone."""
        for server in self.servers.values():
            await server.stop(remove=True)
        self.servers.clear()
