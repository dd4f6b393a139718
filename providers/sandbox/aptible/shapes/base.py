"""What all shapes share: where links begin, and the records they are made of."""

from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.portal import Portal
from providers.sandbox.aptible.world import World

MADE = "2024-01-15T09:00:00.000Z"
"""When what was there from the start was made."""


class Base:
    """Makes JSON of records. `api` and `auth` are the roots that links begin with.

    Attributes:
        ca_body: the certificate (PEM) that signs those of databases.
    """

    def __init__(self, world: World, portal: Portal, ca_body: str = "") -> None:
        self.api = ""
        self.auth = ""
        self.git_port = 0
        self.ca_body = ca_body
        self._world = world
        self._portal = portal

    def links(self, /, **related: str | None) -> Json:
        """Links below the API's root; a full address stays as it is."""
        return {
            name: {"href": path if path.startswith("http") else f"{self.api}{path}"}
            for name, path in related.items()
            if path is not None
        }
