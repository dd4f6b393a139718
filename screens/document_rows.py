"""What the document screen shows of an inventory: the tree of apps, the open questions, one app's details."""

from collections.abc import Mapping, Sequence

from textual.content import Content

from screens.marks import ATTENTION, BAD, DOTS, GLYPHS, GOOD, MUTED, STRONG, marked
from screens.widgets.row_list import Row
from wizard.document.checkout import Checkout, compare_with_app
from wizard.document.summary import AppFacts, Bill, app_facts, counts, dollars, monthly_bill, size_text, tree
from wizard.model.system import App, ConfigVar, Gap, System
from wizard.model.trouble import Trouble

Code = Mapping[str, Checkout | Trouble]
"""The checkouts that were read, or why they could not be, by app id."""

ORIGINS = {
    "add-on": "set by the add-on",
    "platform": "Heroku's own",
    "app-json": "from app.json",
    "person": "set by a person",
}


def summary_line(system: System) -> Content:
    """The whole system in one line."""
    all_of = counts(system)
    data = "" if all_of.database_bytes is None else f", {size_text(all_of.database_bytes)}"
    parts = [
        f"{all_of.apps} apps",
        f"{all_of.processes} processes",
        f"{all_of.config_vars} config vars",
        f"{all_of.databases} {'database' if all_of.databases == 1 else 'databases'}{data}",
        f"{bill_words(monthly_bill(system))} a month",
    ]
    return Content.styled(" · ".join(parts), MUTED)


def bill_words(bill: Bill) -> str:
    """A bill as text; says so when a price is not known."""
    return dollars(bill.cents) + (" and more" if bill.unknown else "")


NO_APP_REMEDY = "Sign in to the account that has them (1), or read again (r)."


def list_rows(system: System, gaps: Sequence[Gap], code: Code, width: int) -> list[Row]:
    """The tree of apps, and below it what no API tells."""
    if not system.apps:
        return [
            Row("+none", Content.assemble(marked("look", "Heroku shows this account no app.")), heading=True),
            Row("+why", Content.styled("  " + NO_APP_REMEDY, MUTED), heading=True),
        ]
    rows: list[Row] = []
    branches = tree(system)
    for branch in branches:
        flat = len(branches) == 1 and not branch.in_pipeline
        if not flat:
            rows.append(Row(f"+{branch.title}", Content.styled(f"▾ {branch.title}", STRONG), heading=True))
        for stage in branch.stages:
            if stage.title:
                title = Content.styled(f"  {stage.title}", MUTED)
                rows.append(Row(f"+{branch.title}/{stage.title}", title, heading=True))
            indent = "" if flat else "  " + ("  " if stage.title else "")
            rows += [_app_row(system, system.app(id_), indent, code, width) for id_ in stage.app_ids]
    if gaps:
        words = "1 thing no API tells" if len(gaps) == 1 else f"{len(gaps)} things no API tells"
        rows += [
            Row("+gap", Content(""), heading=True),
            Row("+gaps", Content.assemble(marked("look", words)), heading=True),
        ]
        rows += [
            Row(f"gap:{gap.key}", Content(f"  {gap.question}").truncate(width, ellipsis=True)) for gap in gaps
        ]
    return rows


def _app_row(system: System, app: App, indent: str, code: Code, width: int) -> Row:
    looks = any(line.look for line in app_facts(system, app.id).lines)
    mark = f" {GLYPHS['look']}" if looks else ""
    name = Content.assemble((f"{indent}{app.name}", STRONG), (mark, ATTENTION))
    variables = f"{len(app.config)} vars"
    if width < 60:
        room = max(1, width - name.cell_length - len(variables))
        content = name.append(" " * room).append(Content.styled(variables, MUTED))
        return Row(app.id, content, found_by=f"{app.name} {_names(app)}")
    name = name.truncate(28, ellipsis=True)
    processes = ", ".join(
        process.type if process.type == "release" else f"{process.type} {process.quantity}"
        for process in app.processes
    )
    content = Content.assemble(
        name,
        " " * max(1, 29 - name.cell_length),
        f"{(processes or 'nothing runs')[:26]:<27}",
        (f"{variables:<8} ", MUTED),
        _code_mark(code.get(app.id)),
    )
    return Row(app.id, content.truncate(width, ellipsis=True), found_by=f"{app.name} {_names(app)}")


