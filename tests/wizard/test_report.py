"""The report: every component, every table, and no way for a name to break out of its cell."""

import errno
import itertools
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from screens.monitor.status import status
from tests.screens.example_system import EMAILER, FRONTEND, example_system
from tests.wizard.test_freeze import typed_system
from tests.wizard.test_plan_steps import example_mapping, plan_of
from wizard.database.progress import Difference, Proof, RowDifferences, TableProof
from wizard.mapping.edit import decide_app, keep_harmless
from wizard.model.mapping import Mapping
from wizard.model.network import Drain
from wizard.model.plan import Evidence
from wizard.model.system import Gap, Job, System
from wizard.model.trouble import Trouble
from wizard.report.export import export
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.run.journal import Journal
from wizard.run.view import view
from wizard.session.parts import (
    ANSWERS,
    MAPPING,
    PLAN,
    PREPARED,
    SYSTEM,
    Answers,
    Prepared,
    PreparedApp,
)
from wizard.session.store import Session, create
from wizard.stores.progress import PartProof, StoreProof

HOSTILE = "a|b` *c* _d_ [e](http://f) <script>g</script> # h & ~~i~~ &lt;\\"


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def run_of(session: Session, system: System, mapping: Mapping) -> Journal:
    plan = plan_of(system, mapping)
    for part, value in ((SYSTEM, system), (MAPPING, mapping), (PLAN, plan)):
        session.save(part, value)  # type: ignore[arg-type]
    journal = Journal(session)
    journal.start_run(plan)
    for step in plan.steps:
        journal.intend(step)
        facts = (
            {"dns_target": "elb-1.example", "url": f"https://{step.args['handle']}.new.example"}
            if step.kind == "endpoint"
            else {}
        )
        journal.end(step.key, "done", Evidence(summary=f"proof of {step.key}", facts=facts))
    tables = tuple(
        TableProof(
            name=f"public.t{n}",
            source_rows=n * 1000,
            target_rows=n * 1000,
            source_digest=f"5{n}",
            target_digest=f"5{n}",
        )
        for n in range(1, 31)
    )
    (handle,) = (choice.handle for choice in mapping.moved_databases())
    left_out = ("event trigger log_create_ext: Heroku's own", "the right to call f() is not everybody's")
    proof = Proof(database=handle, tables=tables, sequences_checked=12, left_out=left_out, seconds=1.5)
    journal.gauge(f"proof:{handle}", proof)
    journal.set_run("done")
    return journal


def tables_of(text: str) -> list[list[list[str]]]:
    """All tables of a Markdown text as a reader of Markdown sees them: rows of cells."""
    tables: list[list[list[str]]] = []
    tokens: list[Token] = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    for before, token in itertools.pairwise(tokens):
        if before.type == "table_open":
            tables.append([])
        elif before.type == "tr_open":
            tables[-1].append([])
        if before.type in ("th_open", "td_open"):
            children = token.children or []
            assert {child.type for child in children} <= {"text", "text_special"}, token.content
            tables[-1][-1].append("".join(child.content for child in children))
    return tables


def test_every_component_and_every_table(session: Session) -> None:
    system = example_system()
    mapping = example_mapping(system)
    run_of(session, system, mapping)
    report = build(session)
    text = render(report)
    cells = {cell for table in tables_of(text) for row in table for cell in row}
    words = " ".join(cells)

    for app in system.apps:
        assert app.name in cells
        for process in app.processes:
            assert f"{app.name} {process.type}" in cells
        for var in app.config:
            assert var.name in cells
        for job in app.jobs or ():
            assert f"{app.name} scheduler job: {job.command}" in cells
    for add_on in system.add_ons:
        assert add_on.name in words or add_on.name in text
    assert "www.acme.example" in text and "elb-1.example" in text
    (proof,) = report.proofs
    for table in proof.tables:
        row = [table.name, f"{table.source_rows:,}", f"{table.target_rows:,}", table.source_digest]
        assert [*row, table.target_digest, "equal"] in [r for t in tables_of(text) for r in t]
    for step in report.timings:
        assert step.title in cells
    assert "12 sequences compared" in text and "What moved" in text
    assert report.verdict.startswith("The system runs on Aptible")


