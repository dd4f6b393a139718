"""A Heroku Postgres as the data API shows it.

The schemas that Heroku recorded of its data control plane and the CLI's types give the names.
What stands in `info` is meant for eyes: its words are as Heroku's articles print them, where they do, and
else a guess. A tenant (Essential and its forerunners) tells less than a service, and its plan is a text, not
an object.
"""

import random
import urllib.parse
from collections.abc import Mapping
from typing import Any, NamedTuple

from providers.sandbox.heroku.running.database import Database
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.stores import Plan, PostgresStore, plan_of
from providers.sandbox.heroku.world.world import AddOn, World

Json = dict[str, Any]

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
TABLE_LIMIT = 4000
"""Tables of an Essential database."""


class Address(NamedTuple):
    """What stands in a database's URL."""

    role: str
    password: str
    host: str
    port: int
    database: str

    @property
    def url(self) -> str:
        return f"postgres://{self.role}:{self.password}@{self.bare.removeprefix('postgres://')}"

    @property
    def bare(self) -> str:
        """The URL without role and password."""
        return f"postgres://{self.host}:{self.port}/{self.database}"


class Figures(NamedTuple):
    """What is measured at the moment."""

    version: str
    bytes: int
    tables: int
    connections: int
    limit: int


class Shown(NamedTuple):
    """All that a shape needs."""

    world: World
    add_on: AddOn
    store: PostgresStore
    plan: Plan
    address: Address
    figures: Figures
    databases: Mapping[str, Database]


async def seen(world: World, add_on: AddOn, databases: Mapping[str, Database]) -> Shown:
    """Look at one database: the real one where there is one, its description else."""
    store, plan = world.stores.postgres_of(add_on.id), plan_of(add_on.plan)
    limit = store.connection_limit or plan.connections
    live = databases.get(add_on.id)
    if live is None:
        figures = Figures(store.version, store.bytes, store.tables, store.connections, limit)
    else:
        figures = Figures(*await live.figures(), live.connection_limit)
    return Shown(world, add_on, store, plan, address(world, add_on, databases), figures, databases)


def address(
    world: World, add_on: AddOn, databases: Mapping[str, Database], credential: str = "default"
) -> Address:
    """Where a database is for a credential: as a config var has it, else made up, the same at every call."""
    live = databases.get(add_on.id)
    if live is not None and credential == "default":
        return Address(live.role, live.password, "127.0.0.1", live.port, live.name)
    namespace = None if credential == "default" else f"credential:{credential}"
    for one in world.attached(add_on.id):
        app = world.apps.get(one.app_id)
        if one.namespace != namespace or app is None:
            continue
        for name in (*one.config_vars, f"{one.name}_URL"):
            found = _parsed(app.config.get(name, ""))
            if found is not None:
                return found
    dice = random.Random(f"{add_on.id}/{credential}")
    host = f"ec2-{dice.randrange(256)}-{dice.randrange(256)}.compute-1.amazonaws.example"
    inside = f"d{_word(random.Random(add_on.id), 13)}"
    if credential != "default":
        main = address(world, add_on, databases)
        host, inside = main.host, main.database
    return Address(f"u{_word(dice, 13)}", f"p{_word(dice, 64)}", host, 5432, inside)


def _word(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(_LETTERS, k=length))


def _parsed(url: str) -> Address | None:
    if not url.startswith(("postgres://", "postgresql://")):
        return None
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        return None
    role, password = (urllib.parse.unquote(one or "") for one in (parts.username, parts.password))
    return Address(role, password, parts.hostname or "", port, parts.path.strip("/"))


def database(shown: Shown) -> Json:
    """`GET /client/v11/databases/{id}`."""
    one, figures = shown.add_on, shown.figures
    common = {
        "addon_id": one.id,
        "name": one.name,
        "heroku_resource_id": one.id,
        "created_at": one.created_at,
        "formation": {"id": stable_id("formation", one.id), "primary": one.id},
        "metaas_source": f"metaas/{one.id}",
        "metaas_server_source": f"metaas/server/{one.id}",
        "plan": one.plan.partition(":")[2],
        "port": shown.address.port,
        "database_name": shown.address.database,
        "database_user": shown.address.role,
        "target_transaction": None,
        "available_for_ingress": False,
        "resource_url": shown.address.url,
        "database_password": shown.address.password,
        "waiting?": shown.store.waiting,
        "credentials": len(shown.store.credentials),
        "leader": None,
        "valid": "true",
        "num_bytes": figures.bytes,
    }
    if shown.plan.family in ("essential", "legacy"):
        return {**common, "info": _tenant_info(shown)}
    return {**common, **_service(shown), "info": service_info(shown)}


def _service(shown: Shown) -> Json:
    one, store, figures = shown.add_on, shown.store, shown.figures
    leader = _named(shown, store.following)
    more: Json = {
        "plan": {"id": int(stable_id("plan", one.plan)[:6], 16), "name": one.plan.partition(":")[2]},
        "available_for_ingress": shown.plan.private and store.mutual_tls,
        "postgres_version": figures.version,
        "num_tables": figures.tables,
        "num_connections": figures.connections,
        "num_connections_waiting": 0,
        "current_transaction": None,
        "is_in_recovery": leader is not None,
        "hot_standby?": leader is not None,
        "standalone?": leader is None,
        "status_updated_at": one.created_at,
        "forked_from": _bare(shown, store.forked_from),
        "leader": {"addon_id": leader.id, "name": leader.name} if leader else None,
    }
    if leader is not None:
        more["following"] = _bare(shown, leader.name)
    return more


def followers(shown: Shown) -> list[AddOn]:
    """The add-ons of databases that follow this one."""
    return _pointing(shown, "following")


