"""Rows about what a run survives: kills, lines that break, locks, disks, clocks, APIs, files of before."""

from tests.faults.table.row import Row

ROWS = (
    Row(
        22,
        "session file of an earlier release",
        ("tests/wizard/test_session_formats.py::test_what_an_earlier_version_wrote_is_opened_and_goes_on",),
        ci=5,
        full=5,
        passes="opened, or refused with a way out",
        exhaustive=True,
    ),
)
