"""Proposals for apps that are described in a line, at a target of no vendor whose processes are capsules."""

import json

from tests.wizard.prepare.described_apps import checkout
from tests.wizard.prepare.proposals import app
from wizard.document.checkout import Checkout
from wizard.model.mapping import AppChoice, JobChoice, Mapping, ProcessChoice
from wizard.model.stores import Postgres
from wizard.model.system import Account, AddOn, App, ConfigVar, Job, Origin, System
from wizard.ports import Capabilities, Prices, Profile
from wizard.prepare.changes import propose_changes
from wizard.prepare.file_change import Proposal

TARGET = Profile(
    name="elsewhere",
    title="Elsewhere",
    capabilities=Capabilities(
        works=True,
        layout="capsules",
        ways=("linked",),
        git_hosts=("git.example",),
        runtimes={
            "node": ("22", "24"),
            "python": ("3.13", "3.14"),
            "go": ("1",),
            "java": ("17", "21", "25"),
            "ruby": ("3.2", "3.3", "3.4", "4.0"),
            "php": ("8.2", "8.3", "8.4", "8.5"),
            "dotnet": ("8", "10"),
        },
        release_phase=False,
        scheduler="none",
        storage=True,
    ),
    prices=Prices(source="none", date="2026-11-01"),
)

__all__ = ("app",)

POSTGRES = Origin(kind="add-on", add_on_id="pg")
TEN_MINUTES = Job(id="j", command="node job.ts", every=10)


def node(**more: object) -> dict[str, str]:
    """An app of Node.js; `more` goes into package.json."""
    told = {"name": "shop", "type": "module", **more}
    return {"package.json": json.dumps(told, indent=2) + "\n"}


def code(files: dict[str, str], *names: str, **more: object) -> Checkout:
    return checkout(files, *names, **more)


def wanted(one: App, *processes: ProcessChoice, **more: object) -> Mapping:
    """A map that says of the app what the arguments say; each process is a backend if none are named."""
    told = processes or tuple(
        ProcessChoice(app_id="a", type=process.type, service=process.type, capsule="backend")
        for process in one.processes
    )
    choice = more.pop("choice", {})
    return Mapping(
        port=3000,
        apps=(AppChoice(app_id="a", handle="shop", way="linked", **choice),),  # type: ignore[arg-type]
        processes=told,
        **more,  # type: ignore[arg-type]
    )


def process(type_: str = "web", **more: object) -> ProcessChoice:
    return ProcessChoice(app_id="a", type=type_, **{"service": type_, "capsule": "backend", **more})  # type: ignore[arg-type]


def job(process_: str = "", action: str = "in-process") -> JobChoice:
    return JobChoice(app_id="a", job_id="j", action=action, process=process_)  # type: ignore[arg-type]


def with_database(*names: str) -> tuple[ConfigVar, ...]:
    return tuple(ConfigVar(name=name, origin=POSTGRES) for name in names)


def propose(one: App, files: Checkout, mapping: Mapping | None = None) -> Proposal:
    system = System(
        taken_at="2026-11-20T12:00:00+00:00",
        account=Account(id="me", email="me@acme.example"),
        apps=(one,),
        add_ons=(
            AddOn(id="pg", name="pg-1", service="heroku-postgresql", plan="x", app_id="a", state="ok",
                  postgres=Postgres(version="16.4", plan="x", bytes=1, tables=1, connection_limit=20)),
            AddOn(id="mq", name="mq-1", service="cloudamqp", plan="x", app_id="a", state="ok",
                  config_vars=("CLOUDAMQP_URL",)),
        ),
    )  # fmt: skip
    return propose_changes(one, mapping or wanted(one), TARGET, files, system)


def texts(found: Proposal) -> dict[str, str | None]:
    return {change.path: change.new for change in found.changes}


def codes(found: Proposal) -> set[str]:
    return {problem.code for problem in found.problems}


def blocking(found: Proposal) -> set[str]:
    return {problem.code for problem in found.problems if problem.blocks}
