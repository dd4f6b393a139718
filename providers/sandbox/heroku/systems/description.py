"""From a described system (TOML) to a world. `told` has the words, `assets/demo/zoo.toml` is an example."""

import importlib.resources
import random
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from providers.sandbox.heroku.systems import described_app
from providers.sandbox.heroku.systems.told import (
    ToldApp,
    ToldMember,
    ToldPipeline,
    ToldSpace,
    ToldSystem,
    ToldTeam,
)
from providers.sandbox.heroku.world.building import add_app, new_world
from providers.sandbox.heroku.world.catalogue import REGIONS, STACKS
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.stores import stores_from
from providers.sandbox.heroku.world.world import (
    AddOn,
    App,
    Dataclip,
    Drain,
    Enterprise,
    InboundRule,
    Invitation,
    Invoice,
    Key,
    Member,
    Peering,
    Pipeline,
    Promotion,
    ReviewApp,
    ReviewConfig,
    Space,
    Team,
    Telemetry,
    Vpn,
    World,
)
from wizard.model.trouble import Trouble

_HOLE = re.compile(r"\{(secret|url:[^{}:]+|host:[^{}:]+|value:[^{}:]+:[^{}:]+)\}")


def zoo(canary: str = "") -> World:
    """A world with at least one of everything, in every state: what `assets/demo/zoo.toml` describes."""
    text = (importlib.resources.files("assets") / "demo" / "zoo.toml").read_text(encoding="utf-8")
    return described(text, "zoo.toml", canary=canary)


