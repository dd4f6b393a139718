"""Everything that Heroku tells of one app, part by part, and what becomes of a part that it does not tell."""

import asyncio
import urllib.parse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from providers.heroku.answers import Gone, Refused
from providers.heroku.client import Client
from providers.heroku.fields import number, text
from wizard.model.secret import Secret, config_value
from wizard.model.system import Gap
from wizard.model.text import clean
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable

Row = dict[str, Any]

PARTS: Final = 12
"""How many parts of an app are read, for the progress."""

_EXPAND = {"Accept-Expansion": "addon_service,plan"}
_INCLUDE = {"Accept-Inclusion": "addon:plan,config_vars"}


@dataclass
class AppReading:
    """The answers about one app, clean but for `config`, whose values are kept in memory only."""

    row: Row
    formation: list[Row] = field(default_factory=list)
    add_ons: list[Row] = field(default_factory=list)
    attachments: list[Row] = field(default_factory=list)
    config: dict[str, Secret] = field(default_factory=dict)
    release: Row = field(default_factory=dict)
    slug: Row = field(default_factory=dict)
    domains: list[Row] = field(default_factory=list)
    drains: list[Row] = field(default_factory=list)
    telemetry: list[Row] = field(default_factory=list)
    buildpacks: list[Row] = field(default_factory=list)
    coupling: Row = field(default_factory=dict)
    certificates: list[Row] = field(default_factory=list)
    webhooks: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


class AppLostError(Exception):
    """The app cannot be read any further; `gap` says why, `trouble` is what Heroku said."""

    def __init__(self, gap: Gap, trouble: Trouble) -> None:
        super().__init__(gap.why)
        self.gap = gap
        self.trouble = trouble


