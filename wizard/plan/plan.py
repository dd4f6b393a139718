"""The plan: a pure function of the system, the mapping and the prepared code."""

from collections.abc import Iterable
from datetime import UTC, datetime

from wizard.choose.copy_time import copy_seconds
from wizard.mapping.spaces import all_spaces
from wizard.model.mapping import AppChoice, DatabaseChoice, Mapping
from wizard.model.plan import Plan, Step
from wizard.model.system import App, System
from wizard.model.trouble import Trouble
from wizard.plan.capsules import with_capsules
from wizard.plan.freeze import freeze
from wizard.plan.gates import CUT_OVER, FINISH, cut_over_gate, finish_gate
from wizard.plan.network import with_network
from wizard.plan.shown_choices import config_choices, services
from wizard.plan.spaces import environment_step, with_spaces
from wizard.plan.stores import (
    copy_stores,
    daily_backups,
    first_backups,
    last_copies,
    machine,
    make_stores,
    proof_keys,
    tidy_stores,
)
from wizard.plan.ways import (
    Around,
    deploy,
    handed_over,
    made_by_offramp,
    noted,
    ready_gates,
    ready_key,
    stopped_early,
)
from wizard.ports import Profile
from wizard.session.parts import Prepared, PreparedApp

__all__ = ["CUT_OVER", "FINISH", "make_plan"]

NO_WAY_BACK_NEEDED = "nothing on Heroku was touched; delete it on the target if it is not wanted"