def test_what_is_left_behind_says_why(session: Session) -> None:
    system = example_system()
    mapping = example_mapping(system)
    apps = tuple(
        msgspec.structs.replace(choice, action="leave", reason="nobody uses it")
        if choice.app_id in (EMAILER, FRONTEND)
        else choice
        for choice in mapping.apps
    )
    jobs = tuple(msgspec.structs.replace(job, action="leave", reason="by hand now") for job in mapping.jobs)
    mapping = msgspec.structs.replace(mapping, apps=apps, jobs=jobs)
    run_of(session, system, mapping)
    report = build(session)
    rows = [row for table in tables_of(render(report)) for row in table]
    assert ["migrate-emailer", "nobody uses it"] in rows
    assert ["migrate-emailer scheduler job: python send_emails.py", "by hand now"] in rows
    assert not [row for row in report.config if row[0] == "migrate-emailer"], "it has no config there"
    assert "Point www.acme.example" not in render(report), "its app stays where it is"
    for app in ("migrate-emailer", "migrate-frontend"):
        assert app not in [moved.what for moved in report.moved]


def test_an_app_that_stays_beside_its_old_database_says_why_that_is_fine(session: Session) -> None:
    system = example_system()
    mapping = decide_app(example_mapping(system), FRONTEND, "leave", "is rewritten")
    run_of(session, system, keep_harmless(mapping, FRONTEND, "it is switched off"))
    report = build(session)
    assert report is not None
    assert ("migrate-frontend", "is rewritten; it is switched off") in {
        (left.what, left.reason) for left in report.left
    }


def test_names_from_outside_stay_in_their_cells(session: Session) -> None:
    system = example_system()
    first, *others = system.apps
    hostile = msgspec.structs.replace(first, name=HOSTILE, jobs=(Job(id="j", command=HOSTILE, every=10),))
    system = msgspec.structs.replace(system, apps=(hostile, *others))
    mapping = example_mapping(system)
    journal = run_of(session, system, mapping)
    journal.event("look", f"{HOSTILE}\n\n# {HOSTILE}\n- x")
    session.rename(HOSTILE)
    text = render(build(session))
    tables = tables_of(text)
    assert all(len({len(row) for row in table}) == 1 for table in tables)
    assert HOSTILE in {cell for table in tables for row in table for cell in row}
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert all(line.startswith("## ") for line in headings[1:]) and len(headings) < 12
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "<script" not in html and "<a " not in html and "<em>" not in html and "<code>" not in html


def test_a_run_that_was_taken_back_does_not_say_that_it_moved(session: Session) -> None:
    system = example_system()
    journal = run_of(session, system, example_mapping(system))
    trouble = Trouble("The deploy failed. Its log ends:\nline 1\nline 2", remedy="Look.", code="x")
    journal.end("deploy:migrate-backend", "failed", None, trouble)
    journal.set_run("taken-back")
    report = build(session)
    text = render(report)
    assert "What moved" not in text and "serves as before" in report.verdict
    assert not any(todo.what.startswith(("Point", "Keep")) for todo in report.todo)
    assert "The deploy failed." in text and "line 2" not in text


def whats(session: Session) -> dict[str, str]:
    """The to-dos: what, and how."""
    return {todo.what: todo.how for todo in build(session).todo}


def test_the_dns_record_is_told_while_there_is_a_way_back(session: Session) -> None:
    system = example_system()
    journal = run_of(session, system, example_mapping(system))
    journal.set_run("waiting", current="gate:finish")
    how = whats(session)["Point www.acme.example at Aptible"]
    assert "CNAME www.acme.example -> elb-1.example (today x.herokudns.com)" in how
    journal.reset([key for key in journal.steps() if key.startswith("endpoint:")])
    assert "Lower the TTL of www.acme.example now" in whats(session), "there is no address yet"


def test_the_web_address_of_an_app_that_terraform_made_is_told_as_it_was_seen(session: Session) -> None:
    system = example_system()
    mapping = example_mapping(system)
    apps = tuple(
        msgspec.structs.replace(choice, way="terraform") if choice.app_id == FRONTEND else choice
        for choice in mapping.apps
    )
    mapping = msgspec.structs.replace(mapping, apps=apps)
    journal = run_of(session, system, mapping)
    assert "endpoint:migrate-frontend" not in journal.steps()
    facts = {"url": "https://app-7.new.example", "dns_target": "elb-7.example", "status": 200}
    journal.end("health:migrate-frontend", "done", Evidence(summary="answers 200", facts=facts))
    report = build(session)
    assert "https://app-7.new.example" in {one.value for one in report.addresses}
    (moved,) = (one for one in report.moved if one.what == "migrate-frontend")
    assert moved.became == "migrate-frontend, https://app-7.new.example"
    assert "CNAME www.acme.example -> elb-7.example" in whats(session)["Point www.acme.example at Aptible"]