class AppReader:
    """Reads one app. `began` and `ended` are called around each part, with what it is in words."""

    def __init__(
        self, client: Client, row: Row, began: Callable[[str], None], ended: Callable[[str], None]
    ) -> None:
        self._client = client
        self._began = began
        self._ended = ended
        self._id = text(row, "id")
        self._name = text(row, "name")
        self._path = f"/apps/{urllib.parse.quote(self._id, safe='')}"
        self._reading = AppReading(row)

    async def read(self) -> AppReading:
        """Read all parts side by side.

        Raises:
            AppLostError: the app has vanished, or refuses a part without which it cannot be moved.
            Trouble: the token is no longer good, or Heroku cannot be reached.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for what, part, core in self._parts():
                    group.create_task(self._one(what, part, core))
        except BaseExceptionGroup as all_of_them:
            raise _worst(all_of_them) from None
        return self._reading

    def _parts(self) -> list[tuple[str, Callable[[], Awaitable[None]], bool]]:
        return [
            ("process types", self._read_formation, True),
            ("add-ons", self._read_add_ons, True),
            ("attachments", self._read_attachments, True),
            ("config vars", self._read_config, True),
            ("releases", self._read_release, True),
            ("domains", self._read_domains, False),
            ("log drains", self._read_drains, False),
            ("telemetry drains", self._read_telemetry, False),
            ("buildpacks", self._read_buildpacks, False),
            ("pipeline", self._read_coupling, False),
            ("certificates", self._read_certificates, False),
            ("webhooks", self._read_webhooks, False),
        ]

    async def _one(self, what: str, part: Callable[[], Awaitable[None]], core: bool) -> None:
        self._began(f"{what} of {self._name}")
        try:
            await part()
        except SignInNeeded:
            raise
        except Unreachable as trouble:
            # One route that stays broken is no reason to have no inventory; what the whole account waits
            # for, or what every app needs, is.
            if core or trouble.code == "rate-limit":
                raise
            self._gap(what, trouble.cause)
        except Gone as trouble:
            await self._still_there(trouble)
        except (Refused, SecondFactorNeeded) as trouble:
            if core:
                raise AppLostError(self._left_out(trouble.cause), trouble) from trouble
            self._gap(what, trouble.cause)
        except Trouble as trouble:
            if core:
                raise
            self._gap(what, trouble.cause)
        self._ended(f"{what} of {self._name}")

    async def _still_there(self, part_gone: Gone) -> None:
        """A part that is missing is no matter (an app never deployed has few), a missing app is."""
        try:
            await self._client.get(self._path)
        except Gone as trouble:
            why = "It vanished (renamed or deleted) while Offramp was reading."
            raise AppLostError(self._left_out(why), trouble) from part_gone
        except (Refused, SecondFactorNeeded) as trouble:
            raise AppLostError(self._left_out(trouble.cause), trouble) from part_gone

    def _left_out(self, why: str) -> Gap:
        return Gap(
            key=f"unreadable:{self._id}",
            kind="acknowledge",
            app_id=None,
            question=f"The app {self._name} is left out of this migration.",
            why=why,
        )

    def _gap(self, what: str, why: str) -> None:
        self._reading.gaps.append(
            Gap(
                key=f"unread:{self._id}:{what}",
                kind="acknowledge",
                app_id=self._id,
                question=f"The {what} of {self._name} are not known.",
                why=why,
            )
        )

    async def _read_formation(self) -> None:
        self._reading.formation = await self._client.get_all(f"{self._path}/formation")

    async def _read_add_ons(self) -> None:
        path = f"{self._path}/addons"
        self._reading.add_ons = await self._client.get_all(path, variant="sdk", headers=_EXPAND)

    async def _read_attachments(self) -> None:
        path = f"{self._path}/addon-attachments"
        self._reading.attachments = await self._client.get_all(path, variant="sdk", headers=_INCLUDE)

    async def _read_config(self) -> None:
        self._reading.config = await read_config(self._client, self._id)

    async def _read_release(self) -> None:
        self._reading.release = await read_release(self._client, self._id)
        slug = text(self._reading.release, "slug", "id")
        if slug:
            found = await self._client.get(f"{self._path}/slugs/{urllib.parse.quote(slug, safe='')}")
            self._reading.slug = found if isinstance(found, dict) else {}

    async def _read_domains(self) -> None:
        self._reading.domains = await self._client.get_all(f"{self._path}/domains")

    async def _read_drains(self) -> None:
        self._reading.drains = await self._client.get_all(f"{self._path}/log-drains")

    async def _read_telemetry(self) -> None:
        try:
            self._reading.telemetry = await self._client.get_all(f"{self._path}/telemetry-drains")
        except Trouble as trouble:
            if trouble.code != "not-taken":
                raise
            # Only Fir has them, and an app of Cedar may be told so by an error.

    async def _read_buildpacks(self) -> None:
        path = f"{self._path}/buildpack-installations"
        self._reading.buildpacks = await self._client.get_all(path, order="")

    async def _read_coupling(self) -> None:
        try:
            found = await self._client.get(f"{self._path}/pipeline-couplings")
        except Gone:
            return  # in no pipeline
        self._reading.coupling = found if isinstance(found, dict) else {}

    async def _read_certificates(self) -> None:
        self._reading.certificates = await self._client.get_all(f"{self._path}/sni-endpoints")

    async def _read_webhooks(self) -> None:
        self._reading.webhooks = await self._client.get_all(f"{self._path}/webhooks", variant="webhooks")


async def read_config(client: Client, app_id: str) -> dict[str, Secret]:
    """All config vars of an app by their clean names, values byte for byte; one that is null (being unset)
    is left out. Heroku takes any name; one that a program can use is clean already."""
    values = await client.get_raw(f"/apps/{urllib.parse.quote(app_id, safe='')}/config-vars")
    named = {clean(name): value for name, value in values.items() if isinstance(value, str)}
    return {name: config_value(value, name) for name, value in named.items()}


async def read_release(client: Client, app_id: str) -> Row:
    """The current release of an app, {} when it has none. The newest may have failed, so ten are read."""
    path = f"/apps/{urllib.parse.quote(app_id, safe='')}/releases"
    rows = await client.get_page(path, "version ..; order=desc,max=10")
    current = [row for row in rows if row.get("current") is True]
    good = [row for row in rows if text(row, "status") == "succeeded"]
    return max(current or good, key=lambda row: number(row, "version") or 0, default={})


def _worst(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of several errors at once the one that matters most: sign in, then the network, then the app."""
    flat: list[BaseException] = []
    for error in group.exceptions:
        flat.append(_worst(error) if isinstance(error, BaseExceptionGroup) else error)
    for kind in (SignInNeeded, Unreachable, AppLostError):
        for error in flat:
            if isinstance(error, kind):
                return error
    return flat[0]
