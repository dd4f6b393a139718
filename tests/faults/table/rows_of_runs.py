"""Rows about what a run survives: kills, lines that break, locks, disks, clocks, APIs, files of before."""

from tests.faults.table.row import Row

ROWS = (
    Row(
        1,
        "kill -9 of the worker at random moments, apps writing",
        ("tests/faults/test_run_kills.py::test_every_kill_in_one_journey",),
        ci=100,
        full=3_000,
        passes="finished; every row equal; nothing made twice; no question",
    ),
    Row(
        3,
        "kill -9 of a child: ssh of a tunnel, git and its ssh, pg_dump, MySQL's programs",
        (
            "tests/faults/test_killed_children.py",
            "tests/faults/test_database_tunnel.py::test_killed_it_comes_back_on_the_same_port",
        ),
        ci=10,
        full=300,
        passes="told apart from errors of the server; done again",
    ),
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
