"""Systems thrown together without sense, from words that descriptions have: for properties that hold for
whatever system is described. The same for the same seed. Only what Heroku cannot have is left out: telemetry
drains of Cedar, buildpacks of containers, autoscaling of Fir and of nothing."""

import random
from collections.abc import Callable
from typing import Literal, TypeVar

from providers.sandbox.heroku.systems.description import built
from providers.sandbox.heroku.systems.told import (
    Role,
    ToldAccount,
    ToldAddOn,
    ToldApp,
    ToldAttachment,
    ToldBuild,
    ToldCertificate,
    ToldCollaborator,
    ToldDataclip,
    ToldDomain,
    ToldDyno,
    ToldEnterprise,
    ToldForeign,
    ToldGitHub,
    ToldInvitation,
    ToldJob,
    ToldKey,
    ToldMember,
    ToldMonitor,
    ToldPeering,
    ToldPipeline,
    ToldProcess,
    ToldRelease,
    ToldReview,
    ToldReviewApp,
    ToldRule,
    ToldSpace,
    ToldSystem,
    ToldTeam,
    ToldTelemetry,
    ToldVpn,
    ToldWebhook,
)
from providers.sandbox.heroku.world.catalogue import PLANS, REGIONS
from providers.sandbox.heroku.world.sizes import offered
from providers.sandbox.heroku.world.world import World

T = TypeVar("T")

TEXTS = (
    "plain words",
    "",
    " edges ",
    "ümläut 名前 🚀",
    "two\nlines",
    "tab\tand 'quotes' \"double\" `back` $(dollar) {brace} [bold]x[/bold] | pipe",
    "=1+1",
    "\x1b[2J\x1b]0;title\x07\x1bP+q\x1b\\",
    "right\u202eleft\u200b\u2066",
    "null\x00 and bell\x07 and c1\x9b31m",
    "x" * 400,
)
"""What free texts hold: descriptions, commands, values, reasons. Some of it no terminal should ever see."""


class _Dice:
    def __init__(self, seed: int, texts: tuple[str, ...]) -> None:
        self.dice = random.Random(seed)
        self._texts = texts
        self._number = 0

    def name(self, stem: str) -> str:
        self._number += 1
        return f"{stem}-{self._number}"

    def text(self) -> str:
        return self.dice.choice(self._texts)

    def chance(self, of: float = 0.5) -> bool:
        return self.dice.random() < of

    def one(self, *things: T) -> T:
        return self.dice.choice(things)

    def some(self, most: int, make: Callable[[], T]) -> list[T]:
        return [make() for _ in range(self.dice.randint(0, most))]

    def email(self) -> str:
        return f"{self.name('person')}@acme.example"


def wild(seed: int, *, apps: int = 6, texts: tuple[str, ...] = TEXTS) -> World:
    """A world of so many apps with anything in it.

    Args:
        texts: what free texts are chosen from.
    """
    dice = _Dice(seed, texts)
    enterprises = dice.some(
        2, lambda: ToldEnterprise(name=dice.name("corp"), member=dice.some(2, lambda: _member(dice)))
    )
    teams = dice.some(3, lambda: _team(dice, [one.name for one in enterprises]))
    names = [team.name for team in teams]
    spaces = dice.some(3, lambda: _space(dice, names)) if teams else []
    pipelines = dice.some(3, lambda: _pipeline(dice, names))
    foreign = dice.some(
        2, lambda: ToldForeign(app=dice.name("far"), plan=dice.one(*PLANS), name=dice.name("far-off"))
    )
    told = [_app(dice, teams, spaces, [one.name for one in pipelines]) for _ in range(apps)]
    _attach(dice, told, foreign)
    for pipeline in pipelines:
        reviewed = [app.name for app in told if app.pipeline == pipeline.name and app.stage == "review"]
        pipeline.review_app = [ToldReviewApp(branch=dice.text(), pr_number=7, app=name) for name in reviewed]
        pipeline.review_app += dice.some(
            1, lambda: ToldReviewApp(branch=dice.name("branch"), status="errored", error=dice.text())
        )
    account = ToldAccount(name=dice.text(), two_factor=dice.chance(), features=("a-lab",))
    account.keys = dice.some(2, lambda: ToldKey(comment=dice.name("key")))
    account.dataclips = dice.some(4, lambda: ToldDataclip(title=dice.name("clip"), detached=dice.chance()))
    return built(
        ToldSystem(
            account=account,
            enterprise=enterprises,
            team=teams,
            space=spaces,
            pipeline=pipelines,
            app=told,
            foreign=foreign,
        )
    )


