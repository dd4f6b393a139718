"""Rows about terminals and secrets: who is at them, what reaches them, and what must never do so."""

from tests.faults.table.row import Row

ROWS = (
    Row(
        6,
        "a terminal that hangs up, over any screen and dialog",
        (
            "tests/faults/test_hang_up.py",
            "tests/faults/test_stuck_terminal.py",
            "tests/journeys/test_bad_terminals.py::test_a_signal_ends_it_and_the_terminal_is_as_before",
            "tests/journeys/test_bad_terminals.py::test_a_terminal_that_is_closed_ends_it_in_order",
        ),
        ci=24,
        full=300,
        passes="the screen ends, the run goes on, the next screen shows it; no mistake is noted",
    ),
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
    Row(
        12,
        "core files, and other users who would read memory",
        ("tests/faults/test_private_memory.py", "tests/faults/test_strangers.py"),
        ci=10,
        full=10,
        passes="no core; neither memory nor the worker's socket is open to others",
        exhaustive=True,
    ),
    Row(
        14,
        "sequences that a terminal would obey, in what others write",
        (
            "tests/faults/test_terminal_injection.py",
            "tests/providers/test_heroku_exports.py::test_no_sequence_of_the_corpus_gets_through",
            "tests/wizard/test_text.py",
            "tests/journeys/test_bad_names.py",
        ),
        ci=60,
        full=140,
        passes="only our driver's bytes reach the terminal; markup is text; no action runs",
    ),
    Row(
        15,
        "names that would be paths, options or commands",
        ("tests/faults/test_hostile_names.py",),
        ci=150,
        full=290,
        passes="the intended arguments and files, or a refusal",
        exhaustive=True,
    ),
    Row(
        16,
        "names that SQL stumbles over",
        ("tests/wizard/test_database_identifiers.py",),
        ci=15,
        full=45,
        passes="copied, and equal by digests of our own",
        exhaustive=True,
    ),
    Row(
        20,
        "crashes, faults and a person's wishes in any order",
        ("tests/faults/test_run_model.py",),
        ci=30,
        full=5_000,
        passes="nothing twice, nothing without a yes, the way back always there, an end always reached",
    ),
)
