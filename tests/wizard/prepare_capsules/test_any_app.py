"""Whatever the app is: a proposal that can be read, that comes out the same, and that holds no value."""

import ast
import json

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wizard.prepare.described_apps import APPS, instructions
from tests.wizard.prepare_capsules.moves import app, code, job, propose, texts, wanted
from wizard.document.procfile import parse_procfile
from wizard.model.mapping import JobChoice, Mapping, ProcessChoice
from wizard.model.system import App, ConfigVar, Job, Origin
from wizard.prepare.file_change import Proposal, diff

CANARY = "canary-9f3e-value"
"""A config value, as it may lie in the code by a mistake."""

NAMES = (".python-version", "Dockerfile", "package.json", "package-lock.json", "requirements.txt",
         "runtime.txt", "static.json")  # fmt: skip
KINDS = st.sampled_from(["backend", "docker", "frontend"])
COMMANDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)


@st.composite
def moves(draw: st.DrawFn) -> tuple[App, dict[str, str], Mapping]:
    language = draw(st.sampled_from(sorted(APPS)))
    files = {
        ".env": f"API_URL={CANARY}\nX={CANARY}\n",
        **APPS[language],
        **draw(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40), max_size=3)),
    }
    if types := draw(st.sets(st.sampled_from(["web", "worker", "release"]))):
        files["Procfile"] = "".join(f"{name}: {draw(COMMANDS)}\n" for name in sorted(types))
    # Heroku runs what the code says.
    commands = dict(parse_procfile(files.get("Procfile", "")).commands)
    one = app(
        f"heroku/{language}",
        commands=commands,
        jobs=(Job(id="j", command=draw(COMMANDS.filter(str.strip)), every=10),),
    )
    config = tuple(
        ConfigVar(name=name, origin=Origin(kind="person"), refers_to_apps=("b",))
        for name in draw(st.sets(st.sampled_from(["API_URL", "X", "ODD-NAME"])))
    )
    actions = {"release": "before-start"}
    processes = tuple(
        ProcessChoice(
            app_id="a",
            type=type_,
            service=type_,
            action=actions.get(type_, "service"),  # type: ignore[arg-type]
            capsule=draw(KINDS),
            joined=draw(st.sampled_from(["", "web"])) if type_ == "worker" else "",
        )
        for type_ in commands
    )
    jobs = draw(st.sampled_from([(), (job(),), (job("web"),), (job(action="outside"),)]))
    told: tuple[JobChoice, ...] = jobs
    return msgspec.structs.replace(one, config=config), files, wanted(one, *processes, jobs=told)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves())
def test_any_app_gives_a_proposal(move: tuple[App, dict[str, str], Mapping]) -> None:
    one, files, mapping = move
    found = propose(one, code(files), mapping)
    assert propose(one, code(files), mapping) == found
    assert CANARY not in msgspec.json.encode(found).decode() and all(one.why for one in found.changes)
    assert all(problem.text and problem.remedy for problem in found.problems)
    assert len({change.path for change in found.changes}) == len(found.changes)
    assert diff(found.changes) or not found.changes
    _readable(found)
    services = {one.service for one in found.capsules}
    assert len(services) == len(found.capsules)


def _readable(found: Proposal) -> None:
    """What a language reads is read; what is built is built from a Dockerfile that BuildKit reads."""
    for path, text in texts(found).items():
        if text is None:
            continue
        if path.endswith(".json") and path != "package-lock.json":
            assert isinstance(json.loads(text), dict), path
        if path.endswith(".py"):
            ast.parse(text)
        if "Dockerfile" in path and not found.blocked:
            assert instructions(text)[-1][0] == "CMD", text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves())
def test_what_is_written_needs_nothing_more(move: tuple[App, dict[str, str], Mapping]) -> None:
    one, files, mapping = move
    found = propose(one, code(files), mapping)
    if found.blocked:
        return
    after = {**files, **texts(found)}
    kept = {path: text for path, text in after.items() if text is not None}
    again = propose(one, code(kept), mapping)
    assert not again.changes, (diff(found.changes), diff(again.changes))
