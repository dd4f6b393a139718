"""What the plan screen shows: the checks, those that stop first, and every step in its order."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

from screens.marks import ATTENTION, BAD, GLYPHS, GOOD, MUTED, STRONG
from screens.monitor.content import content
from screens.monitor.line import Span, Tone, line, pad
from screens.monitor.steps import PHASES
from screens.plan_outline import outline, who_works
from screens.quantities import clock, span
from screens.widgets.row_list import Row
from wizard.model.plan import Finding, Plan, Step
from wizard.plan.gates import CUT_OVER
from wizard.session.parts import Preflight

_ORDER = ("blocks", "look", "good")
_FINDING: dict[str, tuple[str, Tone]] = {
    "blocks": (GLYPHS["failed"], "bad"),
    "look": (GLYPHS["look"], "attention"),
    "good": (GLYPHS["done"], "good"),
}


def rows(plan: Plan, preflight: Preflight | None, width: int, *, all_checks: bool) -> list[Row]:
    """The checks and the steps. Good checks are one row unless `all_checks`."""
    found: list[Row] = []
    if preflight is not None:
        found += _checks(preflight.findings, width, all_checks=all_checks)
    columns = _columns(plan)
    found.append(Row("+steps", _heads(columns, width), heading=True))
    phase = ""
    for number, step in enumerate(plan.steps, 1):
        if step.phase != phase:
            phase = step.phase
            # The phases of a plan may take turns: a certificate waits for DNS while a copy is at work.
            heading = Content.styled(PHASES[phase], STRONG)
            found.append(Row(f"+{phase}\n{number}", heading, heading=True))
        found.append(Row(f"step\n{step.key}", _step(plan, step, number, columns, width)))
    return found


def _checks(findings: Sequence[Finding], width: int, *, all_checks: bool) -> list[Row]:
    found: list[Row] = []
    for state in _ORDER:
        of_state = [(at, one) for at, one in enumerate(findings) if one.state == state]
        if state == "good" and of_state and not all_checks:
            words = f"{GLYPHS['done']} {len(of_state)} check{'s' * (len(of_state) != 1)} passed"
            found.append(Row("good", Content.styled(words, GOOD), found_by="passed"))
            continue
        for at, one in of_state:
            glyph, tone = _FINDING[state]
            made = content(
                line(Span(f"{glyph} ", tone), Span(one.what, "plain" if state == "good" else tone))
            )
            found.append(Row(f"finding\n{at}", made.truncate(width, ellipsis=True)))
    found.append(Row("+gap", Content(""), heading=True))
    return found


class Columns(NamedTuple):
    """Cells of the columns beside a step's name, each as wide as the plan needs it."""

    changes: int
    expected: int


def _columns(plan: Plan) -> Columns:
    changes = (plan.source, plan.target, "changes")
    expected = ("expected", *map(_expected, plan.steps))
    return Columns(max(map(cell_len, changes)) + 1, max(map(cell_len, expected)))


def _expected(step: Step) -> str:
    return "you" if step.by == "person" else span(*step.seconds)


def _heads(columns: Columns, width: int) -> Content:
    return content(
        line(
            Span("    " + pad("step", width - 4 - sum(columns)), "muted"),
            Span(pad("changes", columns.changes), "muted"),
            Span(pad("expected", columns.expected, right=True), "muted"),
        )
    )


def _step(plan: Plan, step: Step, number: int, columns: Columns, width: int) -> Content:
    name = width - 4 - sum(columns)
    changes = {"heroku": plan.source, "target": plan.target, "nothing": ""}[step.writes]
    return content(
        line(
            Span(pad(str(number), 3, right=True) + " ", "muted"),
            Span(pad(step.title, name - 1) + " ", "accent" if step.by == "person" else "plain"),
            Span(pad(changes, columns.changes), "attention" if step.writes == "heroku" else "muted"),
            Span(pad(_expected(step), columns.expected, right=True), "muted"),
        )
    )


def about_row(row: str, plan: Plan, preflight: Preflight | None) -> Content:
    """What is known of the highlighted row."""
    kind, _, key = row.partition("\n")
    if kind == "step":
        return _about_step(plan, plan.step(key))
    if kind == "good":
        return Content.styled("enter lists the checks that passed, one by one.", MUTED)
    if kind == "finding" and preflight is not None:
        finding = preflight.findings[int(key)]
        words = finding.detail.rstrip(".")
        detail = f"{words[:1].upper()}{words[1:]}. " if words else ""
        style = {"blocks": BAD, "look": ATTENTION, "good": MUTED}[finding.state]
        return Content.assemble((detail, style), finding.remedy)
    return Content("")


def _about_step(plan: Plan, step: Step) -> Content:
    who = "You do it, Offramp waits." if step.by == "person" else "Offramp does it."
    back = step.way_back or "none needed, it changes nothing"
    return Content.assemble((f"{who} Way back: {back.rstrip('.')}.", ""))


def verdict(preflight: Preflight | None, doing: str) -> Content:
    """What the checks say, in one line; `doing` is what is being looked at, as a sentence."""
    if doing:
        return Content.styled(f"{GLYPHS['now']} {doing}", "")
    if preflight is None:
        return Content.styled(f"{GLYPHS['to-come']} Not checked yet. r looks.", ATTENTION)
    blocked = sum(finding.state == "blocks" for finding in preflight.findings)
    looks = sum(finding.state == "look" for finding in preflight.findings)
    when = clock(preflight.looked_at)
    if blocked:
        of_all = f"{blocked} of {len(preflight.findings)} checks"
        words = f"{GLYPHS['failed']} {of_all} stop the run, looked at {when}."
        return Content.styled(words, BAD)
    also = f", {looks} to look at" if looks else ""
    words = f"{GLYPHS['done']} Nothing stops the run{also}, looked at {when}."
    return Content.styled(words, ATTENTION if looks else GOOD)


def before_start(plan: Plan, preflight: Preflight | None, *, demo: bool = False) -> Content:
    """What a person reads before the worker starts."""
    gate = next((n for n, step in enumerate(plan.steps, 1) if step.key == CUT_OVER), None)
    untouched = f"{plan.source} is not changed before you say so at step {gate}." if gate else ""
    there = (
        ", which the example plays on this machine: what the plan names is created there, and costs nothing."
        if demo
        else ": what the plan names is created there, and may cost money from then on."
    )
    return Content.assemble(
        (f"{outline(plan)}.\n\n", STRONG),
        f"Now it begins on {plan.target}{there} {untouched}\n\n",
        f"{who_works(preflight)} It can be paused, stopped and taken back.",
    )
