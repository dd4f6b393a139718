"""The answers of a session as a file: what is decided by name, what is secret only by where it is."""

from typing import Any, TypeVar

import msgspec

from wizard.answers.nouns import (
    AddOnGiven,
    AnswersFile,
    AppGiven,
    AppTold,
    ConfigGiven,
    DatabaseGiven,
    DocumentGiven,
    DomainGiven,
    DrainGiven,
    FilesGiven,
    Given,
    JobGiven,
    JobTold,
    MapGiven,
    NoteTold,
    PrepareGiven,
    ProcessGiven,
    SignInGiven,
    SpaceGiven,
    StoreGiven,
)
from wizard.answers.to_mapping import job_key
from wizard.answers.toml_text import toml_text
from wizard.model.mapping import Mapping, SpaceChoice
from wizard.model.noun import Noun
from wizard.model.system import App, System
from wizard.session.parts import (
    ANSWERS,
    CONNECTIONS,
    MAPPING,
    PREPARED,
    SYSTEM,
    TARGET,
    Answers,
    Connections,
)
from wizard.session.store import Session

G = TypeVar("G", bound=Given)

HEAD = """# The answers of a migration, for `offramp --answers FILE`.
# `offramp answers --schema` prints what can stand here.
# No secret belongs here: a token is named by where it is (env:NAME, command:LINE, keyring:EMAIL).
# Gates are passed by [run] confirm = ["cut-over=NAME", "finish=NAME"], as by `offramp run --confirm`.
"""


def answers_text(session: Session) -> str:
    """The answers of `session` as TOML. Gates that were passed are no answer: they are typed anew."""
    return HEAD + toml_text(msgspec.to_builtins(answers_of(session)))


def answers_of(session: Session) -> AnswersFile:
    """The answers of `session`, as far as it has any."""
    system, mapping, target = session.load(SYSTEM), session.load(MAPPING), session.load(TARGET)
    answers = session.load(ANSWERS) or Answers()
    return AnswersFile(
        version=1,
        name=session.name,
        sign_in=_sign_in(session.load(CONNECTIONS) or Connections()),
        document=_document(system, answers) if system else DocumentGiven(),
        target=target.provider if target else None,
        map=_map(system, answers, mapping) if system and mapping else MapGiven(),
        prepare=PrepareGiven(accept=session.load(PREPARED) is not None),
    )


def _sign_in(connections: Connections) -> dict[str, SignInGiven]:
    found = {}
    for vendor, one in connections.by_provider.items():
        if one.origin is not None:
            where = f"env:{one.origin.variable}" if one.origin.variable else f"command:{one.origin.line}"
            found[vendor] = SignInGiven(token=where)
        elif "keyring" in one.kept_in:
            found[vendor] = SignInGiven(token=f"keyring:{one.email}")
    return found


def _document(system: System, answers: Answers) -> DocumentGiven:
    apps = {}
    for app in system.apps:
        deploy, jobs = answers.deploys.get(app.id), answers.jobs.get(app.id)
        told = AppTold(
            code=answers.checkouts.get(app.id),
            deployed_by=deploy.kind if deploy else None,
            deployed_words=deploy.evidence if deploy else "",
            jobs=None
            if jobs is None or app.id in answers.unfinished
            else tuple(JobTold(command=one.command, every=_every(one.every), at=one.at) for one in jobs),
        )
        if told != AppTold():
            apps[app.name] = told
    notes = {key: NoteTold(text=note.text, owner=note.owner) for key, note in answers.notes.items()}
    return DocumentGiven(known=answers.acknowledged or False, apps=apps, notes=notes)


def _every(minutes: int) -> Any:
    # Typed jobs have one of the three that the noun knows.
    return minutes


def _map(system: System, answers: Answers, mapping: Mapping) -> MapGiven:
    names = {app.id: app.name for app in system.apps} | {one.id: one.name for one in system.add_ons}
    create = mapping.create_environment
    return MapGiven(
        environment=mapping.environment,
        create_environment=create,
        region=mapping.region if create else None,
        stack=mapping.stack if create else None,
        team=mapping.team or None,
        port=mapping.port,
        spaces={one.name: _space(one) for one in mapping.spaces},
        apps={app.name: _app(app, answers, mapping, names) for app in system.apps if mapping.app(app.id)},
        databases={
            names[one.add_on_id]: _said(DatabaseGiven, one)
            for one in mapping.databases
            if one.add_on_id in names
        },
        stores={
            names[one.add_on_id]: _said(StoreGiven, one) for one in mapping.stores if one.add_on_id in names
        },
        add_ons={
            names[one.add_on_id]: _said(AddOnGiven, one) for one in mapping.add_ons if one.add_on_id in names
        },
        drains={one.drain_id: _said(DrainGiven, one) for one in mapping.drains if not one.app_id},
    )


def _space(one: SpaceChoice) -> SpaceGiven:
    return SpaceGiven(create=one.create, region=one.region, team=one.team)


def _app(app: App, answers: Answers, mapping: Mapping, names: dict[str, str]) -> AppGiven:
    typed = answers.jobs.get(app.id, ()) if app.jobs is None else app.jobs
    jobs = {one.id: job_key(one) for one in typed}
    files = next((one for one in mapping.storages if one.app_id == app.id), None)
    return _said(
        AppGiven,
        mapping.app(app.id),
        processes={one.type: _said(ProcessGiven, one) for one in mapping.processes if one.app_id == app.id},
        jobs={
            jobs[one.job_id]: _said(JobGiven, one)
            for one in mapping.jobs
            if one.app_id == app.id and one.job_id in jobs
        },
        config={
            one.name: _said(ConfigGiven, one, refers_to=names.get(one.refers_to) or None)
            for one in mapping.config
            if one.app_id == app.id
        },
        domains={one.hostname: _said(DomainGiven, one) for one in mapping.domains if one.app_id == app.id},
        drains={one.drain_id: _said(DrainGiven, one) for one in mapping.drains if one.app_id == app.id},
        files=_said(FilesGiven, files) if files else None,
    )


_CLEARED = ("capsule", "command", "build", "output", "joined")
"""Texts of a capsule that a person may take away: empty, they are said. Elsewhere they mean nothing."""


def _said(kind: type[G], choice: Noun | None, **more: Any) -> G:
    """The fields of a choice that the file has, too, without empty texts that mean nothing."""
    capsule = bool(getattr(choice, "capsule", ""))
    known = {}
    for name in kind.__struct_fields__:
        value = getattr(choice, name, None)
        if name not in more and value is not None and (value != "" or (capsule and name in _CLEARED)):
            known[name] = value
    if "profile" in kind.__struct_fields__ and getattr(choice, "profile", None) == "":
        known["profile"] = ""
    return kind(**known, **more)