def _names(app: App) -> str:
    return " ".join([*(process.type for process in app.processes), *(var.name for var in app.config)])


def _code_mark(checkout: Checkout | Trouble | None) -> tuple[str, str]:
    if checkout is None:
        return ("code: ?", MUTED)
    if isinstance(checkout, Trouble):
        return (f"code {GLYPHS['failed']}", BAD)
    blocked = any(remark.blocks for remark in checkout.remarks)
    return (f"code {GLYPHS['look']}", ATTENTION) if blocked else (f"code {GLYPHS['done']}", GOOD)


def details(system: System, app_id: str, checkout: Checkout | Trouble | None) -> Content:
    """Everything about one app."""
    facts = app_facts(system, app_id)
    app = system.app(app_id)
    parts: list[Content] = [
        Content.styled(facts.name, STRONG),
        Content.styled(facts.subtitle, MUTED),
        Content(""),
        *_lines(facts),
        Content(""),
        _config_line(facts),
        Content.styled(f"{bill_words(facts.bill)} a month, with the add-ons billed to it", MUTED),
        Content(""),
        *_code_lines(app, checkout),
    ]
    return Content("\n").join(parts)


def _lines(facts: AppFacts) -> list[Content]:
    width = min(22, max((len(line.name) for line in facts.lines), default=0))
    made = []
    for line in facts.lines:
        mark = f" {GLYPHS['look']}" if line.look else ""
        made.append(Content.assemble(f"{line.name:<{width}}  ", line.text, (mark, ATTENTION)))
        if line.detail:
            made.append(Content.styled(f"  {line.detail}", MUTED))
    return made


def _config_line(facts: AppFacts) -> Content:
    total = sum(facts.config.values())
    how = ", ".join(f"{count} {ORIGINS.get(kind, kind)}" for kind, count in sorted(facts.config.items()))
    return Content.assemble(f"{total} config vars", (f": {how}" if how else "", MUTED))


def _code_lines(app: App, checkout: Checkout | Trouble | None) -> list[Content]:
    if checkout is None:
        return [
            Content.assemble(marked("undecided", "code: press c to name the folder with this app's code"))
        ]
    if isinstance(checkout, Trouble):
        return [Content.assemble(marked("failed", f"code: {checkout.cause}"))]
    at = f" at {checkout.head[:10]}" if checkout.head else ""
    lines = [Content.assemble("code ", checkout.path, (at, MUTED))]
    for remark in (*checkout.remarks, *compare_with_app(checkout, app)):
        glyph = marked("failed" if remark.blocks else "look", remark.text)
        lines.append(Content.assemble(glyph, (f" {remark.remedy}" if remark.remedy else "", MUTED)))
    return lines


def config_row(var: ConfigVar, system: System, width: int) -> Row:
    """A config var: its name, dots, and where it comes from."""
    origin = ORIGINS.get(var.origin.kind, var.origin.kind)
    if var.origin.add_on_id:
        add_on = next((one for one in system.add_ons if one.id == var.origin.add_on_id), None)
        origin += f" {add_on.name}" if add_on else ""
    if var.copied_from:
        names = [add_on.name for add_on in system.add_ons if add_on.id == var.copied_from]
        origin += "".join(f", names {name}" for name in names)
    if var.refers_to_apps:
        names = [app.name for app in system.apps if app.id in var.refers_to_apps]
        origin += f", names {', '.join(names)}"
    value = ("(empty) ", ATTENTION) if var.empty else (DOTS, MUTED)
    content = Content.assemble(f"{var.name:<28} ", value, (f"  {origin}", MUTED))
    return Row(var.name, content.truncate(width, ellipsis=True), found_by=f"{var.name} {origin}")
