"""The table of faults names tests that exist, and counts what they tell."""

import subprocess
from xml.etree import ElementTree

from tests.faults.table.__main__ import all_rows
from tests.faults.table.markdown import line
from tests.faults.table.measure import ROOT, _read
from tests.faults.table.row import Row

ROW = Row(1, "kill", ("tests/x.py",), ci=3, full=300, passes="equal")


def test_rows_have_numbers_of_their_own_and_name_tests_that_exist() -> None:
    rows = all_rows()
    assert len({row.number for row in rows}) == len(rows) > 0
    for row in rows:
        assert row.tests and 0 < row.ci <= row.full
        for name in row.tests:
            path, _, test = name.partition("::")
            assert (ROOT / path).exists(), name
            assert not test or f"def {test.partition('[')[0]}(" in (ROOT / path).read_text(), name


def told(inside: str, status: int) -> str:
    tree = ElementTree.fromstring(f"<testsuite>{inside}</testsuite>")
    done = subprocess.CompletedProcess([], status, "said", "")
    seen = _read(list(tree.iter("testcase")), done, 4.2)
    assert bool(seen.said) == bool(seen.failures)
    return line(ROW, seen, 3).partition(" | equal | ")[2]


def test_what_tests_tell_is_added_up() -> None:
    counted = (
        '<testcase><properties><property name="trials" value="299"/><property name="figure" value="7 s"/>'
        '<property name="seed" value="5"/></properties></testcase>'
    )
    assert told(counted + "<testcase/>", 0) == "300 | 0 | < 1.00% | 7 s; seed 5 | 4 |"
    assert told("<testcase/><testcase><failure/></testcase>", 1) == "2 of 3 | 1 | 50.00% seen |  | 4 |"
    assert told('<testcase><skipped message="needs root"/></testcase>', 0) == (
        "0 of 3 | 0 | not tried | skipped: needs root | 4 |"
    )
    assert told("", 2) == "0 of 3 | 1 | not tried |  | 4 |", "a test that cannot be collected is a failure"
