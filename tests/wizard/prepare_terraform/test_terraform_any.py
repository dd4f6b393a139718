"""Any system and any map give Terraform that parses, says the same twice, and holds no value."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wizard.prepare_terraform.choir import TARGET, checkout
from tests.wizard.prepare_terraform.terraform_program import PROGRAM, badly_laid_out
from wizard.model.mapping import (
    AppChoice,
    ConfigChoice,
    DatabaseChoice,
    DomainChoice,
    DrainChoice,
    JobChoice,
    Mapping,
    ProcessChoice,
    StoreChoice,
)
from wizard.model.network import Domain, Drain
from wizard.model.system import Account, AddOn, App, Attachment, ConfigVar, Job, Origin, Process, System
from wizard.prepare.terraform.propose import terraform_part
from wizard.prepare.terraform.provider import Schema, provider_of

PROVIDER = provider_of(TARGET)
assert PROVIDER is not None
VALUE = "hunter2-correct-horse"
_HANDLES = st.from_regex(r"[a-z0-9._-]{1,12}", fullmatch=True)
_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True) | st.sampled_from(
    ["for", "0x", "a-b", "é", "${x}"]
)
_SIZES = st.sampled_from([512, 1024, 2048])
_PROFILES = st.sampled_from(["", "m", "c", "r"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[System, Mapping]:
    """Up to three apps that Terraform deploys, with databases, domains, drains and jobs as they come."""
    ids = ["a", "b", "c"][: draw(st.integers(1, 3))]
    handles = draw(st.lists(_HANDLES, min_size=7, max_size=7, unique=True))
    apps, choices, processes, config, domains, drains, jobs = [], [], [], [], [], [], []
    for number, id_ in enumerate(ids):
        names = draw(st.lists(_NAMES, max_size=4, unique=True))
        hosts = draw(
            st.lists(st.sampled_from(["www.acme.example", "*.acme.example", "acme.example"]), unique=True)
        )
        drain = draw(st.sampled_from(["https://logs.example:443", "syslog+tls://logs.example:6514", ""]))
        apps.append(
            App(
                id=id_,
                name=f"acme-{id_}",
                region="us",
                stack="heroku-24",
                web_url=f"https://acme-{id_}.example/",
                processes=(Process(type="web", command=f"serve --key {VALUE}", quantity=1, size="Basic"),),
                config=tuple(
                    ConfigVar(name=name, origin=Origin(kind="person", detail=VALUE)) for name in names
                ),
                attachments=(Attachment(id=id_, name="D", add_on_id="pg", app_id=id_),)
                if draw(st.booleans())
                else (),
                domains=tuple(Domain(hostname=host, kind="custom") for host in hosts),
                drains=(Drain(id="d", address=drain),) if drain else (),
                jobs=(Job(id="j", command=VALUE, every=10),),
            )
        )
        image = draw(st.sampled_from(["", "ghcr.io/acme/x:v1", 'odd"${image}']))
        choices.append(
            AppChoice(app_id=id_, handle=handles[number], way="terraform", checkout="/code", image=image)
        )
        for type_ in draw(st.lists(st.sampled_from(["web", "worker", "ur-gent"]), unique=True)):
            processes.append(
                ProcessChoice(
                    app_id=id_,
                    type=type_,
                    service=type_,
                    memory_mb=draw(_SIZES),
                    count=draw(st.integers(0, 32)),
                    profile=draw(_PROFILES),
                )
            )
        for name in names:
            action = draw(st.sampled_from(["copy", "replace", "drop"]))
            replacement = (
                draw(st.sampled_from(["database", "app-url", "port"])) if action == "replace" else ""
            )
            refers = draw(st.sampled_from([*ids, "pg", "kv", "gone"]))
            config.append(
                ConfigChoice(app_id=id_, name=name, action=action, replacement=replacement, refers_to=refers)  # type: ignore[arg-type]
            )
        domains += [DomainChoice(app_id=id_, hostname=host, action="endpoint") for host in hosts]
        drains.append(DrainChoice(app_id=id_, drain_id="d", action="move", handle=handles[6]))
        jobs.append(JobChoice(app_id=id_, job_id="j", action=draw(st.sampled_from(["cron", "leave"]))))  # type: ignore[arg-type]
    add_ons = tuple(
        AddOn(
            id=id_,
            name=id_,
            service=service,
            plan="x",
            app_id=draw(st.sampled_from([*ids, "gone"])),
            state="",
        )
        for id_, service in (("pg", "heroku-postgresql"), ("kv", "heroku-redis"))
    )
    mapping = Mapping(
        environment=draw(st.sampled_from(["", "acme", "yes", "007"])),
        apps=tuple(choices),
        processes=tuple(processes),
        jobs=tuple(jobs),
        config=tuple(config),
        domains=tuple(domains),
        drains=tuple(drains),
        databases=(
            DatabaseChoice(
                add_on_id="pg",
                handle=handles[4],
                version=draw(st.sampled_from(["", "16"])),
                memory_mb=draw(_SIZES),
            ),
        ),
        stores=(
            StoreChoice(
                add_on_id="kv", type="redis", action="empty", handle=handles[5], profile=draw(_PROFILES)
            ),
        ),
    )
    account = Account(id="1", email="me@acme.example")
    return System(taken_at="", account=account, apps=tuple(apps), add_ons=add_ons), mapping


def blocks(told: dict[str, Any], kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for one in told.get(kind, []):
        for type_, inner in one.items():
            yield from ((type_.strip('"'), name.strip('"'), body) for name, body in inner.items())


def agrees(schema: dict[str, dict[str, Schema]], path: str, body: dict[str, Any]) -> None:
    """What python-hcl2 read fits the provider's schema."""
    for name, value in body.items():
        if name.startswith("__") or name == "lifecycle":
            continue
        about = schema[path][name]
        assert not about.computed
        if about.type == "block":
            for one in value:
                agrees(schema, f"{path}.{name}", one)
            continue
        if isinstance(value, str) and value.startswith("${"):
            continue
        expected = {"string": str, "number": int, "bool": bool, "map": dict}[about.type]
        assert isinstance(value, expected)
        assert not about.values or (value.strip('"') if isinstance(value, str) else value) in about.values
    assert {name for name, about in schema[path].items() if about.required} <= body.keys()


