"""Add-ons and their attachments: of the whole account at once, and of an app that those lists do not know.

Heroku's CLI reads `/addons`, and `/addon-attachments` to see what other apps own (heroku/cli addons). That
they hold everything is not written anywhere. So an app that is in neither is asked by itself, and so is one
whose attachments come without `config_vars`, which `Accept-Inclusion` should bring.
"""

import asyncio
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any, Final

from providers.heroku.client import Client
from providers.heroku.fields import flag, monthly_cents, text, texts
from providers.heroku.jobs import OTHER_SCHEDULERS, SCHEDULER
from providers.heroku.stores import StoresRead
from wizard.model.system import AddOn, Attachment

Row = dict[str, Any]

_EXPAND: Final = {"Accept-Expansion": "addon_service,plan"}
_INCLUDE: Final = {"Accept-Inclusion": "addon:plan,config_vars"}


class AccountLists:
    """The lists of the whole account, as they come. `complete` says that there is a list of add-ons."""

    def __init__(
        self, add_ons: asyncio.Task[list[Row] | None], attachments: asyncio.Task[list[Row] | None]
    ) -> None:
        self._add_ons = add_ons
        self._attachments = attachments
        self._add_ons_by_app: dict[str, list[Row]] | None = None
        self._attachments_by_app: dict[str, list[Row]] | None = None

    @property
    def complete(self) -> bool:
        """Whether the account's add-ons are known; only after they were waited for."""
        return self._add_ons.done() and self._add_ons.result() is not None

    async def add_ons_of(self, client: Client, app_id: str) -> list[Row]:
        """The add-ons that an app owns. Raises Trouble."""
        if self._add_ons_by_app is None:
            self._add_ons_by_app = _by_app(await self._add_ons or [])
        return self._add_ons_by_app.get(app_id) or await read_add_ons(client, app_id)

    async def attachments_of(self, client: Client, app_id: str) -> list[Row]:
        """What is attached to an app, also of others. Raises Trouble."""
        if self._attachments_by_app is None:
            self._attachments_by_app = _by_app(await self._attachments or [])
        rows = self._attachments_by_app.get(app_id)
        if rows and all(isinstance(row.get("config_vars"), list) for row in rows):
            return rows
        return await read_attachments(client, app_id)


async def read_all_add_ons(client: Client) -> list[Row]:
    """The add-ons of all apps of the account. Raises Trouble."""
    return await client.get_all("/addons", variant="sdk", headers=_EXPAND)


async def read_all_attachments(client: Client) -> list[Row]:
    """The attachments of all apps of the account. Raises Trouble."""
    return await client.get_all("/addon-attachments", variant="sdk", headers=_INCLUDE)


async def read_team_add_ons(client: Client, path: str) -> list[Row]:
    """The add-ons of all apps of the team at `path`, also of apps that are not joined. Raises Trouble."""
    return await client.get_all(f"{path}/addons", variant="sdk", headers=_EXPAND)


async def read_add_ons(client: Client, app_id: str) -> list[Row]:
    """The add-ons of one app. Raises Trouble."""
    return await client.get_all(f"{_app(app_id)}/addons", variant="sdk", headers=_EXPAND)


async def read_attachments(client: Client, app_id: str) -> list[Row]:
    """The attachments of one app. Raises Trouble."""
    return await client.get_all(f"{_app(app_id)}/addon-attachments", variant="sdk", headers=_INCLUDE)


def add_on_noun(row: Row, stores: StoresRead, *, foreign: bool) -> AddOn:
    """Make one add-on's noun; its price is what is billed, else the plan's list price; None by contract."""
    plan = row.get("plan")
    # Where no price is billed, the plan still says that it is agreed.
    price = ("billed_price",) if isinstance(row.get("billed_price"), dict) else ("plan", "price")
    contract = flag(row, *price, "contract")
    billed = monthly_cents(row.get("billed_price"))
    listed = monthly_cents(plan.get("price")) if isinstance(plan, dict) and not contract else None
    mark, payer = text(row, "id"), text(row, "billing_entity", "name")
    return AddOn(
        id=mark,
        name=text(row, "name"),
        service=service_of(row),
        plan=text(row, "plan", "name"),
        app_id=text(row, "app", "id"),
        state=text(row, "state"),
        monthly_cents=billed if billed is not None else listed,
        config_vars=texts(row, "config_vars"),
        postgres=stores.postgres.get(mark),
        app_name=text(row, "app", "name"),
        billed_to=f"{text(row, 'billing_entity', 'type')} {payer}".strip() if payer else "",
        contract=contract,
        foreign=foreign,
        created_at=text(row, "created_at"),
        key_value=stores.key_value.get(mark),
        kafka=stores.kafka.get(mark),
    )


def in_words(row: Row) -> str:
    """An add-on of an app that is not told itself: "redis-round-1 (heroku-redis:mini, $3.00 a month)"."""
    one = add_on_noun(row, StoresRead(), foreign=False)
    price = "" if one.monthly_cents is None else f", ${one.monthly_cents / 100:,.2f} a month"
    return f"{one.name} ({one.plan or one.service}{', priced by contract' if one.contract else price})"


def attachment_noun(row: Row, app_id: str) -> Attachment:
    """One attachment of an app."""
    return Attachment(
        id=text(row, "id"),
        name=text(row, "name"),
        add_on_id=text(row, "addon", "id"),
        app_id=app_id,
        namespace=text(row, "namespace") or None,
        config_vars=texts(row, "config_vars"),
    )


def foreign_add_ons(attachments: Iterable[Row], known: Mapping[str, Row]) -> dict[str, Row]:
    """Add-ons that are attached to apps of the inventory but owned by an app outside it, by id."""
    found: dict[str, Row] = {}
    for row in attachments:
        add_on = row.get("addon")
        mark = text(add_on, "id")
        if mark and mark not in known and isinstance(add_on, dict):
            service = text(add_on, "plan", "name").split(":")[0]
            found[mark] = {"addon_service": {"name": service}, "state": "provisioned", **add_on}
    return found


def scheduler_of(app_id: str, add_ons: Iterable[Row]) -> str:
    """The service name of the app's own scheduler add-on, "" when it has none."""
    names = {service_of(row) for row in add_ons if text(row, "app", "id") in ("", app_id)}
    if SCHEDULER in names:
        return SCHEDULER
    return min(names & OTHER_SCHEDULERS, default="")


def service_of(row: Row) -> str:
    """The name of an add-on's service."""
    return text(row, "addon_service", "name") or text(row, "plan", "name").partition(":")[0]


def _by_app(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(text(row, "app", "id"), []).append(row)
    return found


def _app(app_id: str) -> str:
    return f"/apps/{urllib.parse.quote(app_id, safe='')}"