def test_what_was_only_counted_is_not_called_compared(session: Session) -> None:
    system = example_system()
    run_of(session, system, example_mapping(system))
    report = build(session)
    part = PartProof(name="orders", kind="index", source=40, target=40, equal=True)
    queue = PartProof(name="mail", kind="queue", source=3, target=0, equal=True)
    proofs = (
        StoreProof(store="redis-1", unit="keys", parts=(part,)),
        StoreProof(store="maria-1", unit="rows", parts=(part,)),
        StoreProof(store="bonsai-1", unit="documents", parts=(part,), counted=True),
        StoreProof(store="rabbit-1", unit="messages", parts=(queue,), counted=True),
    )
    text = render(msgspec.structs.replace(report, store_proofs=proofs))
    assert "## Proof of redis-1: all equal" in text and "Type, value and expiry of every key compared" in text
    assert "## Proof of maria-1: all equal" in text and "digest of every row compared" in text
    assert "## Proof of bonsai-1: every count equal" in text and "Counted on both sides, not compared" in text
    assert "## Proof of rabbit-1: all there" in text and "| mail | queue | 3 | 0 | equal |" in text
    assert "| Part | Kind | keys on Heroku | keys on Aptible |  |" in text


def test_the_branches_that_run_are_to_be_merged(session: Session) -> None:
    system = example_system()
    mapping = example_mapping(system)
    ways = dict(zip((app.id for app in system.apps), ("git", "terraform", "workflow"), strict=True))
    apps = tuple(msgspec.structs.replace(choice, way=ways[choice.app_id]) for choice in mapping.apps)
    run_of(session, system, msgspec.structs.replace(mapping, apps=apps))
    code = [
        PreparedApp(
            app_id=app.id,
            checkout=f"/code/{app.name}",
            branch="offramp/x",
            commit="c" * 40,
            files=("Procfile",),
        )
        for app in system.apps
    ]
    session.save(PREPARED, Prepared(apps=tuple(code)))
    pushed, applied, merged = (app.name for app in system.apps)
    told = whats(session)
    how = told[f"Merge offramp/x into the branch that {pushed} is deployed from"]
    assert f"In /code/{pushed}: {pushed} runs its commit cccccccccc." in how and "(Procfile)" in how
    how = told[f"Merge offramp/x into the branch that {applied} is deployed from"]
    assert "Terraform's state" in how
    assert not any(merged in what for what in told if what.startswith("Merge"))
    by_image = tuple(msgspec.structs.replace(choice, way="image", image="acme/x:v1") for choice in apps)
    session.save(MAPPING, msgspec.structs.replace(mapping, apps=by_image))
    how = whats(session)[f"Merge offramp/x into the branch that {merged} is deployed from"]
    assert f"the image of {merged} was to be built of its commit cccccccccc." in how
    session.save(PREPARED, Prepared(apps=tuple(msgspec.structs.replace(one, branch="") for one in code)))
    assert not any(what.startswith("Merge") for what in whats(session)), "nothing had to change"


def test_the_top_of_a_zone_takes_no_cname(session: Session) -> None:
    system = example_system()
    apps = tuple(
        msgspec.structs.replace(
            app,
            domains=tuple(
                msgspec.structs.replace(domain, hostname="acme.example")
                if domain.kind == "custom"
                else domain
                for domain in app.domains
            ),
        )
        for app in system.apps
    )
    system = msgspec.structs.replace(system, apps=apps)
    run_of(session, system, example_mapping(system))
    assert "ALIAS or ANAME acme.example" in whats(session)["Point acme.example at Aptible"]


def test_a_run_that_was_taken_back_says_what_stands_there_and_costs(session: Session) -> None:
    system = example_system()
    mapping = example_mapping(system)
    journal = run_of(session, system, mapping)
    journal.set_run("taken-back")
    (handle,) = (choice.handle for choice in mapping.moved_databases())
    how = whats(session)["Decide what becomes of what stands on Aptible"]
    assert f"databases: {handle}" in how and "migrate-backend" in how and "billed" in how
    assert "x.herokudns.com" in whats(session)["Look that www.acme.example points at Heroku"]
    journal.reset(list(journal.steps()))
    assert whats(session) == {}, "nothing was made there"


def test_what_was_accepted_and_log_drains_are_not_forgotten(session: Session) -> None:
    system = example_system()
    first, *others = system.apps
    drained = msgspec.structs.replace(
        first, drains=(Drain(id="1", address="syslog+tls://logs.example:6514"),)
    )
    gap = Gap(
        key="certificate:1",
        kind="acknowledge",
        app_id=first.id,
        question="The certificate tokyo of migrate-backend goes to the target by hand.",
        why="Heroku does not hand out its private key.",
    )
    unread = msgspec.structs.replace(gap, key="webhook:1", question="Nobody has read this.")
    system = msgspec.structs.replace(system, apps=(drained, *others), gaps=(gap, unread))
    run_of(session, system, example_mapping(system))
    session.save(ANSWERS, Answers(acknowledged=("certificate:1",)))
    told = whats(session)
    assert told["The certificate tokyo of migrate-backend goes to the target by hand"] == gap.why
    assert "syslog+tls://logs.example:6514" in told["Set up the log drains of migrate-backend anew"]
    assert "Nobody has read this" not in told


