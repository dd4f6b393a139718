"""Every object of a described Heroku is in the System: by count, by name, and by what is said of it."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from providers.heroku.account_reading import NAMELESS
from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.world.world import App as Described
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from tests.providers.test_heroku_client import Sleeps
from wizard.model.noun import encode
from wizard.model.secret import Secret
from wizard.model.system import App, System
from wizard.model.trouble import Trouble

CANARY = "CaNaRy4711"


async def read(world: World, folder: Path, scope: Iterable[str] = ("global",), page: int = 1000) -> System:
    """The System that Offramp makes of a world."""
    sandbox = HerokuSandbox(
        folder / "heroku",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(folder / "tls"),
        alive=False,
        world=world,
    )
    sandbox.pages.largest = page
    await sandbox.start()
    source = HerokuSource(Client(sandbox.hosts, Secret(world.new_token(scope=scope)), sleep=Sleeps()))
    try:
        return await source.read(lambda progress: None)
    finally:
        await source.close()
        await sandbox.stop()


def readable(world: World) -> dict[str, Described]:
    return {mark: app for mark, app in world.apps.items() if world.is_open(mark)}


Pairs = Callable[[Described, World], Iterable[object]]
Told = Callable[[App], Iterable[object]]

OF_AN_APP: dict[str, tuple[Pairs, Told]] = {
    "process types": (
        lambda one, world: {
            *((line.type, line.command, line.quantity, line.size) for line in one.processes.values())
        },
        lambda app: {
            (line.type, line.command, line.quantity, line.size) for line in app.processes if line.size
        },
    ),
    "config vars": (lambda one, world: one.config, lambda app: [var.name for var in app.config]),
    "domains": (
        lambda one, world: [
            (name.hostname, name.kind, name.cname, name.acm_status, name.acm_reason or "")
            for name in one.domains
        ],
        lambda app: [
            (name.hostname, name.kind, name.cname, name.acm_status, name.acm_reason) for name in app.domains
        ],
    ),
    "certificates": (
        lambda one, world: [
            (made.name, made.hostnames, made.expires_at, made.managed, made.self_signed)
            for made in one.certificates
        ],
        lambda app: [
            (made.name, made.names, made.expires_at, made.managed, made.self_signed)
            for made in app.certificates
        ],
    ),
    "drains": (
        lambda one, world: [(drain.id, drain.add_on_id) for drain in one.drains],
        lambda app: [(drain.id, drain.add_on_id) for drain in app.drains],
    ),
    "telemetry drains": (
        lambda one, world: [(drain.id, drain.signals) for drain in one.telemetry],
        lambda app: [(drain.id, drain.signals) for drain in app.telemetry],
    ),
    "webhooks": (
        lambda one, world: [(hook.id, hook.include, hook.level) for hook in one.webhooks],
        lambda app: [(hook.id, hook.include, hook.level) for hook in app.webhooks],
    ),
    "attachments": (
        lambda one, world: [
            (each.name, each.add_on_id, each.namespace, each.config_vars)
            for each in world.attachments.values()
            if each.app_id == one.id
        ],
        lambda app: [
            (each.name, each.add_on_id, each.namespace, each.config_vars) for each in app.attachments
        ],
    ),
    "features": (lambda one, world: one.features, lambda app: app.features),
    "releases": (
        lambda one, world: sorted((each.version for each in one.releases), reverse=True)[:20],
        lambda app: [each.version for each in app.releases],
    ),
    "pipeline and stage": (
        lambda one, world: [
            (world.pipelines[pipeline].name, stage)
            for pipeline, stage in [world.couplings.get(one.id, ("", ""))]
            if pipeline
        ],
        lambda app: [(app.pipeline, app.pipeline_stage)] if app.pipeline else [],
    ),
    "jobs": (
        lambda one, world: [(job.command, job.every, job.at) for job in one.jobs.values()],
        lambda app: [(job.command, job.every, job.at) for job in app.jobs or ()],
    ),
    "GitHub link": (
        lambda one, world: [
            (link.repository, link.auto_deploy, link.wait_for_ci, link.pull_requests, link.auto_pull_requests)
            for link in (one.github,)
            if link
        ],
        lambda app: [
            (link.repository, link.auto_deploy, link.wait_for_ci, link.review_apps, link.auto_review_apps)
            for link in (app.deploy.github,)
            if link
        ],
    ),
    "autoscaling": (
        lambda one, world: [
            (each.least, each.most, each.value)
            for each in one.monitors
            if each.action == "scale" and each.active and each.process == "web"
        ],
        lambda app: [
            (line.autoscale.least, line.autoscale.most, line.autoscale.p95_ms)
            for line in app.processes
            if line.autoscale
        ],
    ),
}


def differing(world: World, system: System) -> dict[str, list[str]]:
    """By part, the apps of which the System says something else than the world."""
    found: dict[str, list[str]] = {}
    for what, (of_world, of_system) in OF_AN_APP.items():
        for mark, one in readable(world).items():
            app = system.app(mark)
            if sorted(of_world(one, world), key=repr) != sorted(of_system(app), key=repr):
                found.setdefault(what, []).append(one.name)
    return found


def seen_add_ons(world: World) -> set[str]:
    """Ids of the add-ons that the readable apps own or have attached."""
    open_apps = readable(world)
    attached = {each.add_on_id for each in world.attachments.values() if each.app_id in open_apps}
    return {mark for mark, one in world.add_ons.items() if one.app_id in open_apps} | attached


OF_THE_ACCOUNT: dict[str, tuple[Callable[[World], object], Callable[[System], object]]] = {
    "apps": (
        lambda world: sorted(one.name for one in readable(world).values()),
        lambda system: [app.name for app in system.apps],
    ),
    "unread apps": (
        lambda world: sorted(one.name for mark, one in world.apps.items() if mark not in readable(world)),
        lambda system: [one.name for one in system.unread_apps],
    ),
    "locked apps": (
        lambda world: {one.name for one in readable(world).values() if one.locked},
        lambda system: {app.name for app in system.apps if app.locked},
    ),
    "add-ons": (
        lambda world: {(world.add_ons[mark].name, world.add_ons[mark].plan) for mark in seen_add_ons(world)},
        lambda system: {(one.name, one.plan) for one in system.add_ons},
    ),
    "add-ons of others": (
        lambda world: {
            world.add_ons[mark].name
            for mark in seen_add_ons(world)
            if world.add_ons[mark].app_id not in readable(world)
        },
        lambda system: {one.name for one in system.add_ons if one.foreign},
    ),
    "prices by contract": (
        # What an add-on of another's app costs is not told.
        lambda world: {
            one.name for one in world.add_ons.values() if one.contract and one.app_id in readable(world)
        },
        lambda system: {one.name for one in system.add_ons if one.contract and one.monthly_cents is None},
    ),
    "teams": (
        lambda world: sorted(one.name for one in world.teams.values()),
        lambda system: [one.name for one in system.teams],
    ),
    "members": (
        lambda world: {
            (one.name, who.email) for one in world.teams.values() if not one.refused for who in one.members
        },
        lambda system: {(one.name, who.email) for one in system.teams for who in one.members or ()},
    ),
    "invitations": (
        lambda world: {
            who.email for one in world.teams.values() if not one.refused for who in one.invitations
        },
        lambda system: {who.email for one in system.teams for who in one.invitations},
    ),
    "enterprise accounts": (
        lambda world: {
            (one.name, one.permissions, *sorted(who.email for who in one.members))
            for one in world.enterprises.values()
        },
        lambda system: {
            (one.name, one.permissions, *(who.email for who in one.members or ()))
            for one in system.enterprises
        },
    ),
    "spaces": (
        lambda world: {(one.name, one.shield, one.generation, one.cidr) for one in world.spaces.values()},
        lambda system: {(one.name, one.shield, one.generation, one.cidr) for one in system.spaces},
    ),
    "rules, peerings, VPNs and telemetry of spaces": (
        lambda world: {
            (one.name, len(one.rules), len(one.peerings) + len(one.vpns), len(one.telemetry))
            for one in world.spaces.values()
            if not one.refused
        },
        lambda system: {
            (one.name, len(one.inbound), len(one.peerings), len(one.telemetry))
            for one in system.spaces
            if one.inbound is not None
        },
    ),
    "log drains of spaces": (
        lambda world: {one.name for one in world.spaces.values() if one.drain and not one.refused},
        lambda system: {one.name for one in system.spaces if one.drain},
    ),
    "pipelines": (
        lambda world: {(one.name, one.repository) for one in world.pipelines.values()},
        lambda system: {(one.name, one.repository) for one in system.pipelines},
    ),
    "apps of pipelines": (
        lambda world: {(mark, stage) for mark, (_, stage) in world.couplings.items()},
        lambda system: {(app.app_id, app.stage) for one in system.pipelines for app in one.apps},
    ),
    "config vars of stages": (
        lambda world: {
            (line.name, stage, name)
            for line in world.pipelines.values()
            for stage, values in line.stage_config.items()
            for name in values
        },
        lambda system: {
            (line.name, stage, name)
            for line in system.pipelines
            for stage, names in (("test", line.test_config), ("review", line.review_config))
            for name in names
        },
    ),
    "review apps": (
        lambda world: {
            (one.branch, one.status) for line in world.pipelines.values() for one in line.review_apps
        },
        lambda system: {(one.branch, one.status) for line in system.pipelines for one in line.review_apps},
    ),
    "features of the account": (
        lambda world: sorted(world.account_features),
        lambda system: list(system.account_features),
    ),
    "keys of the account": (
        lambda world: sorted(one.comment for one in world.keys),
        lambda system: [one.comment for one in system.keys or ()],
    ),
    "invoices of the account": (
        lambda world: [
            (one.number, f"{one.month}-01", one.cents, one.credits, one.cents - one.credits)
            for one in sorted(world.invoices, key=lambda one: one.month, reverse=True)
        ],
        lambda system: [
            (one.number, one.starts_on, one.charges_cents, one.credits_cents, one.total_cents)
            for one in system.invoices or ()
        ],
    ),
    "dataclips": (
        lambda world: sorted((one.title, one.database or "", one.detached) for one in world.dataclips),
        lambda system: [(one.title, one.database, one.detached) for one in system.dataclips or ()],
    ),
    "how the account stands": (
        lambda world: (world.suspended_at, world.delinquent_at),
        lambda system: (system.account.suspended_at, system.account.delinquent_at),
    ),
}
"""By what spans apps: how to find it in the world, and in the System."""


def wrong(world: World, system: System) -> dict[str, object]:
    """Everything that the System says otherwise than the world is."""
    found: dict[str, object] = dict(differing(world, system))
    for what, (of_world, of_system) in OF_THE_ACCOUNT.items():
        if of_world(world) != of_system(system):
            found[what] = (of_world(world), of_system(system))
    return found


class TestWhole:
    async def test_a_heroku_with_one_of_everything(self, tmp_path: Path) -> None:
        world = zoo(CANARY)
        system = await read(world, tmp_path)
        assert wrong(world, system) == {}
        assert CANARY not in encode(system)
        unread = {app.name: app.unread for app in system.apps if app.unread}
        assert unread == {"robins-upload": ("webhooks", "log drains")}
        assert "The log drains and webhooks of robins-upload are not known." in [
            gap.question for gap in system.gaps
        ]
        images = {app.name: app.image for app in system.apps if app.image}
        assert {one.kind for one in images.values()} == {"slug", "oci-image"}
        assert images["acme-fir-api"].builder == ("heroku/nodejs 1.4.2", "heroku/procfile 1.4.2")
        # Known to the slug only: nobody has ever scaled it.
        web = next(app for app in system.apps if app.name == "acme-web")
        assert [one.type for one in web.processes if not one.quantity] == ["console", "release"]
        assert web.release_command == "npx prisma migrate deploy"
        kinds = {app.name: app.deploy.kind for app in system.apps}
        assert (kinds["acme-images"], kinds["acme-web"]) == ("container", "github")
        assert (kinds["robins-upload"], kinds["robins-blog"]) == ("api", "git")
        assert (kinds["acme-shop-pr-101"], kinds["never-deployed"]) == ("github", "none")
        why = {one.name: one.why for one in system.unread_apps}
        assert "vanished" in why["vanishing-app"] and "second factor" in why["second-factor-app"]
        assert "locked" in why["team-locked"] and "locked" not in why["team-secret"]
        assert not [gap for gap in system.gaps if not gap.group]

    async def test_a_made_up_system_in_the_smallest_pages(self, tmp_path: Path) -> None:
        world = generated(seed=5, apps=12, pipelines=2, teams=2, add_ons=30, config_vars=120)
        assert wrong(world, await read(world, tmp_path, page=3)) == {}


class TestTokens:
    """What a token may not read is said, and the rest is there."""

    async def test_one_that_reads_no_config_vars(self, tmp_path: Path) -> None:
        world = zoo()
        system = await read(world, tmp_path, scope=["read"])
        assert len(system.apps) == len(readable(world))
        assert all("config vars" in app.unread and not app.config for app in system.apps)
        assert all(app.domains for app in system.apps)
        assert system.account.email == NAMELESS and system.account.id.startswith("token-")
        told = [gap.question for gap in system.gaps if gap.group == "token"]
        assert len(told) == 3 and any("GitHub links" in one and "databases" in one for one in told)
        assert "This token is not told of: config vars, config vars of pipelines." in told
        unknown = {app.name for app in system.apps if app.deploy.kind == "unknown"}
        assert unknown == {system.app(gap.app_id or "").name for gap in system.gaps if gap.kind == "deploy"}
        assert "robins-blog" in unknown and "acme-images" not in unknown

    async def test_one_that_reads_no_app(self, tmp_path: Path) -> None:
        with pytest.raises(Trouble) as caught:
            await read(zoo(), tmp_path, scope=["identity"])
        assert caught.value.code == "refused"