def make_plan(
    name: str, system: System, mapping: Mapping, prepared: Prepared, *, source_title: str, profile: Profile
) -> Plan:
    """The steps from here to the end, in order.

    Raises:
        Trouble: an app that moves has no prepared code.
    """
    apps = [(system.app(choice.app_id), choice) for choice in mapping.moved_apps()]
    for app, choice in apps:
        if choice.way != "image":
            _code(prepared, app)
    databases = mapping.moved_databases()
    around = Around(name, system, mapping, prepared, profile)
    frozen = (*freeze(name, system, apps, source_title), *stopped_early(apps, around))
    cut_over = (
        *frozen,
        *_last_copy(system, databases, profile, tuple(step.key for step in frozen)),
        *last_copies(name, system, mapping, tuple(step.key for step in frozen), source_title),
        *_start(apps, around),
    )
    copies = (*(_copy(system, choice, profile) for choice in databases), *copy_stores(system, mapping))
    steps = [
        environment_step(all_spaces(mapping)[0], profile, key="environment", stack=mapping.stack),
        *(_database(choice, profile) for choice in databases),
        *make_stores(mapping, profile),
        *(_app(choice, profile) for _, choice in apps if made_by_offramp(choice)),
        *(_push(choice, _code(prepared, app), profile) for app, choice in apps if choice.way == "git"),
        *copies,
        *ready_gates(apps, around),
        cut_over_gate(
            name,
            cut_over,
            (*(step.key for step in copies), *(ready_key(choice) for _, choice in handed_over(apps))),
            source_title=source_title,
            target_title=profile.title,
        ),
        *cut_over,
        *daily_backups(mapping, profile),
        finish_gate(name, apps, source_title, profile),
        *(_tidy(choice) for choice in databases),
        *tidy_stores(mapping),
        *first_backups(mapping, profile),
    ]
    return Plan(
        name=name,
        source=source_title,
        target=profile.title,
        steps=with_spaces(
            with_capsules(with_network(steps, system, mapping, profile), system, mapping, prepared, profile),
            mapping,
            profile,
        ),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _code(prepared: Prepared, app: App) -> PreparedApp:
    for code in prepared.apps:
        if code.app_id == app.id:
            return code
    raise Trouble(
        f"The code of {app.name} is not prepared.",
        remedy="Go back to prepare, and name the folder with its code.",
        code="not-prepared",
    )


# -- before the cut-over: nothing on Heroku changes ----------------------------------------------


def _database(choice: DatabaseChoice, profile: Profile) -> Step:
    return Step(
        key=f"database:{choice.handle}",
        kind="database",
        title=f"Create the {profile.words.get('database', 'database')} {choice.handle}",
        phase="prepare",
        writes="target",
        needs=("environment",),
        args={
            "add_on": choice.add_on_id,
            "handle": choice.handle,
            "version": choice.version,
            "memory_mb": choice.memory_mb,
            "disk_gb": choice.disk_gb,
            **machine(choice, profile),
        },
        seconds=(60, 420),
        way_back=NO_WAY_BACK_NEEDED,
    )


def _app(choice: AppChoice, profile: Profile) -> Step:
    return Step(
        key=f"app:{choice.handle}",
        kind="app",
        title=f"Create the {profile.words.get('app', 'app')} {choice.handle}",
        phase="prepare",
        writes="target",
        needs=("environment",),
        args={"app": choice.app_id, "handle": choice.handle},
        way_back=NO_WAY_BACK_NEEDED,
    )


def _push(choice: AppChoice, code: PreparedApp, profile: Profile) -> Step:
    return Step(
        key=f"push:{choice.handle}",
        kind="push",
        title=f"Push the code of {choice.handle} to {profile.title} (nothing is started yet)",
        phase="prepare",
        writes="target",
        needs=(f"app:{choice.handle}",),
        args={
            "app": choice.app_id,
            "handle": choice.handle,
            "checkout": code.checkout,
            "commit": code.commit,
        },
        seconds=(5, 120),
        way_back=NO_WAY_BACK_NEEDED,
    )


def _copy(system: System, choice: DatabaseChoice, profile: Profile) -> Step:
    add_on = system.add_on(choice.add_on_id)
    return Step(
        key=f"copy:{choice.handle}",
        kind="copy",
        title=f"Copy {add_on.name} into {choice.handle}, and prove each table (Heroku goes on serving)",
        phase="copy",
        writes="target",
        needs=(f"database:{choice.handle}",),
        args={"add_on": choice.add_on_id, "handle": choice.handle},
        seconds=_copy_seconds(system, choice, profile),
        way_back=NO_WAY_BACK_NEEDED,
    )


def _copy_seconds(system: System, choice: DatabaseChoice, profile: Profile) -> tuple[int, int]:
    postgres = system.add_on(choice.add_on_id).postgres
    size = (postgres.bytes if postgres else None) or 0
    low, high = copy_seconds(size, profile)
    return 10 + int(low), 30 + int(high)


# -- the cut-over -----------------------------------------------------------------------------------


def _last_copy(
    system: System, databases: Iterable[DatabaseChoice], profile: Profile, frozen: tuple[str, ...]
) -> Iterable[Step]:
    for choice in databases:
        name = system.add_on(choice.add_on_id).name
        low, high = _copy_seconds(system, choice, profile)
        needs = (CUT_OVER, f"copy:{choice.handle}", *frozen)
        for kind, title, seconds in (
            ("quiet", f"Wait until nobody writes to {name}", (1, 40)),
            ("refresh", f"Copy again what changed in {name}", (low // 4, high)),
            (
                "constraints",
                f"Sequences, foreign keys, triggers and views of {choice.handle}",
                (2, high // 4),
            ),
            ("prove", f"Prove that {choice.handle} equals {name}", (low // 4, high // 2)),
        ):
            yield Step(
                key=f"{kind}:{choice.handle}",
                kind=kind,
                title=title,
                phase="cut-over",
                writes="nothing" if kind in ("quiet", "prove") else "target",
                needs=needs,
                args={"add_on": choice.add_on_id, "handle": choice.handle},
                seconds=seconds,
                way_back="Heroku's own data is untouched",
            )
            needs = (f"{kind}:{choice.handle}",)


def _start(apps: list[tuple[App, AppChoice]], around: Around) -> Iterable[Step]:
    mapping, profile = around.mapping, around.profile
    proofs = tuple(f"prove:{choice.handle}" for choice in mapping.moved_databases())
    proofs += proof_keys(mapping)
    ours = [(app, choice) for app, choice in apps if made_by_offramp(choice)]
    yield from noted(apps)
    for app, choice in ours:
        count = sum(c.action in ("copy", "replace") for c in mapping.config if c.app_id == app.id)
        yield _target_step(
            "configure",
            choice,
            f"Set {count} config vars of {choice.handle}",
            (CUT_OVER,),
            (2, 20),
            choices=config_choices(mapping, app),
        )
    # Those that a person begins come last: what Offramp does itself is not held up, and its web addresses are
    # there for whoever has to be given one.
    by_person = handed_over(apps)
    for some in ([one for one in apps if one not in by_person], by_person):
        for app, choice in some:
            yield deploy(app, choice, proofs, around)
        for app, choice in (one for one in some if one in ours):
            yield from _serve(app, choice, mapping, profile)
    yield from _tell_and_check(mapping, apps)


def _serve(app: App, choice: AppChoice, mapping: Mapping, profile: Profile) -> Iterable[Step]:
    """What follows the deploy of an app that Offramp makes."""
    yield _target_step(
        "scale",
        choice,
        f"Size and count of the {profile.words.get('service', 'service')}s of {choice.handle}",
        (f"deploy:{choice.handle}",),
        (5, 120),
        services=services(mapping, app),
    )
    if _has_web(mapping, app):
        yield _target_step(
            "endpoint",
            choice,
            f"Open a web address for {choice.handle}",
            (f"deploy:{choice.handle}",),
            (5, 300),
            port=mapping.port,
        )


def _tell_and_check(mapping: Mapping, apps: list[tuple[App, AppChoice]]) -> Iterable[Step]:
    """Once every app has its address: whoever names one is told, and all are looked at."""
    for app, choice in apps:
        # Terraform sets the config vars of its apps itself.
        if made_by_offramp(choice) and any(
            c.app_id == app.id and c.replacement == "app-url" for c in mapping.config
        ):
            yield _target_step(
                "link",
                choice,
                f"Tell {choice.handle} the new web addresses",
                (f"scale:{choice.handle}",),
                (5, 60),
            )
    for _, choice in apps:
        yield _target_step(
            "health",
            choice,
            f"Check that {choice.handle} runs and answers",
            (f"scale:{choice.handle}" if made_by_offramp(choice) else f"deploy:{choice.handle}",),
            (2, 120),
        )


def _target_step(
    kind: str,
    choice: AppChoice,
    title: str,
    needs: tuple[str, ...],
    seconds: tuple[int, int],
    **more: str | int,
) -> Step:
    return Step(
        key=f"{kind}:{choice.handle}",
        kind=kind,
        title=title,
        phase="cut-over",
        writes="nothing" if kind == "health" else "target",
        needs=needs,
        args={"app": choice.app_id, "handle": choice.handle, **more},
        seconds=seconds,
        way_back="stopped on the target; Heroku starts again",
    )


def _has_web(mapping: Mapping, app: App) -> bool:
    return any(
        choice.app_id == app.id and choice.type == "web" and choice.action == "service"
        for choice in mapping.processes
    )


def _tidy(choice: DatabaseChoice) -> Step:
    return Step(
        key=f"tidy:{choice.handle}",
        kind="tidy",
        title=f"Remove Offramp's own notes from {choice.handle}",
        phase="finish",
        writes="target",
        needs=(FINISH,),
        args={"add_on": choice.add_on_id, "handle": choice.handle},
        way_back="none needed",
    )
