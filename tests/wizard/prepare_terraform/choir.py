"""A choir that sells tickets: two apps from one repository, whose Terraform makes them on Heroku."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from wizard.document.checkout import Checkout
from wizard.model.mapping import (
    AppChoice,
    ConfigChoice,
    DatabaseChoice,
    DomainChoice,
    DrainChoice,
    Mapping,
    ProcessChoice,
    StoreChoice,
)
from wizard.model.network import Domain, Drain
from wizard.model.system import Account, AddOn, App, Attachment, ConfigVar, Origin, System
from wizard.ports import Capabilities, Prices, Profile
from wizard.prepare.terraform.propose import Part, terraform_part

GOLDEN = Path(__file__).parent / "golden"
TARGET = Profile(
    name="aptible",
    title="Aptible",
    capabilities=Capabilities(works=True),
    prices=Prices(source="", date=""),
)


def _app(id_: str, name: str, names: tuple[str, ...], **more: Any) -> App:
    config = tuple(ConfigVar(name=one, origin=Origin(kind="person"), empty=one == "EMPTY") for one in names)
    attached = Attachment(
        id=f"a-{id_}", name="DATABASE", add_on_id="pg", app_id=id_, config_vars=("DATABASE_URL",)
    )
    return App(
        id=id_,
        name=name,
        region="eu",
        stack="container",
        web_url=f"https://{name}-1a2b3c.example/",
        config=config,
        attachments=(attached,),
        **more,
    )


SITE = _app(
    "s",
    "choir-site",
    ("DATABASE_URL", "EMPTY", "MAIL_URL", "PORT", "SESSION_KEY"),
    domains=(Domain(hostname="tickets.choir.example", kind="custom"),),
    drains=(Drain(id="d", address="https://logs.choir.example:443"),),
)
EMAIL = _app("e", "choir-email", ("DATABASE_URL", "REDIS_URL", "SITE_URL"))


def _add_on(id_: str, service: str) -> AddOn:
    return AddOn(
        id=id_, name=f"{service}-1", service=service, plan=f"{service}:x", app_id="s", state="provisioned"
    )


SYSTEM = System(
    taken_at="",
    account=Account(id="1", email="me@choir.example"),
    apps=(SITE, EMAIL),
    add_ons=(_add_on("pg", "heroku-postgresql"), _add_on("kv", "heroku-redis")),
)


def _replace(app_id: str, name: str, replacement: Any, refers_to: str = "") -> ConfigChoice:
    return ConfigChoice(
        app_id=app_id, name=name, action="replace", replacement=replacement, refers_to=refers_to
    )


MAPPING = Mapping(
    environment="choir-eu",
    port=3000,
    apps=(
        AppChoice(
            app_id="s", handle="site", checkout="/code", way="terraform", image="ghcr.io/choir/site:v4"
        ),
        AppChoice(app_id="e", handle="email", checkout="/code", way="terraform"),
    ),
    processes=(
        ProcessChoice(app_id="s", type="web", service="web", memory_mb=1024, count=2),
        ProcessChoice(app_id="s", type="release", action="release-hook"),
        ProcessChoice(app_id="e", type="worker", service="worker", memory_mb=512, profile="r"),
    ),
    databases=(DatabaseChoice(add_on_id="pg", handle="choir-db", version="16", memory_mb=1024, disk_gb=20),),
    stores=(StoreChoice(add_on_id="kv", type="redis", action="empty", handle="choir-cache"),),
    config=(
        _replace("s", "DATABASE_URL", "database", "pg"),
        ConfigChoice(app_id="s", name="EMPTY"),
        ConfigChoice(app_id="s", name="MAIL_URL", action="drop", reason="old"),
        _replace("s", "PORT", "port"),
        ConfigChoice(app_id="s", name="SESSION_KEY"),
        _replace("e", "DATABASE_URL", "database", "pg"),
        _replace("e", "REDIS_URL", "database", "kv"),
        _replace("e", "SITE_URL", "app-url", "s"),
    ),
    domains=(DomainChoice(app_id="s", hostname="tickets.choir.example", action="endpoint"),),
    drains=(DrainChoice(app_id="s", drain_id="d", action="move", handle="choir-logs"),),
)


def checkout(files: dict[str, str] | None = None) -> Checkout:
    """The code, with the Terraform of the golden case unless others are given."""
    told = {
        f"infra/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted((GOLDEN / "heroku").glob("*.tf"))
    }
    return Checkout(path="/code", is_git=True, files=told if files is None else files)


def part(
    mapping: Mapping = MAPPING,
    *,
    app: App = SITE,
    system: System | None = SYSTEM,
    code: Checkout | None = None,
) -> Part:
    """What is proposed for one of the apps."""
    return terraform_part(app, system, mapping, TARGET, code or checkout())


def files(found: Part) -> dict[str, str]:
    """The new texts by path."""
    return {change.path: change.new or "" for change in found[0]}


def by_git(mapping: Mapping = MAPPING) -> Mapping:
    """The same with code that is pushed."""
    return replace(mapping, apps=tuple(replace(one, way="git") for one in mapping.apps))