def _member(dice: _Dice) -> ToldMember:
    role: Role = dice.one("admin", "member", "collaborator", "owner", "viewer")
    return ToldMember(email=dice.email(), role=role, two_factor=dice.chance(), name=dice.text())


def _team(dice: _Dice, enterprises: list[str]) -> ToldTeam:
    return ToldTeam(
        name=dice.name("team"),
        type=dice.one("team", "enterprise"),
        role=dice.one("admin", "member", "viewer"),
        enterprise=dice.one("", *enterprises),
        member=dice.some(4, lambda: _member(dice)),
        invitation=dice.some(2, lambda: ToldInvitation(email=dice.email())),
        features=dice.one((), ("manual-approval",)),
        refused="forbidden" if dice.chance(0.1) else "",
    )


def _telemetry(dice: _Dice) -> ToldTelemetry:
    return ToldTelemetry(
        endpoint=f"https://user:{{secret}}@{dice.name('otel')}.example/v1?key={{secret}}",
        signals=dice.one(("traces",), ("metrics", "logs"), ("traces", "metrics", "logs")),
        transport=dice.one("otlphttp", "otlp"),
        headers={"x-key": "{secret}"},
    )


def _space(dice: _Dice, teams: list[str]) -> ToldSpace:
    generation: Literal["cedar", "fir"] = dice.one("cedar", "fir")
    return ToldSpace(
        name=dice.name("space"),
        team=dice.one(*teams),
        region=dice.one(*REGIONS),
        state=dice.one("allocated", "allocated", "allocating"),
        shield=dice.chance(0.3),
        generation=generation,
        outbound=dice.one((), ("198.51.100.1",), ("198.51.100.1", "198.51.100.2")),
        members=(dice.email(),),
        drain=f"https://{dice.name('drain')}.example/{{secret}}" if dice.chance() else "",
        refused="forbidden" if dice.chance(0.1) else "",
        rule=dice.some(3, lambda: ToldRule(source="203.0.113.0/24", action=dice.one("allow", "deny"))),
        peering=dice.some(2, lambda: ToldPeering(pcx_id=dice.name("pcx"), cidr_blocks=("172.16.0.0/16",))),
        vpn=dice.some(
            2,
            lambda: ToldVpn(
                name=dice.name("vpn"),
                public_ip="203.0.113.9",
                routable_cidrs=("192.168.0.0/16",),
                status=dice.one("active", "failed"),
                status_message=dice.text(),
            ),
        ),
        telemetry=dice.some(2, lambda: _telemetry(dice)),
    )


def _pipeline(dice: _Dice, teams: list[str]) -> ToldPipeline:
    review = ToldReview(automatic=dice.chance(), base_name=None, stale_days=dice.one(1, 5, 30))
    return ToldPipeline(
        name=dice.name("line"),
        team=dice.one("", *teams),
        repository=dice.one(None, "acme/shop"),
        review=review if dice.chance() else None,
        test_config={"CI": dice.text()},
        hidden={"development": dice.name("hidden")} if dice.chance(0.3) else {},
    )


def _app(dice: _Dice, teams: list[ToldTeam], spaces: list[ToldSpace], pipelines: list[str]) -> ToldApp:
    space = dice.one(None, None, *spaces)
    generation = space.generation if space else "cedar"
    team = space.team if space else dice.one("", *(one.name for one in teams))
    sizes = [size.name for size in offered(generation, private=space is not None)]
    app = ToldApp(
        name=dice.name("app"),
        region=space.region if space else dice.one("us", "eu"),
        stack=dice.one("heroku-26", "heroku-24", "heroku-22", "container")
        if generation == "cedar"
        else "cnb",
        generation=generation,
        team=team,
        space=space.name if space else "",
        pipeline=dice.one("", *pipelines),
        stage=dice.one("test", "review", "development", "staging", "production"),
        joined=not team or dice.chance(0.9),
        locked=bool(team) and dice.chance(0.2),
        maintenance=dice.chance(0.2),
        buildpacks=dice.one((), ("heroku/ruby",), ("heroku/nodejs", "https://github.com/acme/pack")),
        language=dice.one(None, "Ruby"),
        features=dice.one((), ("preboot",), ("a-lab-of-nobody", "runtime-dyno-metadata")),
        warning=dice.one("", "Something is deprecated."),
        refused=dice.one(*[""] * 9, "forbidden", "two_factor"),
        config={dice.name("VAR").replace("-", "_"): _value(dice) for _ in range(5)},
        process={
            dice.one("web", "worker", dice.name("kind")): ToldProcess(
                command=dice.text() or "run", quantity=dice.one(0, 0, 1, 3), size=dice.one(*sizes)
            )
            for _ in range(dice.one(0, 1, 3))
        },
        release=dice.some(5, lambda: _release(dice)),
        build=dice.some(2, lambda: ToldBuild(commit=dice.name("c"), status=dice.one("failed", "pending"))),
    )
    if app.stack == "container":
        app.buildpacks = ()
    _hang(dice, app)
    return app


