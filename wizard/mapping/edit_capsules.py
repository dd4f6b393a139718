"""A person's decisions where every process is a capsule of its own: pure functions, each returns a changed
Mapping.

All raise KeyError for a component that the mapping does not have.
"""

from collections.abc import Callable
from collections.abc import Mapping as Known
from typing import Literal, TypeVar

import msgspec

from wizard.choose.capsule_kind import has_capsules
from wizard.document.checkout import Checkout
from wizard.mapping.config_rules import propose_config
from wizard.mapping.edit import keep_decisions
from wizard.mapping.rules import propose
from wizard.model.mapping import AppChoice, CapsuleKind, JobChoice, Mapping, ProcessChoice
from wizard.model.system import System
from wizard.ports import Profile

BY_PERSON = "set by a person"

Choice = TypeVar("Choice", AppChoice, ProcessChoice, JobChoice)


def set_team(mapping: Mapping, team: str) -> Mapping:
    """The team that a new environment belongs to, by its slug."""
    return msgspec.structs.replace(mapping, team=team)


def set_repository(mapping: Mapping, app_id: str, address: str) -> Mapping:
    """The address of the repository that the target builds an app from."""
    return _app(mapping, app_id, repository=address.strip().rstrip("/").removesuffix(".git"))


def set_folder(mapping: Mapping, app_id: str, folder: str) -> Mapping:
    """Where in its repository an app lies, "" or "." for the root."""
    parts = [part for part in folder.strip().split("/") if part not in ("", ".")]
    return _app(mapping, app_id, folder="/".join(parts))


def set_kind(
    mapping: Mapping, app_id: str, type_: str, kind: CapsuleKind, memory_mb: int | None = None
) -> Mapping:
    """The kind of capsule that a process type becomes; with the memory that goes with it. Whoever says it
    wants the service, and a capsule for it alone."""
    sized = {} if memory_mb is None else {"memory_mb": memory_mb}
    return _process(
        mapping, app_id, type_, action="service", capsule=kind, joined="", reason=BY_PERSON, **sized
    )


def set_cpu(mapping: Mapping, app_id: str, type_: str, percent: int) -> Mapping:
    """Percent of a CPU that a capsule gets; 0 for as much as goes with its memory."""
    return _process(mapping, app_id, type_, action="service", cpu_percent=percent, reason=BY_PERSON)


def set_command(mapping: Mapping, app_id: str, type_: str, command: str) -> Mapping:
    """What a capsule runs, or what runs before its start; "" for the line that Heroku runs."""
    return _process(mapping, app_id, type_, command=command.strip(), reason=BY_PERSON)


def set_build(mapping: Mapping, app_id: str, type_: str, build: str) -> Mapping:
    """What builds a capsule; "" for the target's own way."""
    return _process(mapping, app_id, type_, build=build.strip(), reason=BY_PERSON)


def set_output(mapping: Mapping, app_id: str, type_: str, output: str) -> Mapping:
    """The folder with the built files of a static site, from the app's own; "" for that itself."""
    parts = [part for part in output.strip().split("/") if part not in ("", ".")]
    return _process(mapping, app_id, type_, output="/".join(parts), reason=BY_PERSON)


def join(mapping: Mapping, app_id: str, type_: str, host: str) -> Mapping:
    """Run a process type in the capsule of another one of the app; "" gives it one for itself."""
    reason = f"runs in the capsule of {host}" if host else BY_PERSON
    return _process(mapping, app_id, type_, action="service", joined=host, reason=reason)


def before_start(mapping: Mapping, app_id: str, type_: str, reason: str) -> Mapping:
    """Run a release command before the web command, at each of its starts."""
    return _process(mapping, app_id, type_, action="before-start", joined="", reason=reason)


def move_job(
    mapping: Mapping,
    app_id: str,
    job_id: str,
    action: Literal["in-process", "outside"],
    *,
    reason: str,
    process: str = "",
) -> Mapping:
    """Let a clock inside the app start a job, in the process type `process` or in a capsule of its own; or a
    cron service of somebody else."""
    changed = _changed(
        mapping.jobs,
        lambda one: (one.app_id, one.job_id) == (app_id, job_id),
        (app_id, job_id),
        {"action": action, "process": process, "reason": reason},
    )
    return msgspec.structs.replace(mapping, jobs=changed)


def keep_chosen(
    decided: Mapping, system: System, profile: Profile, checkouts: Known[str, Checkout] | None = None
) -> Mapping:
    """What is proposed with the code as it is known now, with every choice that was decided before.

    What had been proposed without any code, and nobody changed, is no decision: the code says more of it.
    """
    proposed = propose(system, profile, checkouts)
    kept = keep_decisions(decided, proposed)
    if not has_capsules(profile):
        return kept
    blind = propose(system, profile)
    merged = msgspec.structs.replace(
        kept,
        apps=_where(kept.apps, blind.apps, proposed.apps),
        processes=_renewed(kept.processes, blind.processes, proposed.processes),
    )
    guessed = frozenset(blind.config)
    known = {
        (one.app_id, one.name): one
        for one in decided.config
        if one.action != "undecided" and one not in guessed
    }
    ruled = propose_config(system, profile, merged).config
    config = tuple(known.get((one.app_id, one.name), one) for one in ruled)
    return msgspec.structs.replace(merged, config=config)


def _where(
    kept: tuple[AppChoice, ...], blind: tuple[AppChoice, ...], proposed: tuple[AppChoice, ...]
) -> tuple[AppChoice, ...]:
    """The apps of `kept`, with the repository that is known now where nobody named another. All three have
    the same order."""
    return tuple(
        msgspec.structs.replace(old, repository=new.repository, folder=new.folder)
        if (old.repository, old.folder) == (guess.repository, guess.folder)
        else old
        for old, guess, new in zip(kept, blind, proposed, strict=True)
    )


def _renewed(
    kept: tuple[ProcessChoice, ...], blind: tuple[ProcessChoice, ...], proposed: tuple[ProcessChoice, ...]
) -> tuple[ProcessChoice, ...]:
    """Those of `kept` that are a guess, as they are proposed now; in the same order."""
    return tuple(new if old == guess else old for old, guess, new in zip(kept, blind, proposed, strict=True))


def _app(mapping: Mapping, app_id: str, **changes: str) -> Mapping:
    return msgspec.structs.replace(
        mapping, apps=_changed(mapping.apps, lambda one: one.app_id == app_id, app_id, changes)
    )


def _process(mapping: Mapping, app_id: str, type_: str, **changes: str | int) -> Mapping:
    changed = _changed(
        mapping.processes,
        lambda one: (one.app_id, one.type) == (app_id, type_),
        (app_id, type_),
        changes,
    )
    return msgspec.structs.replace(mapping, processes=changed)


def _changed(
    choices: tuple[Choice, ...],
    matches: Callable[[Choice], bool],
    key: object,
    changes: Known[str, str | int],
) -> tuple[Choice, ...]:
    if not any(matches(one) for one in choices):
        raise KeyError(key)
    return tuple(msgspec.structs.replace(one, **changes) if matches(one) else one for one in choices)
