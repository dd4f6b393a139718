"""Rows about terminals and secrets: who is at them, what reaches them, and what must never do so."""

from tests.faults.table.row import Row

ROWS = (
    Row(
        7,
        "several Offramps at one session",
        (
            "tests/faults/test_two_sessions.py",
            "tests/screens/test_control.py",
            "tests/journeys/test_control_passes.py",
        ),
        ci=100,
        full=1_000,
        passes="one writes, the others watch; it changes hands by consent or death",
    ),
)