def _pointing(shown: Shown, field: str) -> list[AddOn]:
    """The add-ons whose `field` names this database."""
    return [
        one
        for mark, store in shown.world.stores.postgres.items()
        if getattr(store, field) == shown.add_on.name
        and (one := shown.world.add_ons.get(mark)) is not None
        and one.state == "provisioned"
    ]


def _named(shown: Shown, name: str) -> AddOn | None:
    return shown.world.add_on(name) if name else None


def _bare(shown: Shown, name: str) -> str | None:
    """The bare URL of another database, None where there is none of that name (any more)."""
    one = _named(shown, name)
    return address(shown.world, one, shown.databases).bare if one is not None else None


def moment(created_at: str) -> str:
    """ "2023-05-11T08:14:02Z" as it stands in `info`."""
    return f"{created_at.replace('T', ' ')[:16]} UTC"


def _size(count: int) -> str:
    for unit, step in (("GB", 1024**3), ("MB", 1024**2)):
        if count >= step:
            return f"{count / step:.1f} {unit}".replace(".0 GB", " GB")
    return f"{count / 1024:.1f} kB"


def _data_size(shown: Shown) -> str:
    limit = shown.store.storage_bytes or shown.plan.storage_bytes
    return f"{_size(shown.figures.bytes)} / {_size(limit)} ({shown.figures.bytes / limit:.2%})"


def _tenant_info(shown: Shown) -> list[Json]:
    figures, store = shown.figures, shown.store
    rows = (
        ("Plan", shown.plan.title),
        ("Status", store.status),
        ("Connections", f"{figures.connections}/{figures.limit}"),
        ("PG Version", figures.version),
        ("Created", moment(shown.add_on.created_at)),
        ("Data Size", _data_size(shown)),
        ("Tables", f"{figures.tables}/{TABLE_LIMIT} (In compliance)"),
        ("Fork/Follow", "Unsupported"),
        ("Rollback", "Unsupported"),
        ("Continuous Protection", "Off"),
    )
    return [{"name": name, "values": [value]} for name, value in rows]


def service_info(shown: Shown) -> list[Json]:
    """Every line of `info` that there is something to say for, in Heroku's order where articles show it."""
    store, plan, figures = shown.store, shown.plan, shown.figures
    available = plan.high_availability if store.high_availability is None else store.high_availability
    guarded = True if store.continuous_protection is None else store.continuous_protection
    back = "2026-11-26 12:00 UTC" if store.rollback_from is None else store.rollback_from
    planned = store.maintenance
    rows: list[tuple[str, list[int | str]]] = [
        ("Plan", [plan.title]),
        ("Status", [store.status]),
        ("HA Status", ["Available"] if available else []),
        ("Data Size", [_data_size(shown)]),
        ("Tables", [figures.tables]),
        ("PG Version", [figures.version]),
        ("Connections", [f"{figures.connections}/{figures.limit}"]),
        ("Connection Pooling", ["Enabled" if store.pooling else "Available"]),
        ("Credentials", [len(store.credentials)]),
        ("Restricted Credentials", [store.restricted_credentials] if store.restricted_credentials else []),
        ("Fork/Follow", ["Unavailable on followers" if store.following else "Available"]),
        ("Rollback", [f"earliest from {back}" if back else "Unsupported"]),
        ("Created", [moment(shown.add_on.created_at)]),
        ("Region", [store.region]),
        ("Data Encryption", ["In Use"]),
        ("Customer Encryption Key", [store.customer_key] if store.customer_key else []),
        ("Continuous Protection", ["On" if guarded else "Off"]),
        ("Enhanced Certificates", ["Enabled" if store.enhanced_certificates else "Off"]),
        ("Mutual TLS", ["Enabled"] if store.mutual_tls else []),
        ("Upgradable Extensions", [", ".join(store.upgradable)] if store.upgradable else []),
        ("Maintenance", [f"required by {planned.required_by}" if planned.required_by else "not required"]),
        ("Maintenance window", [planned.window] if planned.window else []),
        ("Infrastructure", [store.infrastructure] if store.infrastructure else []),
        ("Behind By", [store.behind_by] if store.following else []),
        ("Warning", [store.warning] if store.warning else []),
    ]
    info: list[Json] = [{"name": name, "values": values} for name, values in rows]
    for name, others in (
        ("Following", [one] if (one := _named(shown, store.following)) else []),
        ("Followers", followers(shown)),
        ("Forked From", [one] if (one := _named(shown, store.forked_from)) else []),
        ("Forks", _pointing(shown, "forked_from")),
    ):
        # The CLI turns these URLs into names of config vars; they carry no password.
        values = [address(shown.world, one, shown.databases).bare for one in others]
        info.append({"name": name, "values": values, "resolve_db_name": True})
    return info


def credential(shown: Shown, name: str) -> Json:
    """One credential. While it rotates, its new role lets in and its old one waits for its last connections
    to end (heroku/cli `pg:credentials`); in any other state than active none lets in."""
    place = address(shown.world, shown.add_on, shown.databases, name)
    state = next(one.state for one in shown.store.credentials if one.name == name)
    roles = [{"user": place.role, "password": place.password, "state": state}]
    if state == "rotating":
        old = random.Random(f"{shown.add_on.id}/{name}/old")
        roles = [
            {**roles[0], "state": "active"},
            {"user": f"u{_word(old, 13)}", "password": f"p{_word(old, 64)}", "state": "revoking"},
        ]
    return {
        "uuid": stable_id("credential", shown.add_on.id, *([] if name == "default" else [name])),
        "name": name,
        "state": state,
        "database": place.database,
        "host": place.host,
        "port": place.port,
        "credentials": roles,
    }
