"""Progress: what is estimated follows what was measured, and nothing is promised that is not known."""

from wizard.database.board import Board
from wizard.database.progress import CopyProgress

KEY = "public.t"


def board(*, size: int, parts: int) -> Board:
    made = Board("shop", lambda progress: None, lambda: False)
    made.add(KEY, KEY, rows=10, size=size, parts=parts, indexes=0)
    made.phase("data")
    made.state(KEY, "copying")
    # Twelve measured seconds at one rate: enough for a time that is left.
    made._seconds.extend([100.0] * 12)
    return made


def table(progress: CopyProgress) -> tuple[int, int]:
    return progress.tables[0].bytes, progress.tables[0].estimated_bytes


def test_parts_that_are_over_correct_the_estimate() -> None:
    made = board(size=1_000, parts=4)
    assert table(made.snapshot()) == (0, 1_000)
    # The catalogue counts compressed values: as text the part is ten times as large.
    made.flow(KEY, 0, 2_500)
    made.committed(KEY, 0, 5, 2_500)
    seen = made.snapshot()
    assert table(seen) == (2_500, 10_000)
    assert (seen.bytes, seen.estimated_bytes) == (2_500, 10_000)
    assert seen.seconds_left == (75, 76)


def test_no_time_is_promised_for_a_table_that_is_larger_than_expected() -> None:
    made = board(size=1_000, parts=1)
    made.flow(KEY, 0, 900)
    assert made.snapshot().seconds_left is not None
    made.flow(KEY, 0, 200)
    seen = made.snapshot()
    assert seen.seconds_left is None and seen.bytes == 1_100


def test_a_break_does_not_take_the_time_that_is_left_away() -> None:
    made = board(size=1_000, parts=1)
    made._seconds.extend([0.0] * 8 + [50.0] * 6)
    left = made.snapshot().seconds_left
    assert left is not None
    # The slowest stretch in which anything moved is the one in which it began again.
    assert left == (10, 101)