def _value(dice: _Dice) -> str:
    """Its own each time: what is a secret in one place would be struck out in all others."""
    return dice.one("{secret}", f"{dice.name('value')} {dice.text()}", "")


def _release(dice: _Dice) -> ToldRelease:
    return ToldRelease(
        description=dice.text(),
        status=dice.one("succeeded", "succeeded", "failed", "pending", "expired"),
        commit=dice.one("", "", "made-up"),
        user=dice.one("", dice.email()),
        by_api=dice.chance(0.2),
        output=(dice.text(),),
    )


def _hang(dice: _Dice, app: ToldApp) -> None:
    """What hangs on an app."""
    app.certificate = dice.some(2, lambda: _certificate(dice))
    serving = ["", *(one.name for one in app.certificate)]
    app.domain = dice.some(
        3,
        lambda: ToldDomain(
            hostname=f"{dice.name('www')}.acme.example",
            acm_status=dice.one(None, "cert issued", "failing", "pending"),
            acm_reason=dice.one(None, dice.text()),
            status=dice.one("", "pending"),
            certificate=dice.one(*serving),
        ),
    )
    app.drain = dice.some(2, lambda: f"https://{dice.name('logs')}.example/{{secret}}?token={{secret}}")
    app.telemetry = dice.some(2 if app.generation == "fir" else 0, lambda: _telemetry(dice))
    app.webhook = dice.some(
        2,
        lambda: ToldWebhook(
            url=f"https://{dice.name('hook')}.example/{{secret}}", level=dice.one("notify", "sync")
        ),
    )
    if app.generation == "cedar" and app.process.get("web", ToldProcess(command="", quantity=0)).quantity:
        app.monitor = dice.some(
            1, lambda: ToldMonitor(active=dice.chance(), action=dice.one("scale", "alert"))
        )
    app.collaborator = dice.some(
        3, lambda: ToldCollaborator(email=dice.email(), role=dice.one(None, "member"), permissions=("view",))
    )
    app.github = ToldGitHub(repository="acme/shop", branch=dice.text() or None) if dice.chance(0.3) else None
    app.dyno = dice.some(1, lambda: ToldDyno(name=dice.name("run").replace("-", "."), command=dice.text()))
    app.add_on = dice.some(3, lambda: _add_on(dice))
    if any(one.plan.startswith("scheduler:") for one in app.add_on):
        app.job = dice.some(3, lambda: _job(dice))


_TIMES: tuple[tuple[Literal[10, 60, 1440], int], ...] = ((10, 0), (60, 20), (1440, 90))
"""Every so many minutes, and when."""


def _job(dice: _Dice) -> ToldJob:
    every, at = dice.one(*_TIMES)
    return ToldJob(command=dice.text().strip() or "run", every=every, at=at)


def _certificate(dice: _Dice) -> ToldCertificate:
    return ToldCertificate(
        name=dice.name("cert"),
        hostnames=(f"{dice.name('c')}.acme.example",),
        managed=dice.chance(),
        self_signed=dice.chance(0.2),
    )


def _add_on(dice: _Dice) -> ToldAddOn:
    mark = dice.name("made")
    return ToldAddOn(
        plan=dice.one(*PLANS),
        name=mark,
        attached_as=mark.upper().replace("-", "_"),
        state=dice.one("provisioned", "provisioned", "provisioning", "deprovisioned"),
        told_price=dice.chance(0.9),
        contract=dice.chance(0.1),
        billed_to_team=dice.chance(0.2),
        message=dice.text(),
        drain=f"syslog+tls://{mark}.example:6514" if dice.chance(0.2) else "",
    )


def _attach(dice: _Dice, apps: list[ToldApp], foreign: list[ToldForeign]) -> None:
    """Attach add-ons across apps, foreign ones too."""
    names = [one.name for app in apps for one in app.add_on] + [one.name for one in foreign]
    for app in apps:
        for name in dice.dice.sample(names, min(len(names), dice.dice.randint(0, 2))):
            called = dice.name("SHARED").replace("-", "_")
            app.attachment.append(
                ToldAttachment(
                    add_on=name,
                    name=called,
                    namespace=dice.one(None, "credential:readonly", "connection-pooling:default"),
                    values={f"{called}_URL": "postgres://u:{secret}@db.example:5432/d"},
                )
            )
