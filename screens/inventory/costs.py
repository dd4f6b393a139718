"""What a month on Heroku costs, as text: the sum, by pipeline, by payer, line by line."""

from collections.abc import Iterable

from textual.content import Content

from screens.inventory.details import hanging, wrapped
from screens.marks import ACCENT, ATTENTION, GLYPHS, MUTED, STRONG
from wizard.document.costs import CostLine, Sum
from wizard.document.index import Index
from wizard.document.summary import dollars

PRICE = 12
"""Cells of the column of prices."""


def cost_lines(index: Index, width: int) -> list[Content]:
    """The whole bill, `width` cells wide."""
    cost = index.cost
    more = " and what has no known price" if cost.unknown else ""
    lines = [Content.assemble((f"{dollars(cost.cents)} a month{more}", STRONG))]
    if (cost.least_cents, cost.most_cents) != (cost.cents, cost.cents):
        span = f"Autoscaling makes it {dollars(cost.least_cents)} to {dollars(cost.most_cents)}."
        lines += wrapped(span, width, MUTED)
    lines += wrapped("As Heroku bills it, without tax, at today's numbers of dynos.", width, MUTED)
    for note in cost.notes:
        lines += hanging(f"{GLYPHS['look']} ", note, width, ATTENTION)
    lines += _listed("no price known", cost.unknown, width, GLYPHS["undecided"])
    lines += _listed("billed by the second besides", cost.usage, width, "·")
    lines += _listed("paid by somebody else", cost.elsewhere, width, "·")
    lines += _sums("by pipeline", cost.by_pipeline, "no pipeline")
    lines += _sums("by who pays", cost.by_payer, "not told")
    lines += [Content(""), Content.styled("line by line", f"bold {ACCENT}")]
    for line in cost.lines:
        lines += _line(line, width)
    return lines


def _listed(title: str, things: Iterable[str], width: int, mark: str) -> list[Content]:
    rows = [row for thing in things for row in hanging(f"{mark} ", thing, width, "")]
    return [Content(""), Content.styled(title, f"bold {ACCENT}"), *rows] if rows else []


def _sums(title: str, sums: dict[str, Sum], nameless: str) -> list[Content]:
    if len(sums) < 2:
        return []
    rows = [
        Content.assemble(
            f"{dollars(one.cents):>{PRICE}}  {name or nameless}",
            (" and more" if one.unknown else "", MUTED),
        )
        for name, one in sorted(sums.items(), key=lambda item: -item[1].cents)
    ]
    return [Content(""), Content.styled(title, f"bold {ACCENT}"), *rows]


def _line(line: CostLine, width: int) -> list[Content]:
    price = "?" if line.cents is None else dollars(line.cents)
    said = [Content.assemble(f"{price:>{PRICE}}  {line.name}", (f"  {line.text}", MUTED))]
    if line.why:
        said += hanging(" " * (PRICE + 2), line.why, width, MUTED)
    return said
