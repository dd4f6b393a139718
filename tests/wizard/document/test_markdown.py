"""The document as Markdown: what a reader finds where, and that nothing is said twice or left out."""

from typing import Any

import msgspec

from tests.screens.example_system import BACKEND, JOBS_GAP, example_system
from tests.wizard.document.whole_system import marked_system
from wizard.document.export import document
from wizard.document.export.markdown import render
from wizard.document.export.markdown_table import grid
from wizard.document.export.table import Head, Row, Table
from wizard.model.delivery import Deploy, Pipeline, PipelineApp
from wizard.model.system import App, Gap, System, UnreadApp
from wizard.session.parts import Answers, Note


def test_markdown_reads_well() -> None:
    answers = Answers(notes={f"app:{BACKEND}": Note(text="the heart of it", owner="ada")})
    told = document(example_system(gaps=(JOBS_GAP,)), answers, title="acme-shop")
    text = render(told)
    assert text.startswith("# acme-shop on Heroku\n")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings[:4] == [
        "## In short",
        "## Contents",
        "## What is incomplete, and why",
        "## Monthly cost",
    ]
    assert "All 3 have Dyno size: Standard-1X\n" in text
    assert "| `web`        |        1 | `python server.py`  |          512 |" in text
    assert JOBS_GAP.question in text and "- Note: the heart of it" in text and "Dataclips" in text
    contents = text.partition("## Contents")[2].partition("\n## ")[0]
    assert "- [Data services](#data-services), " in contents and "App " not in contents
    links = [line.partition("](#")[2].partition(")")[0] for line in text.splitlines() if "](#" in line]
    anchors = [
        line.lstrip("#").strip().lower().replace(" ", "-").replace(",", "")
        for line in text.splitlines()
        if line.startswith("##") and line != "## Contents"
    ]
    assert sorted(links) == sorted(anchors)


def gap(app: App, question: str, why: str, **more: Any) -> Gap:
    more = {"kind": "acknowledge", "group": "domains"} | more
    return Gap(key=f"{app.id}:{question}", app_id=app.id, question=question, why=why, **more)


def test_many_gaps_of_one_kind_are_one_entry_that_names_every_app() -> None:
    system = example_system()
    apps = tuple(
        msgspec.structs.replace(
            system.apps[number % 3],
            id=f"a{number}",
            name=f"app-{number:03d}",
            deploy=Deploy(kind="unknown", evidence=f"Release v{number} says so."),
        )
        for number in range(40)
    )
    gaps = [
        gap(one, f"How is {one.name} deployed?", one.deploy.evidence, kind="deploy", group="deploy")
        for one in apps
    ]
    gaps += [gap(one, f"The domains of {one.name} are not known.", "Heroku refused.") for one in apps[:3]]
    gaps += [gap(apps[3], f"The domains of {apps[3].name} are not known.", "It vanished.")]
    gaps += [
        gap(apps[0], f"Certificate {name} goes by hand.", "No key.", group="keys") for name in ("a", "b")
    ]
    text = render(document(msgspec.structs.replace(system, apps=apps, gaps=tuple(gaps)), Answers()))
    section = text.partition("## What is incomplete")[2].partition("\n## ")[0]
    assert section.count("How is … deployed?") == 1 and "… stands for 40 apps" in section
    listed = section.partition("<summary>Which</summary>")[2].partition("</details>")[0]
    assert listed.strip() == ", ".join(f"`{one.name}`" for one in apps)
    # What each release says stands with its app, and there only.
    assert "Release v7 says" not in section and text.count("Release v7 says so.") == 1
    assert "of … are not known. Heroku refused. … stands for `app-000`, `app-001`, `app-002`" in section
    assert "- The domains of app-003 are not known. It vanished." in section
    assert "- 2 times: No key.\n  - Certificate a goes by hand.\n  - Certificate b goes by hand." in section


def test_what_rows_say_alike_is_said_once() -> None:
    heads = (Head("Name", "name"), Head("Status"), Head("Count", "number"), Head("Note"))
    rows = [Row("", None, (name, "good", 1, note)) for name, note in (("a", "x"), ("b", "y"), ("c", "x"))]
    drawn = grid(Table("T", heads, tuple(rows)))
    assert drawn.splitlines() == [
        "All 3 have Status: good",
        "",
        "| Name | Count | Note |",
        "| ---- | ----: | ---- |",
        "| `a`  |     1 | x    |",
        "| `b`  |     1 | y    |",
        "| `c`  |     1 | x    |",
    ]
    assert grid(Table("T", heads, tuple(rows[:1]))) == "- `a`: Status: good; Count: 1; Note: x"
    assert "| good   |     1 | x    | `a`, `c` |" not in grid(Table("T", heads, tuple(rows)), fold=True)
    assert "|     1 | x    | `a`, `c` |" in grid(Table("T", heads, tuple(rows)), fold=True)
    assert (
        grid(Table("T", heads[:1], tuple(row._replace(cells=row.cells[:1]) for row in rows)))
        == "`a`, `b`, `c`"
    )
    assert grid(Table("T", heads, ())) == ""


