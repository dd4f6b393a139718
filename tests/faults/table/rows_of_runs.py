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
        4,
        "a copy broken at 50 % and at 90 % (1 GiB in full)",
        ("tests/faults/test_resume_cost.py",),
        ci=2,
        full=2,
        passes="at most 5 % of the bytes come a second time",
        exhaustive=True,
    ),
    Row(
        5,
        "network: drop, half-open, reset, stall, one byte a second, delay, a corrupt byte",
        ("tests/faults/test_partitions.py",),
        ci=7,
        full=140,
        passes="equal at the end; a stall found within 30 s; the corrupt byte by the digest",
    ),
    Row(
        8,
        "stale lock: holder killed, its id alive again, of another machine, a disk without locks",
        (
            "tests/wizard/test_lock.py::test_held_by_another_process_and_freed_by_its_kill",
            "tests/wizard/test_lock.py::test_what_a_file_says_of_a_holder_that_is_gone_is_not_believed",
            "tests/wizard/test_lock.py::test_where_nobody_can_say_who_holds_it_it_is_not_taken",
        ),
        ci=4,
        full=4,
        passes="taken only when nobody can hold it, else refused",
        exhaustive=True,
    ),
    Row(
        9,
        "disk full: 1, 3, 8 and 64 MiB, in the copy, in the cut-over, and stopped there",
        ("tests/wizard/test_drive_full_disk.py",),
        ci=12,
        full=12,
        passes="paused with what is needed, goes on after room is made; a cut-over goes back",
        exhaustive=True,
    ),
    Row(
        10,
        "clock that jumps at every look (an hour and two years, both ways), stands back, has an hour twice",
        (
            "tests/wizard/test_clocks.py",
            "tests/wizard/test_token_watch.py::test_a_token_is_asked_for_half_an_hour_before_its_end_and_once",
        ),
        ci=6,
        full=6,
        passes="nothing waits by the wall clock; order by number; expiry warned",
        exhaustive=True,
    ),
    Row(
        13,
        "hostile API: answers that Hypothesis thinks of, floods, drips, bombs, redirects",
        (
            "tests/providers/test_hostile_answers.py",
            "tests/providers/test_heroku_hostile.py",
            "tests/providers/test_heroku_hostile_memory.py",
        ),
        ci=100,
        full=10_000,
        passes="a value or a Trouble, in time, below 256 MiB; what creates is sent once; the token stays",
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