def test_new_addresses_are_told_apart(session: Session) -> None:
    system = example_system()
    run_of(session, system, example_mapping(system))
    report = build(session)
    assert {one.what: one.value for one in report.addresses} == {
        "web address of migrate-backend": "https://migrate-backend.new.example",
        "web address of migrate-frontend": "https://migrate-frontend.new.example",
        "CNAME of www.acme.example": "elb-1.example",
    }
    assert "https://migrate-backend.new.example" in render(report)


def test_a_report_that_does_not_fit_leaves_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(Trouble) as refused:
            export("x" * 200_000, str(file))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not file.exists()
    assert refused.value.untouched == "Nothing of it is left."


def test_a_full_disk_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **more: object) -> object:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(Trouble) as refused:
        export("x", str(tmp_path / "report.md"))
    assert refused.value.code == "disk-full" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["~nosuchuser-4711/x.md", "a\0b", "nowhere/x.md"])
def test_a_name_that_cannot_be_a_file_is_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Trouble) as refused:
        export("x", name)
    assert refused.value.code == "file"


def test_nothing_run_is_a_sentence(session: Session) -> None:
    with pytest.raises(Trouble) as refused:
        build(session)
    assert refused.value.code == "nothing-run"


def test_what_of_a_database_is_left_out_is_named(session: Session) -> None:
    system = example_system()
    mapping = example_mapping(system)
    run_of(session, system, mapping)
    (handle,) = (choice.handle for choice in mapping.moved_databases())
    left = {one.what: one.reason for one in build(session).left}
    assert left[f"{handle}: event trigger log_create_ext"] == "Heroku's own"
    assert left[f"{handle}: the right to call f() is not everybody's"] == "not taken along"


def test_jobs_that_a_person_removed_are_theirs_to_put_back(session: Session) -> None:
    system = typed_system()
    mapping = example_mapping(system)
    journal = run_of(session, system, mapping)
    journal.end("gate:jobs:migrate-emailer", "undone", None)
    journal.set_run("taken-back")
    report = build(session)
    assert "yours to put back" in report.verdict
    assert report.todo[0].what == "Create the scheduler jobs of migrate-emailer again"
    assert (
        "every day at 02:30 UTC: python report.py" in report.todo[0].how
        and "/scheduler" in report.todo[0].how
    )
    seen = view(session)
    assert seen is not None and "but for the scheduler jobs that you removed" in status(seen).why
    journal.reset(["gate:jobs:migrate-emailer"])
    assert "yours to put back" not in build(session).verdict, "that gate was never opened"


def test_what_differs_is_named_and_what_is_excused_says_why(session: Session) -> None:
    system = example_system()
    mapping = example_mapping(system)
    journal = run_of(session, system, mapping)
    (handle,) = (choice.handle for choice in mapping.moved_databases())
    table = TableProof(
        name="public.users",
        source_rows=4,
        target_rows=4,
        source_digest="7",
        target_digest="8",
        rows=RowDifferences(words=(f"id = 1 differs in {HOSTILE}",), missing=1, more=1),
    )
    differences = (
        Difference(kind="index", name="i", words=f"index {HOSTILE} is missing", judgement="lost"),
        Difference(kind="index", name="j", words="index j is not valid", judgement="harmless"),
        Difference(kind="extension", name="x", words="extension x is not here", judgement="on purpose"),
    )
    left_out = ("extension x: the target does not have it",)
    proof = Proof(database=handle, tables=(table,), differences=differences, left_out=left_out, seconds=1.0)
    journal.gauge(f"proof:{handle}", proof)
    text = render(build(session))
    assert "<script>" not in MarkdownIt("commonmark", {"html": True}).render(text)
    at = [
        text.index(words)
        for words in (
            "NOT EQUAL",
            "Rows that differ:\n\n- public.users: 1 row only on the source",
            "- public.users: id = 1 differs in a",
            "Not as on Heroku:\n\n- index a",
            "Otherwise on purpose, or harmless:\n\n- index j is not valid (harmless)",
        )
    ]
    assert at == sorted(at)
    assert text.count("extension x") == 1, "it stands among what was left behind"
    assert "proven" not in build(session).verdict and "found differences" in build(session).verdict
