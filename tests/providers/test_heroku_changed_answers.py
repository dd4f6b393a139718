"""Heroku's answers with something else in them: the inventory ends in a System or in a Trouble, nothing else.

Recorded once from the sandbox, changed, and read again without a server.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.providers.heroku_replay import ABSENT, Where, changed, places, read_changed, recording
from wizard.model.noun import decode, encode
from wizard.model.secret import REGISTER
from wizard.model.system import System
from wizard.model.text import is_clean
from wizard.model.trouble import Trouble


def _nested(depth: int) -> Any:
    value: Any = 1
    for number in range(depth):
        value = [value] if number % 2 else {"name": value, "id": value}
    return value


JUNK: list[Any] = [
    ABSENT,
    None,
    True,
    0,
    -1,
    1.5,
    10**40,
    "",
    "0",
    "\x1b]52;c;aGk=\x07\u202e\x9b2J",
    "\ud83d\ude00" * 3_000,
    [],
    {},
    [None],
    [[1]],
    [{}],
    {"id": None, "name": []},
    {"id": {"id": 1}, "name": {"name": "x"}},
    _nested(20),
]

Change = tuple[tuple[str, str, str], Where, Any]


async def ends_well(change: Callable[[tuple[str, str, str], Any], Any]) -> System | None:
    """Read, and check what came of it: a System that can be stored and shown, None for a Trouble."""
    REGISTER.forget_all()
    try:
        system = await read_changed(change)
    except Trouble as trouble:
        assert trouble.cause and trouble.remedy
        assert is_clean(trouble.cause)
        return None
    text = encode(system)
    assert decode(text, System, what="it") == system
    unclean = [text for text in _texts(json.loads(text)) if not is_clean(text)]
    assert unclean == []
    return system


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for child in children for text in _texts(child)]


def by(changes: list[Change]) -> Callable[[tuple[str, str, str], Any], Any]:
    """All changes, each to the answer that it is for."""
    made: dict[tuple[str, str, str], Any] = {}
    for key, where, junk in changes:
        value = made.get(key, recording().values[key])
        if where in set(places(value)):
            made[key] = changed(value, where, junk)
    return lambda key, value: made.get(key, value)


@st.composite
def some_changes(draw: st.DrawFn) -> list[Change]:
    """A few answers, each with something else somewhere."""
    recorded = recording()
    kinds = sorted(recorded.kinds().values())
    changes: list[Change] = []
    for _ in range(draw(st.integers(1, 4))):
        key = draw(st.sampled_from(kinds))
        where = draw(st.sampled_from(list(places(recorded.values[key]))))
        changes.append((key, where, draw(st.sampled_from(JUNK))))
    return changes


async def test_unchanged_answers_make_the_whole_system() -> None:
    system = await ends_well(lambda key, value: value)
    assert system is not None
    assert len(system.apps) > 3 and len({one.service for one in system.add_ons}) > 3


_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(max_examples=8, deadline=None, suppress_health_check=_QUIET, derandomize=True, database=None)
@given(some_changes())
async def test_a_few_changed_answers_end_well(changes: list[Change]) -> None:
    await ends_well(by(changes))


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@settings(max_examples=300, deadline=None, suppress_health_check=_QUIET, database=None)
@given(some_changes())
async def test_many_changed_answers_end_well(changes: list[Change]) -> None:
    await ends_well(by(changes))


@pytest.mark.parametrize("junk", [ABSENT, None, {"id": None, "name": []}])
async def test_a_field_that_is_like_this_everywhere_ends_well(junk: Any) -> None:
    """Not in one answer, but in all: an API that has changed."""
    for name in ("id", "name", "app", "info"):
        await ends_well(lambda key, value, name=name: _everywhere(value, name, junk))


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("number", range(0, len(JUNK), 3))
async def test_each_field_that_is_like_this_everywhere_ends_well(number: int) -> None:
    names = {
        str(part) for value in recording().values.values() for where in places(value) for part in where[-1:]
    }
    for name in sorted(names):
        await ends_well(lambda key, value, name=name: _everywhere(value, name, JUNK[number]))


def _everywhere(value: Any, name: str, junk: Any) -> Any:
    if isinstance(value, list):
        return [_everywhere(one, name, junk) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {one: _everywhere(child, name, junk) for one, child in value.items() if one != name}
    return kept if junk is ABSENT or name not in value else {**kept, name: junk}


@pytest.mark.parametrize("twice", ["rows", "answers"])
async def test_what_comes_twice_is_there_once(twice: str) -> None:
    def doubled(key: tuple[str, str, str], value: Any) -> Any:
        return [*value, *value] if isinstance(value, list) and twice == "rows" else value

    once, again = await ends_well(lambda key, value: value), await ends_well(doubled)
    assert once is not None and again is not None
    assert [app.id for app in again.apps] == [app.id for app in once.apps]
    assert [one.id for one in again.add_ons] == [one.id for one in once.add_ons]
    assert [len(app.domains) for app in again.apps] == [len(app.domains) for app in once.apps]
