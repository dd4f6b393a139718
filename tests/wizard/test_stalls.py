"""When a tunnel is said to stand still: never while the server is at work; where nobody can tell, late."""

from collections.abc import Sequence

import pytest

from wizard.database import lane_holder, stalls
from wizard.database.lane_holder import Opening
from wizard.database.lanes import Lanes
from wizard.database.stalls import Stalls, words


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Query:
    """One that has waited since it began, by the clock."""

    backend: int | None = 4711
    streams = instant = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.since: float | None = clock.now

    @property
    def owing(self) -> float | None:
        return None if self.since is None else self._clock.now - self.since

    def cut(self) -> None:
        self.since = None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stalls, "time", made)
    return made


class Looks:
    def __init__(self, answer: bool | None) -> None:
        self.answer = answer
        self.asked: list[Sequence[int]] = []

    def __call__(self, backends: Sequence[int]) -> bool | None:
        self.asked.append(backends)
        return self.answer


def until_stuck(found: Stalls, clock: Clock, looks: Looks, most: float = 7200.0) -> float:
    """Seconds until one is said to be stuck, looked at every 5 s."""
    begun = clock.now
    while not found.stuck(looks):
        clock.now += 5
        if clock.now - begun > most:
            return most
    return clock.now - begun


def test_a_server_at_work_is_waited_for_and_seldom_asked(clock: Clock) -> None:
    lanes, looks = Lanes(1), Looks(True)
    lanes.hold(Query(clock))
    assert until_stuck(Stalls(lanes), clock, looks) == 7200
    assert 10 < len(looks.asked) < 20 and looks.asked[0] == [4711]


def test_a_server_that_waits_for_us_tells_after_half_a_minute(clock: Clock) -> None:
    lanes, looks = Lanes(1), Looks(False)
    query = Query(clock)
    lanes.hold(query)
    found = Stalls(lanes)
    assert until_stuck(found, clock, looks) == 35
    assert words([query], "codecaps") == "codecaps stands still: no byte for 35 s while an answer is due"
    query.since = None
    assert found.stuck(looks) == [] and len(looks.asked) == 2, "who is owed nothing is no reason to look"


def test_one_look_is_not_enough(clock: Clock) -> None:
    lanes, looks = Lanes(1), Looks(False)
    query, found = Query(clock), Stalls(lanes)
    lanes.hold(query)
    clock.now += 3600
    assert found.stuck(looks) == [], "this process may have slept, or the answer be on its way"
    query.since = clock.now
    clock.now += 5
    assert found.stuck(looks) == [] and len(looks.asked) == 1
    clock.now += 30
    assert found.stuck(looks) == [], "what was seen before the byte does not count"
    clock.now += 5
    assert found.stuck(looks) == [query]


def test_where_nobody_can_look_the_wait_doubles(clock: Clock) -> None:
    lanes, looks = Lanes(1), Looks(None)
    query, found = Query(clock), Stalls(lanes)
    lanes.hold(query)
    first = until_stuck(found, clock, looks)
    query.since = clock.now
    second = until_stuck(found, clock, looks)
    assert 600 <= first < 1200 <= second < 2400
    query.since, query.streams = clock.now, True
    assert until_stuck(found, clock, looks) < 1200, "rows on their way are no query's thinking"


def test_a_statement_of_rows_that_takes_a_minute_is_waited_for_where_nobody_can_look(clock: Clock) -> None:
    lanes, query = Lanes(1), Query(clock)
    query.backend, query.streams = None, True
    lanes.hold(query)
    assert 120 <= until_stuck(Stalls(lanes), clock, Looks(None)) < 150


def test_what_takes_a_server_no_time_is_waited_for_half_a_minute_and_looked_up_nowhere(clock: Clock) -> None:
    lanes, looks, query = Lanes(1), Looks(True), Query(clock)
    query.instant = True
    lanes.hold(query)
    assert until_stuck(Stalls(lanes), clock, looks) == 35 and looks.asked == []


def test_a_byte_that_came_meanwhile_counts(clock: Clock) -> None:
    lanes, query = Lanes(1), Query(clock)
    lanes.hold(query)

    def look(backends: Sequence[int]) -> bool:
        query.since = clock.now
        return False

    clock.now += 40
    found = Stalls(lanes)
    assert found.stuck(look) == [] and found.stuck(look) == []
    lanes.let_go(query)
    assert lanes.holders() == []


def test_a_second_start_that_ends_what_works_is_not_made_for_ever(clock: Clock) -> None:
    lanes, looks = Lanes(1), Looks(True)
    found = Stalls(lanes)
    for _ in range(4):
        query = Query(clock)
        lanes.hold(query)
        clock.now += 40
        assert found.stuck(looks, apart=True) == []
        # Its connection broke meanwhile, and another one begins anew.
        lanes.let_go(query)
        clock.now += 90
        assert found.stuck(looks, apart=True) == []
    assert len(looks.asked) == 2
    query = Query(clock)
    lanes.hold(query)
    clock.now += 40
    assert found.stuck(looks) == [] and len(looks.asked) == 3, (
        "another connection of the same program harms nobody"
    )


def test_a_connection_that_does_not_open_makes_nobody_wait_longer(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_holder, "time", clock)
    lanes, looks = Lanes(1), Looks(None)
    found, opening = Stalls(lanes), Opening()
    lanes.hold(opening)
    assert until_stuck(found, clock, looks) < 60
    for _ in range(9):
        assert found.stuck(looks) == [opening]
    lanes.let_go(opening)
    lanes.hold(Query(clock))
    assert until_stuck(found, clock, looks) < 700