_READ = ("main.tf", "variables.tf")


def test_any_world_gives_files_that_terraform_takes(tmp_path: Path) -> None:
    written: list[str] = []

    @given(worlds())
    @settings(max_examples=15, deadline=None)
    def take(world: tuple[System, Mapping]) -> None:
        written.append(_taken(*world))

    take()
    if PROGRAM is not None:
        for number, text in enumerate(written):
            (tmp_path / f"{number}.tf").write_text(text, encoding="utf-8")
        assert badly_laid_out(tmp_path) == ""


def _taken(system: System, mapping: Mapping) -> str:
    """Check what is proposed, and return main.tf."""
    changes, problems = terraform_part(system.apps[0], system, mapping, TARGET, checkout({}))
    assert [one for one in problems if one.blocks] == []
    assert terraform_part(system.apps[0], system, mapping, TARGET, checkout({})) == (changes, problems)
    texts = {change.path.removeprefix("aptible/"): change.new or "" for change in changes}
    assert all(VALUE not in text for text in texts.values())
    files = {name: hcl2.loads(text) for name, text in texts.items() if name in _READ}
    main = files["main.tf"]
    made = {(type_, name) for type_, name, _ in blocks(main, "resource")}
    assert len(made) == len(list(blocks(main, "resource")))
    for type_, _, body in blocks(main, "resource"):
        agrees(PROVIDER.resources, type_, body)
    variables = {
        name.strip('"'): body for one in files["variables.tf"]["variable"] for name, body in one.items()
    }
    assert len(variables) == len(files["variables.tf"]["variable"])
    _check_references(texts, made, variables)
    return texts["main.tf"]


def _check_references(texts: dict[str, str], made: set[tuple[str, str]], variables: dict[str, Any]) -> None:
    code = "\n".join(texts.get(name, "") for name in ("main.tf", "outputs.tf"))
    used = set(re.findall(r"\bvar\.([\w-]+)", code))
    assert used == variables.keys()
    given = {name for name, body in variables.items() if "default" in body}
    for name in used - given:
        assert variables[name].get("sensitive") is True or name.endswith("_image") or name == "environment"
    for type_, name in re.findall(r"(?<!data\.)\b(aptible_\w+)\.(\w+)\.\w+", code):
        assert (type_, name) in made