def test_what_stands_with_an_add_on_is_not_repeated_in_the_attachments() -> None:
    text = render(document(example_system(), Answers()))
    backend = text.partition("### App migrate-backend\n")[2].partition("\n### ")[0]
    assert "as DATABASE" in backend and "migrate-backend as" not in backend
    assert "app migrate-backend" not in backend.partition("**Add-ons**")[2]


def test_a_price_that_is_not_known_is_no_zero() -> None:
    system = example_system()
    backend = system.app(BACKEND)
    dyno = msgspec.structs.replace(backend.processes[0], size="new-size", monthly_cents=None, quantity=1)
    apps = (msgspec.structs.replace(backend, processes=(dyno,)), *system.apps[1:])
    told = document(msgspec.structs.replace(system, apps=apps, add_ons=()), Answers())
    assert f"- US$ a month: $0, without {backend.name} web" in render(told)


def of_app(text: str, name: str) -> str:
    return text.partition(f"### App {name}\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def with_first(system: System, **fields: Any) -> System:
    first = msgspec.structs.replace(system.apps[0], **fields)
    return msgspec.structs.replace(system, apps=(first, *system.apps[1:]))


def test_an_attachment_that_tells_more_than_its_add_on_has_a_row() -> None:
    system = example_system()
    app = system.apps[0]
    own = next(one for one in app.attachments if system.add_on(one.add_on_id).app_id == app.id)
    whole = msgspec.structs.replace(own, config_vars=system.add_on(own.add_on_id).config_vars)
    plain_one = with_first(system, attachments=(whole,))
    assert "**Attachments**" not in of_app(render(document(plain_one, Answers())), app.name)
    named = with_first(
        system,
        attachments=(whole, msgspec.structs.replace(whole, id="2", name="RO", namespace="credential:ro")),
    )
    said = of_app(render(document(named, Answers())), app.name).partition("**Attachments**")[2]
    assert "`RO`" in said and "`credential:ro`" in said and f"`{whole.name}`" not in said
    notes = {f"attachment:{app.id}:{whole.id}": Note(text="ask Ada", owner="")}
    assert "ask Ada" in render(document(plain_one, Answers(notes=notes)))


def test_the_bill_of_an_app_is_a_table_where_it_says_more_than_prices() -> None:
    system = example_system()
    app = system.apps[0]
    said = of_app(render(document(system, Answers())), app.name)
    assert "- US$ a month: $59" in said and "**Costs**" not in said
    listed = msgspec.structs.replace(app.processes[0], size="Performance-M", monthly_cents=None)
    said = of_app(render(document(with_first(system, processes=(listed,)), Answers())), app.name)
    assert "Heroku's list price" in said.partition("**Costs**")[2]


def test_no_processes_is_not_said_where_they_were_not_read() -> None:
    system = example_system()
    name = system.apps[0].name
    for kind in ("none", "git"):
        empty = with_first(system, processes=(), deploy=Deploy(kind=kind))  # type: ignore[arg-type]
        said = of_app(render(document(empty, Answers())), name)
        assert "No process type" in said and ("never deployed" in said) == (kind == "none")
    unread = with_first(system, processes=(), unread=("process types",))
    said = render(document(unread, Answers()))
    assert "never deployed" not in of_app(said, name) and "types were not read" in of_app(said, name)
    assert f"- process types of `{name}`" in said


def test_a_kind_of_object_that_has_no_place_yet_has_a_section() -> None:
    text = render(document(marked_system(), Answers()))
    headings = {line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")}
    assert {"SSH keys", "Invoices"} <= headings


def test_why_an_app_is_left_out_stands_once() -> None:
    system = example_system()
    why = "It belongs to the team acme, and you have not joined it."
    question = "The app far is left out."
    left = Gap(
        key="u", kind="acknowledge", app_id=None, question=question, why=f"So: {why}", group="unread apps"
    )
    far = UnreadApp(id="far", name="far", why=why, team="acme")
    text = render(document(msgspec.structs.replace(system, unread_apps=(far,), gaps=(left,)), Answers()))
    assert text.count(why) == 1 and f"- {question}" in text
    # Where no table says it, the gap does.
    assert why in render(document(msgspec.structs.replace(system, gaps=(left,)), Answers()))


def test_a_pipeline_without_a_name_is_not_lost() -> None:
    nameless = Pipeline(
        id="p", name="", apps=(PipelineApp(app_id="far", app_name="far-away", stage="staging"),)
    )
    text = render(document(msgspec.structs.replace(example_system(), pipelines=(nameless,)), Answers()))
    assert "`far-away`" in text
