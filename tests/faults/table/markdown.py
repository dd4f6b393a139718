"""The table of faults as Markdown, a row at a time."""

from tests.faults.table.measure import Measured
from tests.faults.table.row import Row

HEAD = (
    "| # | fault | passes | trials | failures | rate of failures (95 %) | figures | seconds |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def line(row: Row, seen: Measured, planned: int) -> str:
    """A row of the table."""
    trials = str(seen.trials) if seen.trials >= planned else f"{seen.trials} of {planned}"
    figures = [*seen.figures, *(f"skipped: {reason}" for reason in seen.skipped)]
    if seen.seeds:
        figures.append(f"seed {', '.join(dict.fromkeys(seen.seeds))}")
    cells = [
        str(row.number),
        row.fault,
        row.passes,
        trials,
        str(seen.failures),
        bound(row, seen),
        "; ".join(figures),
        f"{seen.seconds:.0f}",
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def bound(row: Row, seen: Measured) -> str:
    """How often the fault may still do harm, by the rule of three: none seen in N trials is below 3/N."""
    if not seen.trials:
        return "not tried"
    if seen.failures:
        return f"{seen.failures / seen.trials:.2%} seen"
    if row.exhaustive and seen.trials >= row.full:
        return "none: these are all"
    return f"< {min(3 / seen.trials, 1):.2%}"
