"""Several Offramps at one session: one writes, the others watch, and it changes hands by consent or by death.

The race itself is run by `races.py`, with processes of their own; what the second sees on its screen is in
tests/screens/test_control.py, and two people at two terminals are in tests/journeys/test_control_passes.py.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.races import FAIR
from tests.faults.trials import seeded, trials
from wizard.session.store import create

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.timeout(600)
def test_of_many_who_want_a_session_there_are_never_two_who_write(
    record_property: Callable[[str, object], None],
) -> None:
    session = create("acme-shop")
    session.close()
    count, seed = trials(100, 1_000), seeded(record_property).randrange(1_000_000)
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.races", str(session.folder), str(count), str(seed)],
        capture_output=True,
        text=True,
        timeout=590,
        check=True,
        cwd=ROOT,
    )
    found = json.loads(ran.stdout)
    firsts, words = found["firsts"], found["words"]
    raced = sum(firsts.values())
    record_property("trials", raced)
    record_property("failures", raced - firsts.get("1", 0) + words.get("two at once", 0))
    record_property(
        "figure", f"{words.get('second', 0)} passed on by consent or death, {words.get('watches', 0)} watched"
    )
    assert firsts == {"1": count}, (seed, found)
    assert set(words) <= FAIR, (seed, found)
    assert words["second"] >= count, (seed, found)
