"""Whether the code that a person accepted is still what the move needs."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from wizard.document.checkout import Checkout
from wizard.model.mapping import Mapping
from wizard.model.noun import encode_ordered
from wizard.model.system import App, System
from wizard.ports import Profile
from wizard.prepare.branch import Branch
from wizard.prepare.file_change import FileChange, Proposal
from wizard.session.parts import Prepared, PreparedApp

WORK_TREE_ONLY = frozenset({"uncommitted"})
"""Problems of the work tree: the commit that was written holds nothing of them."""


def prepared_app(
    app: App,
    mapping: Mapping,
    profile: Profile,
    *,
    checkout: str | Path,
    proposal: Proposal,
    branch: Branch,
) -> PreparedApp:
    """What the later stages need to know of the written branch."""
    return PreparedApp(
        app_id=app.id,
        checkout=str(checkout),
        branch=branch.name,
        commit=branch.commit,
        base=branch.base,
        files=branch.files,
        content=_content(proposal.changes),
        wish=_wish(app, mapping, profile),
        on=branch.on,
        together=proposal.together,
        capsules=proposal.capsules,
        variables=proposal.variables,
    )


def written(prepared: Prepared, done: PreparedApp) -> Prepared:
    """What is prepared once `done` was written. An app that shared its branch, and whose commit is no longer
    what the branch holds, has to be written again; where the branch holds a commit for each app, it has one
    upon that of the others now."""
    kept = tuple(
        msgspec.structs.replace(one, commit=done.commit) if _beside(one, done) else one
        for one in prepared.apps
        if one.app_id != done.app_id
        and (
            not done.branch
            or (one.checkout, one.branch) != (done.checkout, done.branch)
            or one.commit == done.commit
            or _beside(one, done)
        )
    )
    return Prepared(apps=(*kept, done))


def _beside(one: PreparedApp, done: PreparedApp) -> bool:
    """Whether the branch of `done` still holds what was written for `one`."""
    place = (done.checkout, done.branch, done.base)
    return (
        one.together and done.together and place == (one.checkout, one.branch, one.base) and bool(done.branch)
    )


def still_accepted(
    done: PreparedApp,
    app: App,
    mapping: Mapping,
    profile: Profile,
    now: tuple[Checkout, Proposal] | None = None,
) -> bool:
    """Whether what was accepted for an app is what the move needs now.

    Args:
        now: the code and what is proposed for it. Without it only what else the changes follow from is
            compared: that needs no git, and may refuse what would come out the same.
    """
    if now is None:
        return done.wish == _wish(app, mapping, profile)
    checkout, proposal = now
    stopped = any(problem.blocks and problem.code not in WORK_TREE_ONLY for problem in proposal.problems)
    return (
        not stopped
        and (done.capsules, done.variables) == (proposal.capsules, proposal.variables)
        and done.checkout == checkout.path
        and done.base == checkout.head
        and done.content == _content(proposal.changes)
    )


def unprepared(system: System, mapping: Mapping, profile: Profile, prepared: Prepared) -> tuple[str, ...]:
    """The names of the apps that move and whose code is not prepared as the map now wants it."""
    known = {done.app_id: done for done in prepared.apps}
    moved = {choice.app_id for choice in mapping.moved_apps()}
    return tuple(
        app.name
        for app in system.apps
        if app.id in moved
        and not built_elsewhere(mapping, app.id)
        and (app.id not in known or not still_accepted(known[app.id], app, mapping, profile))
    )


def built_elsewhere(mapping: Mapping, app_id: str) -> bool:
    """Whether nothing of an app's code is on this machine, and nothing of it has to be: it runs an image."""
    choice = mapping.app(app_id)
    return choice is not None and choice.way == "image" and not choice.checkout


def renewed(done: PreparedApp, app: App, mapping: Mapping, profile: Profile) -> PreparedApp:
    """`done`, whose changes came out the same from what the map wants now."""
    return msgspec.structs.replace(done, wish=_wish(app, mapping, profile))


def _content(changes: Iterable[FileChange]) -> str:
    return _digest([(change.path, change.new) for change in changes])


def _wish(app: App, mapping: Mapping, profile: Profile) -> str:
    """A digest of everything but the code that the changes follow from."""
    choice = mapping.app(app.id)
    return _digest(
        [
            *_wish_for_capsules(app, mapping, profile),
            (profile.name, profile.title, profile.capabilities, mapping.port),
            (app.name, app.stack, app.generation, app.buildpacks, app.jobs),
            [(process.type, process.command) for process in app.processes],
            [var.name for var in app.config],
            choice.checkout if choice else None,
            choice.keep_slug if choice else False,
            (choice.way, choice.image, choice.handle, mapping.environment) if choice else None,
            # Terraform's files follow from all of it.
            mapping if choice and choice.way == "terraform" else None,
            [(one.type, one.action, one.service) for one in mapping.processes if one.app_id == app.id],
            [(one.job_id, one.action) for one in mapping.jobs if one.app_id == app.id],
        ]
    )


def _wish_for_capsules(app: App, mapping: Mapping, profile: Profile) -> list[object]:
    """What counts beside all else where each process becomes a capsule."""
    if profile.capabilities.layout != "capsules":
        return []
    choice = mapping.app(app.id)
    return [
        (choice.folder, choice.private) if choice else None,
        [one for one in mapping.processes if one.app_id == app.id],
        [one for one in mapping.jobs if one.app_id == app.id],
        [one for one in mapping.storages if one.app_id == app.id],
        [one for one in mapping.add_ons if one.action == "by-hand"],
    ]


def _digest(value: object) -> str:
    return hashlib.sha256(encode_ordered(value).encode()).hexdigest()
