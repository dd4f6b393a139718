"""When a server is said to do nothing for one that waits: never while it may be at work for it."""

import pytest

from wizard.database.direct_watch import at_nothing
from wizard.database.far_end import Backend


def seen(state: str | None, wait_event: str = "", taken: int | None = 0) -> Backend:
    return Backend(state, wait_event, taken, "2026-11-30 12:00:00+00")


@pytest.mark.parametrize(
    ("now", "last", "nothing"),
    [
        pytest.param(None, None, True, id="its process is gone"),
        pytest.param(seen("idle in transaction", "ClientRead"), None, True, id="the answer left long ago"),
        pytest.param(seen("active", "ClientWrite"), None, True, id="it cannot get rid of its rows"),
        pytest.param(seen("active", "ClientRead", 5), None, True, id="waits for rows, seen once"),
        pytest.param(seen("active", "ClientRead", 5), seen("active", "ClientRead", 5), True, id="none came"),
        pytest.param(seen("active", "ClientRead", 5), seen("active", "ClientRead", 4), False, id="some came"),
        pytest.param(seen("active", "ClientRead", None), None, False, id="too old to tell of its rows"),
        pytest.param(seen("active"), None, False, id="computes"),
        pytest.param(seen("active", "relation"), None, False, id="waits for a lock"),
        pytest.param(seen("active", "DataFileRead"), None, False, id="waits for its disk"),
        pytest.param(seen("disabled"), None, False, id="does not tell"),
        pytest.param(seen(None), None, False, id="of another role"),
    ],
)
def test_what_a_server_says_of_its_process(now: Backend | None, last: Backend | None, nothing: bool) -> None:
    assert at_nothing(now, last) is nothing
