"""Whatever system is described, every object of it is in Offramp's inventory by count and by name, nothing
that a terminal should not see is, and no value."""

from pathlib import Path

import pytest

from providers.sandbox.heroku.systems.wild import TEXTS, wild
from providers.sandbox.heroku.world.world import World
from tests.providers.test_heroku_whole import read, wrong
from wizard.model.noun import encode
from wizard.model.text import clean

RAW = ("\x1b", "\x07", "\x00", "\x9b", "\u202e", "\u2066", "\u200b")
HARMLESS = tuple(text for text in TEXTS if clean(text) == text)


def _values(world: World) -> list[str]:
    """Values that are made up: long, of letters and digits only."""
    values = {value for app in world.apps.values() for value in app.config.values()}
    return [value for value in values if len(value) == 36 and value.isalnum()]


async def _nothing_is_missing(seed: int, folder: Path) -> None:
    world = wild(seed, texts=HARMLESS)
    assert wrong(world, await read(world, folder)) == {}, f"seed {seed}"


async def _nothing_leaks(seed: int, folder: Path) -> None:
    world = wild(seed)
    system = await read(world, folder)
    assert len(system.apps) + len(system.unread_apps) == len(world.apps)
    written = encode(system)
    assert [raw for raw in RAW if raw in written or f"\\u{ord(raw):04x}" in written] == []
    values = _values(world)
    assert values
    assert [value for value in values if value in written] == []


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_missing(seed: int, tmp_path: Path) -> None:
    await _nothing_is_missing(seed, tmp_path)


async def test_no_escape_sequence_and_no_value_comes_through(tmp_path: Path) -> None:
    await _nothing_leaks(3, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 84))
async def test_the_same_of_many(seed: int, tmp_path: Path) -> None:
    await (_nothing_is_missing if seed % 2 else _nothing_leaks)(seed, tmp_path)
