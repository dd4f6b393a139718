"""The example system on this machine, as a provider of sandboxes starts it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol


class Example(Protocol):
    """The example system on this machine, running. `hosts` and `credentials` are by provider name;
    `checkouts` are folders by app name."""

    hosts: dict[str, dict[str, str]]
    credentials: dict[str, dict[str, str]]
    checkouts: dict[str, Path]

    async def facts(self) -> dict[str, Any]:
        """What stands in that world now."""
        ...

    async def stop(self) -> None:
        """End it with all its processes."""
        ...


class ExampleProvider(Protocol):
    """What starts the example system in a folder, or finds the one that runs there."""

    async def start_or_find(
        self,
        folder: Path,
        *,
        size: str = "standard",
        progress: Callable[[str], None],
        colleague: bool,
        target: str = "aptible",
    ) -> Example:
        """The running one, or a new one. `progress` takes what is being done, in words. A `colleague` does
        elsewhere what a run asks of a person, a few seconds after it is asked for: DNS records, links,
        pushes. `target` is the provider that it moves to."""
        ...

    async def find(self, folder: Path) -> Example | None:
        """The running one, None when there is none."""
        ...

    async def stop(self, folder: Path) -> None:
        """End the one that runs there, or is starting there; returns when it is gone."""
        ...
