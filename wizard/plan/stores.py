"""The steps of stores that are no Postgres, and the backups of all databases."""

from collections.abc import Iterable
from typing import Literal

from wizard.choose.stores import plan_mb, type_name
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import DatabaseChoice, Mapping, StoreChoice
from wizard.model.plan import GateText, Step
from wizard.model.system import System
from wizard.plan.gates import CUT_OVER, FINISH
from wizard.ports import Profile
from wizard.stores.guided.guides import guide_of

FAST_MB, SLOW_MB = 20, 2
"""MB of a store a second that a copy through a tunnel is expected to move, at best and at worst."""

UNKNOWN_MB = 500
"""What a store is taken for whose size nobody tells."""

UNTOUCHED = "nothing on Heroku was touched; delete it on the target if it is not wanted"


def gate_key(choice: StoreChoice) -> str:
    """The key of the gate at which a person moves a store."""
    return f"gate:store:{choice.handle}"


def proof_keys(mapping: Mapping) -> tuple[str, ...]:
    """The steps that must be done before anything starts on the target, one for each store."""
    return tuple(
        f"{'left' if choice.action == 'empty' else 'prove'}:{choice.handle}"
        for choice in moved_stores(mapping)
    )


def make_stores(mapping: Mapping, profile: Profile) -> Iterable[Step]:
    """Before the cut-over: a new store for each."""
    for choice in moved_stores(mapping):
        yield Step(
            key=f"database:{choice.handle}",
            kind="database",
            title=f"Create the {type_name(choice.type)} {choice.handle}",
            phase="prepare",
            writes="target",
            needs=("environment",),
            args={
                "add_on": choice.add_on_id,
                "handle": choice.handle,
                "type": choice.type,
                "version": choice.version,
                "memory_mb": choice.memory_mb,
                "disk_gb": choice.disk_gb,
                **machine(choice, profile),
            },
            seconds=(30, 420),
            way_back=UNTOUCHED,
        )


def machine(choice: DatabaseChoice | StoreChoice, profile: Profile) -> dict[str, str | bool]:
    """What else is said of a database that is made: its kind of machine, and that backups come later."""
    said: dict[str, str | bool] = {"profile": choice.profile} if choice.profile else {}
    return {**said, "backups": False} if profile.capabilities.backs_up else said


def copy_stores(system: System, mapping: Mapping) -> Iterable[Step]:
    """Before the cut-over: a first copy of what is copied."""
    for choice in moved_stores(mapping):
        if choice.action == "copy":
            name = system.add_on(choice.add_on_id).name
            yield _step(
                "store-copy",
                choice,
                f"Copy {name} into {choice.handle} (Heroku goes on serving)",
                needs=(f"database:{choice.handle}",),
                seconds=_seconds(system, choice),
                key=f"copy:{choice.handle}",
                phase="copy",
                way_back=UNTOUCHED,
            )


