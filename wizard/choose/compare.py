"""Targets side by side for this system: the rows of the table that a person chooses from."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from wizard.choose.copy_time import copy_seconds, one_lane
from wizard.choose.fit import Fit, data_to_move, fit
from wizard.choose.point import Kind
from wizard.choose.price import Estimate, estimate, heroku_today
from wizard.document.checkout import Checkout
from wizard.document.summary import databases, dollars
from wizard.model.noun import Noun
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.ports import Profile

Mark = Literal["good", "look", "blocks", "plain"]


class Cell(Noun, frozen=True, kw_only=True):
    """What one target has in one row: lines of text, and what they mean."""

    lines: tuple[str, ...]
    mark: Mark = "plain"


class Row(Noun, frozen=True, kw_only=True):
    """One row: its label, and a cell for each target in their order."""

    label: str
    cells: tuple[Cell, ...]


class Column(Noun, frozen=True, kw_only=True):
    """One target: whether it can be chosen, and if not, why not."""

    target: str
    title: str
    choosable: bool
    why_not: tuple[str, ...]
    fit: Fit
    estimate: Estimate


class Comparison(Noun, frozen=True, kw_only=True):
    """The table."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def column(self, target: str) -> Column:
        """The column of a target; KeyError when there is none."""
        for column in self.columns:
            if column.target == target:
                return column
        raise KeyError(target)


def compare(
    system: System, profiles: Sequence[Profile], checkouts: Mapping[str, Checkout] | None = None
) -> Comparison:
    """Put targets side by side, in the order given. `checkouts` by app id, as far as they are known."""
    columns = []
    for profile in profiles:
        how = fit(system, profile, checkouts)
        columns.append(
            Column(
                target=profile.name,
                title=profile.title,
                choosable=how.choosable,
                why_not=how.why_not(),
                fit=how,
                estimate=estimate(system, profile, checkouts),
            )
        )
    pairs = list(zip(columns, profiles, strict=True))
    today = heroku_today(system)
    heroku = f"Heroku today {dollars(today.cents)}" + (" and more" if today.unknown else "")
    rows = [
        ("Fits", [_fits(column.fit) for column in columns]),
        ("Offramp can move there", [_works(column.fit) for column in columns]),
        ("Blockers", [_points(column.fit, "blocker", "none") for column in columns]),
        ("Changes to the code", [_points(column.fit, "change", "none") for column in columns]),
        ("You lose", [_points(column.fit, "loss", "nothing known") for column in columns]),
        ("Region", [_region(system, profile) for profile in profiles]),
        (f"Per month ({heroku})", [Cell(lines=(column.estimate.text(),)) for column in columns]),
        ("Database way in", [Cell(lines=(profile.capabilities.way_in or "none",)) for profile in profiles]),
        ("Data to move", [Cell(lines=(data_to_move(system),)) for _ in profiles]),
        ("Data moved in about", [Cell(lines=_copy_time(system, profile)) for profile in profiles]),
        ("Done by you", [_points(column.fit, "by-hand", "nothing") for column, _ in pairs]),
    ]
    return Comparison(
        columns=tuple(columns), rows=tuple(Row(label=label, cells=tuple(cells)) for label, cells in rows)
    )


def choose(comparison: Comparison, target: str) -> Column:
    """The column of a target that can be chosen.

    Raises:
        Trouble: it cannot be; the message says what is missing.
    """
    column = comparison.column(target)
    if not column.choosable:
        raise Trouble(
            f"{column.title} cannot be chosen. {' '.join(_sentence(reason) for reason in column.why_not)}",
            remedy="Choose another target.",
            code="target-not-choosable",
        )
    return column


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _fits(how: Fit) -> Cell:
    if how.fitting == how.components:
        return Cell(lines=(f"all {how.components} components",), mark="good")
    return Cell(lines=(f"{how.fitting} of {how.components}",), mark="look")


def _works(how: Fit) -> Cell:
    return Cell(lines=("yes",), mark="good") if how.works else Cell(lines=how.missing, mark="blocks")


def _points(how: Fit, kind: Kind, none: str) -> Cell:
    points = how.of(kind)
    if not points:
        return Cell(lines=(none,), mark="good" if kind == "blocker" else "plain")
    lines = [f"{point.component}: {point.reason}" if point.component else point.reason for point in points]
    mark: Mark = "blocks" if kind == "blocker" else "plain"
    return Cell(lines=tuple(dict.fromkeys(lines)), mark=mark)


def _region(system: System, profile: Profile) -> Cell:
    """The nearest, all where none is known to be, or for what there is none."""
    can = profile.capabilities
    today = sorted({app.region for app in system.apps if app.region})
    there = ", ".join(can.regions) or "not told"
    far = [place for place in today if can.nearest and place not in can.nearest]
    if far:
        return Cell(lines=(f"none near {', '.join(far)}", there), mark="look")
    near = dict.fromkeys(can.nearest[place] for place in today if place in can.nearest)
    yours = f"yours: {', '.join(today)}"
    if near:
        return Cell(lines=(f"{', '.join(near)} ({yours})",))
    return Cell(lines=(f"{there} ({yours})" if today else there,))


def _copy_time(system: System, profile: Profile) -> tuple[str, ...]:
    sizes = [add_on.postgres.bytes if add_on.postgres else None for add_on in databases(system)]
    if not sizes:
        return ("no data to move",)
    if None in sizes:
        return ("not known: Heroku did not tell the size",)
    total = sum(size or 0 for size in sizes)
    least, most = (max(1, math.ceil(seconds / 60)) for seconds in copy_seconds(total, profile))
    span = f"{least} min" if least == most else f"{least} to {most} min"
    return (f"{span} (one stream)",) if one_lane(profile) and most > 1 else (span,)