def read_description(path: Path, canary: str = "") -> World:
    """The world that a file describes.

    Raises:
        Trouble: it cannot be read, or something in it is wrong; the cause says where.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(
            f"{path} cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8'}.",
            remedy="Give the path of a TOML file that describes a system.",
            code="bad-description",
        ) from error
    return described(text, path.name, canary=canary)


def described(text: str, name: str = "the description", *, canary: str = "") -> World:
    """The world that TOML describes.

    Args:
        name: how to call it in errors.
        canary: a word to put into every made-up secret.

    Raises:
        Trouble: something is wrong; the cause names the place ("app[3].team").
    """
    try:
        return built(msgspec.convert(tomllib.loads(text), ToldSystem), canary=canary)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(f"{name} is no TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise _wrong(f"{name}: {error}") from error
    except _WrongError as error:
        raise _wrong(f"{name}: {error}") from error


def built(system: ToldSystem, *, canary: str = "") -> World:
    """The world of a description that Python made. ValueError, with the place first, if it cannot be."""
    return _Builder(system, canary).world()


class _WrongError(ValueError):
    """Something that is described cannot be; the text begins with its place."""


def _wrong(cause: str) -> Trouble:
    return Trouble(
        cause,
        remedy="Correct the description; assets/demo/zoo.toml has an example of everything.",
        code="bad-description",
    )


class _Builder:
    def __init__(self, system: ToldSystem, canary: str) -> None:
        self._told = system
        self._canary = canary
        self._world = new_world(system.account.email)

    def world(self) -> World:
        """Put all of it into the world, in the order in which one needs the other."""
        self._account()
        for place, team in enumerate(self._told.team):
            self._team(f"team[{place}]", team)
        for place, space in enumerate(self._told.space):
            self._space(f"space[{place}]", space)
        for pipeline in self._told.pipeline:
            made = Pipeline(stable_id("pipeline", pipeline.name), pipeline.name)
            self._world.pipelines[made.id] = made
        apps = [self._app(f"app[{place}]", told) for place, told in enumerate(self._told.app)]
        self._foreign()
        for app, told in zip(apps, self._told.app, strict=True):
            described_app.dress(self._world, app, told, self._filled)
        self._attachments(apps)
        for app, told in zip(apps, self._told.app, strict=True):
            self._config(app, told)
        for app, told in zip(apps, self._told.app, strict=True):
            described_app.releases(app, told)
        for place, pipeline in enumerate(self._told.pipeline):
            self._pipeline(f"pipeline[{place}]", pipeline)
        self._stores()
        return self._world

    def _account(self) -> None:
        told, world = self._told.account, self._world
        world.name, world.two_factor, world.default_team = told.name, told.two_factor, told.default_team
        world.account_features, world.warning = told.features, told.warning
        world.keys = [Key(told.email, key.comment) for key in told.keys]
        world.invoices = [Invoice(one.number, one.month, one.cents, one.credits) for one in told.invoices]
        world.dataclips = [
            Dataclip(one.title, one.database, one.creator, one.created_at, one.edited_at, one.detached)
            for one in told.dataclips
        ]
        world.suspended_at, world.delinquent_at = told.suspended_at, told.delinquent_at
        for one in self._told.enterprise:
            members = [
                Member(each.email, each.role, each.two_factor, each.federated, each.name)
                for each in one.member
            ]
            mark = stable_id("enterprise", one.name)
            world.enterprises[mark] = Enterprise(mark, one.name, one.permissions, members, one.trial)

    def _named(
        self, things: dict[str, Team] | dict[str, Space] | dict[str, Enterprise], name: str, where: str
    ) -> str:
        for mark, one in things.items():
            if one.name == name:
                return mark
        raise _WrongError(f"{where}: nothing of that name ({name}) is described")

    def _team(self, where: str, told: ToldTeam) -> None:
        above = (
            self._named(self._world.enterprises, told.enterprise, f"{where}.enterprise")
            if told.enterprise
            else None
        )
        team = Team(
            stable_id("team", told.name),
            told.name,
            type=told.type,
            role=None if told.role == "viewer" else told.role,
            enterprise_id=above,
            default=told.default,
            features=told.features,
            refused=told.refused,
        )
        team.members = [_member(one) for one in told.member]
        team.invitations = [Invitation(one.email, one.role, one.invited_by) for one in told.invitation]
        self._world.teams[team.id] = team

    def _space(self, where: str, told: ToldSpace) -> None:
        _known(f"{where}.region", told.region, REGIONS)
        mark = stable_id("space", told.name)
        space = Space(
            mark,
            told.name,
            self._named(self._world.teams, told.team, f"{where}.team"),
            region=told.region,
            state=told.state,
            shield=told.shield,
            generation=told.generation,
            cidr=told.cidr,
            data_cidr=told.data_cidr,
            sources=told.outbound,
            nat_state="enabled" if told.outbound else "disabled",
            members=told.members,
            refused=told.refused,
        )
        space.rules = [InboundRule(one.source, one.action) for one in told.rule]
        space.peerings = [Peering(one.pcx_id, one.cidr_blocks, one.status, one.type) for one in told.peering]
        space.vpns = [
            Vpn(
                stable_id("vpn", told.name, one.name),
                one.name,
                one.public_ip,
                one.routable_cidrs,
                one.status,
                one.status_message,
            )
            for one in told.vpn
        ]
        if told.drain:
            space.drain = Drain(stable_id("space-drain", told.name), told.drain, f"d.{stable_id('dt', mark)}")
        space.telemetry = [
            Telemetry(
                stable_id("telemetry", told.name, one.endpoint, str(place)),
                one.endpoint,
                one.signals,
                one.headers,
                transport=one.transport,
            )
            for place, one in enumerate(told.telemetry)
        ]
        self._world.spaces[mark] = space

    def _app(self, where: str, told: ToldApp) -> App:
        if self._world.app(told.name) is not None:
            raise _WrongError(f"{where}.name: two apps are called {told.name}")
        _known(f"{where}.region", told.region, REGIONS)
        _known(f"{where}.stack", told.stack, STACKS)
        team = None
        if told.team:
            team = self._world.teams[self._named(self._world.teams, told.team, f"{where}.team")]
        space = self._named(self._world.spaces, told.space, f"{where}.space") if told.space else None
        app = add_app(
            self._world,
            told.name,
            region=told.region,
            stack=told.stack,
            generation=told.generation,
            team=team,
            space_id=space,
            created_at=told.created_at,
        )
        if told.pipeline:
            mark = next((one.id for one in self._world.pipelines.values() if one.name == told.pipeline), "")
            if not mark:
                raise _WrongError(f"{where}.pipeline: nothing of that name ({told.pipeline}) is described")
            self._world.couplings[app.id] = (mark, told.stage)
        try:
            described_app.processes(app, told)
        except ValueError as error:
            raise _WrongError(f"{where}.{error}") from error
        return app

    def _foreign(self) -> None:
        for told in self._told.foreign:
            owner, mark = stable_id("app", told.app), stable_id("addon", told.app, told.name)
            self._world.foreign[owner] = told.app
            service = told.plan.partition(":")[0]
            self._world.add_ons[mark] = AddOn(mark, told.name, service, told.plan, owner, None)

    def _attachments(self, apps: list[App]) -> None:
        for number, (app, told) in enumerate(zip(apps, self._told.app, strict=True)):
            for place, one in enumerate(told.attachment):
                add_on = self._world.add_on(one.add_on)
                if add_on is None:
                    where = f"app[{number}].attachment[{place}].add_on"
                    raise _WrongError(f"{where}: no add-on is called {one.add_on}")
                described_app.attach_told(self._world, add_on, app, one, self._filled)

    def _config(self, app: App, told: ToldApp) -> None:
        for name, value in told.config.items():
            app.config[name] = self._filled(value, f"{told.name}/{name}")

    def _filled(self, value: str, key: str) -> str:
        """`value` with what its holes stand for; made-up secrets are the same for the same key."""

        def fill(match: re.Match[str]) -> str:
            kind, _, rest = match[1].partition(":")
            if kind == "secret":
                letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
                return "".join(random.Random(f"secret/{key}").choices(letters, k=36)) + self._canary
            named, _, variable = rest.partition(":")
            app = self._world.app(named)
            if app is None:
                raise _WrongError(f"{key}: {match[0]} names no app")
            if kind == "value":
                if variable not in app.config:
                    raise _WrongError(
                        f"{key}: {named} has no {variable} (yet: apps are filled in their order)"
                    )
                return app.config[variable]
            url = app.web_url.rstrip("/")
            return url if kind == "url" else url.removeprefix("https://")

        return _HOLE.sub(fill, value)

    def _pipeline(self, where: str, told: ToldPipeline) -> None:
        made = self._world.pipelines[stable_id("pipeline", told.name)]
        if told.team:
            made.team_id = self._named(self._world.teams, told.team, f"{where}.team")
        made.generation, made.repository = told.generation, told.repository
        if told.review:
            review = told.review
            made.review = ReviewConfig(
                review.automatic,
                review.base_name,
                review.destroy_stale,
                review.stale_days,
                review.wait_for_ci,
                review.target,
            )
        made.stage_config = {"test": told.test_config, "review": told.review_config}
        for place, one in enumerate(told.review_app):
            app = self._app_named(one.app, f"{where}.review_app[{place}].app") if one.app else None
            mark = stable_id("review", told.name, one.branch, str(place))
            made.review_apps.append(
                ReviewApp(mark, one.branch, one.pr_number, app.id if app else None, one.status, one.error)
            )
        for place, each in enumerate(told.promotion):
            at = f"{where}.promotion[{place}]"
            source = self._app_named(each.source, f"{at}.source")
            targets: dict[str, str | None] = {}
            for name in each.to:
                got = self._app_named(name, f"{at}.to")
                targets[got.id] = got.release.id if got.release else None
            for name in each.failed:
                targets[self._app_named(name, f"{at}.failed").id] = None
            made.promotions.append(
                Promotion(stable_id("promotion", told.name, str(place)), source.id, targets)
            )
        for stage, hidden in told.hidden.items():
            self._world.couplings[stable_id("app", hidden)] = (made.id, stage)

    def _app_named(self, name: str, where: str) -> App:
        app = self._world.app(name)
        if app is None:
            raise _WrongError(f"{where}: no app is called {name}")
        return app

    def _stores(self) -> None:
        def id_of(name: str) -> str:
            add_on = self._world.add_on(name)
            if add_on is None:
                raise _WrongError(f"stores: no add-on is called {name}")
            return add_on.id

        try:
            self._world.stores = stores_from(self._told.stores, id_of)
        except msgspec.ValidationError as error:
            raise _WrongError(f"stores: {error}") from error


def _known(where: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise _WrongError(f"{where}: there is no {name}; there are {', '.join(names)}")


def _member(told: ToldMember) -> Member:
    role = None if told.role == "viewer" else told.role
    return Member(told.email, role, told.two_factor, told.federated, told.name)
