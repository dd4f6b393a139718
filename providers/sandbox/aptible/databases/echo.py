"""A stand-in for databases that this machine has no program for: its doors echo what they are told."""

from pathlib import Path

from providers.sandbox import embedded
from providers.sandbox.aptible.relay import Door, Relay, echo


class EchoServer:
    """Made by `start`: a socket for the portal and a port for the stack, for each type of credential."""

    def __init__(self, folder: Path) -> None:
        self.doors: dict[str, Door] = {}
        self.ports: dict[str, int] = {}
        self._folder = folder
        self._relays: list[Relay] = []

    @classmethod
    async def start(cls, credentials: list[str]) -> "EchoServer":
        server = cls(embedded.private_folder("offramp-"))
        for number, kind in enumerate(credentials):
            for path in (server._folder / f"door{number}", None):
                relay = Relay(echo)
                await relay.listen(path)
                server._relays.append(relay)
                if path is not None:
                    server.doors[kind] = path
                else:
                    server.ports[kind] = relay.port
        return server

    def drop(self) -> None:
        for relay in self._relays:
            relay.drop()

    async def stop(self, *, remove: bool = False) -> None:
        for relay in self._relays:
            await relay.stop()
        embedded.remove_private_folder(self._folder)
