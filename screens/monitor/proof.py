"""How far a proof is. It carries no bytes: what is measured are the parts of tables that both servers have
digested, each of about the same size, and the rows in them."""

from collections.abc import Sequence

from screens.monitor.bar import bar
from screens.monitor.line import Line, line
from screens.quantities import number
from wizard.database.progress import CopyProgress


def parts(progress: CopyProgress) -> tuple[int, int]:
    """Parts that are digested, and all of them, of both sides."""
    return (
        sum(min(table.part, table.parts) for table in progress.tables),
        sum(table.parts for table in progress.tables),
    )


def words(progress: CopyProgress, left: str = "") -> list[str]:
    """The figures, one after the other. `left`: the time that remains, where something can be said of it."""
    done, whole = parts(progress)
    differing = sum(table.state == "differs" for table in progress.tables)
    said = ["proving each table", f"{number(progress.rows)} row{'s' * (progress.rows != 1)} compared"]
    if differing and done == whole:
        said = ["looking for the rows that differ"]
    if left:
        said.append(left)
    said.append(f"{progress.tables_proven:,} of {len(progress.tables):,} tables proven")
    return said + ([f"{differing:,} differ{'s' * (differing == 1)}"] if differing else [])


def lines(progress: CopyProgress, cells: int, figures: Sequence[str]) -> list[Line]:
    """A bar and the figures."""
    done, whole = parts(progress)
    right = f"{done:,} of {whole:,} part{'s' * (whole != 1)}"
    return [bar(done / max(1, whole), right, cells), line(" · ".join(figures))]
