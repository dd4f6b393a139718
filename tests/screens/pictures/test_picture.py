"""The pictures themselves: what is kept is read again, and a difference is told so that one finds it."""

import re
from pathlib import Path

import pytest

from tests.screens.pictures import studio
from tests.screens.pictures.compare import differences
from tests.screens.pictures.picture import Picture, read, write

GOOD, PLAIN, BARE = "good on background", "foreground on background", "background"
LINES = ("✓ done  ", "        ")
LOOKS = ((GOOD, BARE, GOOD, GOOD, GOOD, GOOD, BARE, BARE), (BARE,) * 8)
PICTURE = Picture({"dark": LINES, "sixteen": ("  done  ", LINES[1])}, {"dark": LOOKS, "sixteen": LOOKS})


def test_what_is_written_is_read() -> None:
    assert read(write(PICTURE), (8, 2)) == PICTURE
    assert "== text of sixteen\n1|  done\n" in write(PICTURE)
    assert "\ng gggg\n" in write(PICTURE), "a letter that tells something"
    with pytest.raises(ValueError, match="legend"):
        read("== text\n== styles\n", (8, 2))


def test_a_difference_is_told_where_it_is() -> None:
    assert differences(PICTURE, PICTURE) == []
    words = Picture({"dark": ("✗ done  ", LINES[1])}, {"dark": LOOKS})
    assert differences(PICTURE, words) == ["  1 - ✓ done", "    + ✗ done"]
    plain = tuple(PLAIN if look == GOOD else look for look in LOOKS[0])
    other = Picture({"dark": LINES}, {"dark": (plain, LOOKS[1])})
    assert differences(PICTURE, other)[-1] == f"  1 dark: 'done' was {GOOD}; is {PLAIN}"


def test_each_picture_that_is_kept_is_taken() -> None:
    here = Path(studio.__file__).parent
    taken = set(re.findall(r'"([a-z0-9-]+)"', "".join(file.read_text() for file in here.glob("test_*.py"))))
    assert {file.stem for file in studio.KEPT.rglob("*.txt")} <= taken
