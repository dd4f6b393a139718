"""Which databases can be made at Aptible now: the live list of types and their versions."""

from providers.aptible.answers import DatabaseImage
from providers.aptible.client import Api
from wizard.model.trouble import Trouble

NAMES = {
    "couchdb": "CouchDB",
    "elasticsearch": "Elasticsearch",
    "influxdb": "InfluxDB",
    "mongodb": "MongoDB",
    "mysql": "MySQL",
    "postgresql": "Postgres",
    "rabbitmq": "RabbitMQ",
    "redis": "Redis",
    "sftp": "SFTP",
}
"""People's names for Aptible's types (aptible/terraform-provider-aptible, resource_database.go)."""


def name_of(type_: str | None) -> str:
    """How people call a type; a new one as Aptible writes it."""
    return NAMES.get(type_ or "", type_ or "of no type")


def order(version: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts "8.2" before "10", and words before all numbers."""
    parts = version.replace("-", ".").split(".")
    return tuple(
        (1, int(part), "") if part.isascii() and part.isdecimal() else (0, 0, part) for part in parts
    )


class DatabaseImages:
    """The list is read once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._read: list[DatabaseImage] | None = None

    async def all(self) -> list[DatabaseImage]:
        """Every image, those that can not be chosen any more among them."""
        if self._read is None:
            self._read = await self._api.listed(
                "/database_images", "database_images", DatabaseImage, what="the database versions"
            )
        return self._read

    async def types(self) -> dict[str, list[str]]:
        """The versions that can be created now by type, ascending."""
        found: dict[str, set[str]] = {}
        for image in await self.all():
            if image.visible:
                found.setdefault(image.type, set()).add(image.version)
        return {type_: sorted(found[type_], key=order) for type_ in sorted(found)}

    async def of(self, type_: str, version: str) -> DatabaseImage:
        """The image to make a database of.

        Raises:
            Trouble: it is not offered (any more).
        """
        for image in await self.all():
            if image.visible and image.type == type_ and image.version == version:
                return image
        offered = (await self.types()).get(type_, [])
        name = name_of(type_)
        raise Trouble(
            f"Aptible does not offer {name} {version} (it offers {', '.join(offered) or f'no {name}'}).",
            remedy="Choose one of these versions for the new database."
            if offered
            else "Choose another type on the map, or leave this store behind.",
            code="version-not-offered",
        )

    async def version_of(self, image_id: str | None) -> str:
        """The version of an image, "" of one that is not in the list."""
        return next((image.version for image in await self.all() if str(image.id) == image_id), "")