def last_copies(
    name: str, system: System, mapping: Mapping, frozen: tuple[str, ...], source_title: str
) -> Iterable[Step]:
    """At the cut-over, once everything that writes was stopped."""
    for choice in moved_stores(mapping):
        add_on = system.add_on(choice.add_on_id).name
        if choice.action == "copy":
            low, high = _seconds(system, choice)
            yield _step(
                "store-refresh",
                choice,
                f"Copy again what changed in {add_on}",
                needs=(CUT_OVER, f"copy:{choice.handle}", *frozen),
                seconds=(max(1, low // 2), high),
                key=f"refresh:{choice.handle}",
            )
            yield _step(
                "store-prove",
                choice,
                f"Prove that {choice.handle} equals {add_on}",
                needs=(f"refresh:{choice.handle}",),
                seconds=(max(1, low // 2), high),
                key=f"prove:{choice.handle}",
                writes="nothing",
            )
        elif choice.action == "empty":
            yield _step(
                "store-left",
                choice,
                f"Note what stays behind in {add_on}: {choice.handle} starts empty",
                needs=(CUT_OVER, f"database:{choice.handle}", *frozen),
                seconds=(1, 30),
                key=f"left:{choice.handle}",
                writes="nothing",
            )
        else:
            yield _by_hand_gate(name, add_on, choice, frozen, source_title)
            yield _step(
                "store-check",
                choice,
                f"Check what you moved into {choice.handle}",
                needs=(gate_key(choice),),
                seconds=(1, 60),
                key=f"prove:{choice.handle}",
                writes="nothing",
            )


def tidy_stores(mapping: Mapping) -> Iterable[Step]:
    """At the end: Offramp's marker goes."""
    for choice in moved_stores(mapping):
        if choice.action == "copy":
            yield _step(
                "store-tidy",
                choice,
                f"Remove Offramp's own notes from {choice.handle}",
                needs=(FINISH,),
                seconds=(1, 5),
                key=f"tidy:{choice.handle}",
                phase="finish",
                way_back="none needed",
            )


def daily_backups(mapping: Mapping, profile: Profile) -> Iterable[Step]:
    """Once the apps serve: backups of every database, which were off until its data was there."""
    for handle, proof in _proven(mapping, profile).items():
        yield _backup_step(
            "daily-backups", handle, f"Turn on daily backups of {handle}", needs=(proof,), seconds=(1, 10)
        )


def first_backups(mapping: Mapping, profile: Profile) -> Iterable[Step]:
    """After the last gate: a backup of every database as it is now."""
    for handle in _proven(mapping, profile):
        yield _backup_step(
            "back-up", handle, f"Make the first backup of {handle}", needs=(FINISH,), seconds=(10, 600)
        )


def _proven(mapping: Mapping, profile: Profile) -> dict[str, str]:
    """The step that proves each database, by handle; empty where backups are the target's own affair."""
    if not profile.capabilities.backs_up:
        return {}
    proofs = {choice.handle: f"prove:{choice.handle}" for choice in mapping.moved_databases()}
    stores = moved_stores(mapping)
    return proofs | {one.handle: key for one, key in zip(stores, proof_keys(mapping), strict=True)}


def _backup_step(
    kind: str, handle: str, title: str, *, needs: tuple[str, ...], seconds: tuple[int, int]
) -> Step:
    return Step(
        key=f"{kind}:{handle}",
        kind=kind,
        title=title,
        phase="finish",
        writes="target",
        needs=needs,
        args={"handle": handle},
        seconds=seconds,
        way_back="none needed",
    )


def _by_hand_gate(
    name: str, add_on: str, choice: StoreChoice, frozen: tuple[str, ...], source_title: str
) -> Step:
    guide = guide_of(choice.type)
    steps = [
        f"{step.words} {step.command}".replace("{port}", "the port above").strip() for step in guide.steps
    ]
    return Step(
        key=gate_key(choice),
        kind="gate",
        title=f"Gate: you move {add_on} into {choice.handle}",
        phase="cut-over",
        by="person",
        writes="target",
        needs=(CUT_OVER, f"database:{choice.handle}", *frozen),
        args={"gate": "store", "add_on": choice.add_on_id, "handle": choice.handle, "type": choice.type},
        seconds=(0, 0),
        way_back=f"{source_title}'s own data is untouched",
        gate=GateText(
            word=name,
            will_happen=(
                guide.summary,
                *([f"You need {guide.tools}"] if guide.tools else []),
                *steps,
                f"When it is so, type the name: {guide.confirm}" if guide.confirm else "Then type the name.",
                *([f"Then Offramp compares {guide.counted}."] if guide.counted else []),
            ),
            duration="as long as you need; the apps do not serve meanwhile",
            way_back=f"b: {source_title} serves again as before; its own data is untouched.",
        ),
    )


def _seconds(system: System, choice: StoreChoice) -> tuple[int, int]:
    size = plan_mb(system.add_on(choice.add_on_id)) or UNKNOWN_MB
    return 2 + size // FAST_MB, 20 + size // SLOW_MB


def _step(
    kind: str,
    choice: StoreChoice,
    title: str,
    *,
    needs: tuple[str, ...],
    seconds: tuple[int, int],
    key: str,
    phase: Literal["prepare", "copy", "cut-over", "finish"] = "cut-over",
    writes: Literal["nothing", "target"] = "target",
    way_back: str = "Heroku's own data is untouched",
) -> Step:
    return Step(
        key=key,
        kind=kind,
        title=title,
        phase=phase,
        writes=writes,
        needs=needs,
        args={
            "add_on": choice.add_on_id,
            "handle": choice.handle,
            "type": choice.type,
            "memory_mb": choice.memory_mb,
        },
        seconds=seconds,
        way_back=way_back,
    )
