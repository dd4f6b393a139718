"""The table of faults: what was broken, how often, and how often that did harm.

    python -m tests.faults.table                     the numbers of CI
    python -m tests.faults.table --full              the large numbers (hours)
    python -m tests.faults.table --trials 300 1 5    these rows, 300 trials each (at most the large number)

Prints a Markdown table, each row when it is measured, and tells what failed on stderr. Ends with 1 when
anything failed or a row made fewer trials than it should.
"""

import argparse
import importlib
import sys
from pathlib import Path

from tests.faults.table.markdown import HEAD, line
from tests.faults.table.measure import measure
from tests.faults.table.row import Row


def all_rows() -> list[Row]:
    """The rows of every module `rows_of_*` beside this one, in the order of their numbers."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("rows_of_*.py"))
    rows = [row for name in modules for row in importlib.import_module(f"tests.faults.table.{name}").ROWS]
    return sorted(rows, key=lambda row: row.number)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.table",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    many = parser.add_mutually_exclusive_group()
    many.add_argument("--full", action="store_true", help="the large numbers")
    many.add_argument("--trials", type=int, metavar="N", help="N trials for each test that counts them")
    parser.add_argument("--seed", help="repeat the random choices of an earlier run")
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="only these rows")
    asked = parser.parse_args()
    how_many = "full" if asked.full else str(asked.trials) if asked.trials else "ci"
    rows = all_rows()
    unknown = set(asked.numbers) - {row.number for row in rows}
    if unknown:
        parser.error(f"no row has the number {', '.join(map(str, sorted(unknown)))}")
    well = True
    print(HEAD, flush=True)
    for row in rows:
        if asked.numbers and row.number not in asked.numbers:
            continue
        planned = row.full if asked.full else min(asked.trials or row.ci, row.full)
        seen = measure(row, how_many, asked.seed)
        print(line(row, seen, planned), flush=True)
        if seen.failures:
            print(f"\nRow {row.number}:\n{seen.said}\n", file=sys.stderr, flush=True)
        well = well and not seen.failures and seen.trials >= planned
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
