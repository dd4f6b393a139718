"""A stand-in for databases that this machine has no program for: its doors echo what they are told."""

from pathlib import Path

from providers.sandbox import embedded
from providers.sandbox.relay import Doors, Relay, echo


class EchoServer:
    """Made by `start`: a socket for the portal and a port for the stack, for each type of credential."""

    def __init__(self, folder: Path, relays: Doors) -> None:
        self.doors = relays.sockets
        self.ports = relays.ports
        self._folder = folder
        self._relays = relays

    @classmethod
    async def start(cls, credentials: list[str]) -> "EchoServer":
        folder = embedded.private_folder("offramp-")
        relays = Doors()
        for number, kind in enumerate(credentials):
            await relays.open(kind, folder / f"door{number}", lambda: Relay(echo))
        return cls(folder, relays)

    def drop(self) -> None:
        self._relays.drop()

    async def stop(self, *, remove: bool = False) -> None:
        await self._relays.stop()
        embedded.remove_private_folder(self._folder)
