"""Nouns: encoded and decoded without loss, refused with the path of what is wrong."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.model.noun import Noun, decode, decode_toml, encode, encode_ordered
from wizard.model.trouble import Trouble


class Part(Noun, frozen=True, kw_only=True):
    name: str
    count: int = 1


class Whole(Noun, frozen=True, kw_only=True):
    title: str
    parts: tuple[Part, ...] = ()
    words: dict[str, str] = msgspec.field(default_factory=dict)


WHOLE = Whole(title="x", parts=(Part(name="a"), Part(name="b", count=2)), words={"z": "1", "a": "2"})


def test_it_comes_back_as_it_went() -> None:
    assert decode(encode(WHOLE), Whole, what="it") == WHOLE
    assert decode(encode_ordered(WHOLE), Whole, what="it") == WHOLE
    assert decode(encode([WHOLE]), list[Whole], what="it") == [WHOLE]


@given(st.text(st.characters(codec="utf-8")), st.integers(-(2**63), 2**63 - 1))
def test_any_text_and_number_come_back(name: str, count: int) -> None:
    part = Part(name=name, count=count)
    assert decode(encode(part), Part, what="it") == part


def test_equal_nouns_give_equal_ordered_texts() -> None:
    other = Whole(title="x", parts=WHOLE.parts, words={"a": "2", "z": "1"})
    assert other == WHOLE
    assert encode_ordered(other) == encode_ordered(WHOLE)


def test_it_cannot_be_changed_and_takes_names_only() -> None:
    with pytest.raises(AttributeError):
        WHOLE.title = "y"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Part("a")  # type: ignore[misc]


def test_defaults_are_not_shared() -> None:
    assert Whole(title="x").words is not Whole(title="x").words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"title": "x", "parts": [{"name": "a"}, {"name": 7}]}', "$.parts[1].name"),
        ('{"title": "x", "parts": [{}]}', "missing required field `name`"),
        ('{"parts": []}', "missing required field `title`"),
        ("<html>", "malformed"),
        ("", "truncated"),
        ('{"title": "x"', "truncated"),
        ("[" * 100_000, "it"),
        ('{"title": NaN}', "malformed"),
        (b'{"title": "\xff"}', "utf-8"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(text: str | bytes, said: str) -> None:
    with pytest.raises(Trouble) as caught:
        decode(text, Whole, what="it")
    assert caught.value.code == "unreadable"
    assert caught.value.cause.startswith("Cannot read it: ")
    assert said.lower() in caught.value.cause.lower()


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert decode('{"name": "a", "colour": "blue"}', Part, what="it") == Part(name="a")


def test_toml(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "catalogue.toml"
    file.write_text('title = "x"\n[[parts]]\nname = "a"\ncount = 3\n')
    assert decode_toml(file, Whole) == Whole(title="x", parts=(Part(name="a", count=3),))
    for broken in ('title = "x', "title = 7", "\xff"):
        file.write_text(broken, encoding="latin-1")
        with pytest.raises(Trouble) as caught:
            decode_toml(file, Whole)
        assert caught.value.code == "unreadable"
        assert "catalogue.toml" in caught.value.cause
