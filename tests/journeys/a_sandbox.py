"""The sandbox for tests that are not asynchronous: started once for a file, told what to do wrong."""

import asyncio
from pathlib import Path
from typing import Any

from providers.sandbox.client import SandboxClient, start_or_find
from wizard.session.store import create


class RunningSandbox:
    """A sandbox's process of its own, with the smallest data.

    Attributes:
        hosts: what a session needs to reach it.
        credentials: as of `refresh`.
    """

    def __init__(self, folder: Path, canary: str = "") -> None:
        self._client: SandboxClient = asyncio.run(
            start_or_find(folder, size="tiny", canary=canary, pace=0.05)
        )

    @property
    def hosts(self) -> dict[str, dict[str, str]]:
        return self._client.hosts

    @property
    def heroku_token(self) -> str:
        """One that is valid now."""
        asyncio.run(self._client.read())
        return self._client.credentials["heroku"]["token"]

    @property
    def aptible(self) -> dict[str, str]:
        """E-mail, password, one-time code and a token that are valid now."""
        asyncio.run(self._client.read())
        return self._client.credentials["aptible"]

    @property
    def checkouts(self) -> dict[str, Path]:
        return self._client.checkouts

    def fault(self, vendor: str, kind: str, **rule: Any) -> None:
        """Make a vendor's servers misbehave."""
        asyncio.run(self._client.fault(vendor, kind, **rule))

    def heal(self) -> None:
        """Let everything go well again."""
        asyncio.run(self._client.clear_faults())

    def facts(self) -> dict[str, Any]:
        """What stands there."""
        return asyncio.run(self._client.facts())

    def session(self, name: str = "acme-shop", hosts: dict[str, dict[str, str]] | None = None) -> Path:
        """A new migration whose vendors are this sandbox; its folder."""
        session = create(name, hosts=hosts or self.hosts)
        session.close()
        return session.folder

    def heroku_environment(self, hosts: dict[str, dict[str, str]] | None = None) -> dict[str, str | None]:
        """What makes its Heroku's token one of this machine: with the hosts that it is for."""
        heroku = (hosts or self.hosts)["heroku"]
        return {
            "HEROKU_API_KEY": self.heroku_token,
            "HEROKU_HOST": heroku["api"],
            "HEROKU_DATA_HOST": heroku["data"],
        }

    def stop(self) -> None:
        """End it."""
        asyncio.run(self._client.stop())
