"""Text from outside: what a terminal obeys is replaced, what a person reads is not."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.model.text import LINE_LIMIT, clean, clean_lines, is_clean

DANGEROUS = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

INJECTIONS = [
    "\x1b]0;owned\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1bP$q\x1b\\",
    "\x1b_G\x1b\\",
    "\x1b[2J\x1b[H",
    "\x1b[31mred\x1b[0m",
    "\x9b2J",
    "\x9d0;owned\x9c",
    "\x90q\x9c",
    "a\rb",
    "a\x08b",
    "a\x00b",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\u200bhidden",
    "\ufeffbom",
    "\U000e0041tag",
    "a\u2028b\u2029c",
    "\x85next",
    "\x7f",
    "\ud800",
]


def test_every_code_point_is_treated_as_its_category_says() -> None:
    """The table in text.py is written out by hand; this is its only proof."""
    wrong = []
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        category = unicodedata.category(letter)
        if category == "Cn":
            continue  # Not assigned in this Python's Unicode: a later one may call it a format character.
        if (clean(letter) != letter) != (category in DANGEROUS):
            wrong.append(f"U+{code:04X} {category}")
    assert wrong == []


def test_what_is_replaced_beyond_this_unicode_is_not_a_letter() -> None:
    replaced = [code for code in range(sys.maxunicode + 1) if clean(chr(code)) != chr(code)]
    assert {unicodedata.category(chr(code)) for code in replaced} <= DANGEROUS | {"Cn"}


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("function", [clean, clean_lines])
def test_injections_become_visible(text: str, function: type) -> None:
    out = function(f"name{text}rest")
    assert not [letter for letter in out if unicodedata.category(letter) in DANGEROUS]
    assert out.startswith("name")
    assert out.endswith("rest")
    assert not is_clean(text)
    out.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\tb", "a b"),
        ("a\nb", "a␊b"),
        ("a\x7fb", "a␡b"),
        ("a\x9bb", "a<U+009B>b"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\U000e0041b", "a<U+E0041>b"),
        ("Zürich 東京 café 🚀 ✓ [b]", "Zürich 東京 café 🚀 ✓ [b]"),
        ("", ""),
    ],
)
def test_how_it_looks(text: str, seen: str) -> None:
    assert clean(text) == seen


def test_line_breaks_stay_where_they_may() -> None:
    assert clean_lines("a\r\nb\nc\rd") == "a\nb\nc␍d"


def test_long_texts_are_cut_to_the_limit() -> None:
    assert clean("x" * 10, limit=10) == "x" * 10
    assert clean("x" * 11, limit=10) == "x" * 9 + "…"
    assert clean_lines("\r\n" * 10, limit=10) == "\n" * 10
    assert clean_lines("\r\n" * 30, limit=10) == "\n" * 9 + "…"
    assert len(clean("\x1b\u202e" * LINE_LIMIT)) == LINE_LIMIT


@given(st.text(st.characters()))
def test_nothing_a_terminal_obeys_gets_through(text: str) -> None:
    out = clean(text)
    assert not [letter for letter in out if unicodedata.category(letter) in DANGEROUS]
    assert is_clean(out)


@given(st.text(st.characters(), max_size=60), st.integers(1, 40))
def test_cleaning_twice_is_cleaning_once(text: str, limit: int) -> None:
    for function in (clean, clean_lines):
        once = function(text, limit=limit)
        assert function(once, limit=limit) == once
        assert len(once) <= limit


@given(st.text(st.characters(exclude_categories=sorted(DANGEROUS))))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    # Cn is not excluded: a code point without a meaning yet may be replaced, nothing else.
    if all(unicodedata.category(letter) != "Cn" for letter in text):
        assert clean(text) == text


@given(st.text(st.characters()))
def test_is_clean_agrees_with_clean(text: str) -> None:
    assert is_clean(text) == (clean(text) == text)
