"""One definition, one text: an array that is cast whole reads like one whose elements are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.database.deparse import settled

TYPED = "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))"
READ_BACK = (
    "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))"
)


def test_what_was_typed_reads_like_what_was_read_back() -> None:
    assert settled(TYPED) == READ_BACK
    assert settled(READ_BACK) == READ_BACK


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "s = ANY (ARRAY['a'::varchar, 'b'::varchar]::text[])",
            "s = ANY (ARRAY['a'::varchar::text, 'b'::varchar::text])",
        ),
        (
            "(ARRAY[f(1, 2), g('x,]')])::public.\"My type\"[]",
            'ARRAY[(f(1, 2))::public."My type", (g(\'x,]\'))::public."My type"]',
        ),
        ("((ARRAY[a])::b[])::c[]", "ARRAY[((a)::b)::c]"),
        (
            "(ARRAY[ARRAY['a'::v], ARRAY['b'::v]])::text[]",
            "ARRAY[ARRAY[('a'::v)::text], ARRAY[('b'::v)::text]]",
        ),
        ("(ARRAY['x'::text])::character varying(10)[] ", "ARRAY[('x'::text)::character varying(10)] "),
    ],
)
def test_other_shapes(before: str, after: str) -> None:
    assert settled(before) == after


@pytest.mark.parametrize(
    "same",
    [
        "",
        "DEFAULT '(ARRAY[1])::text[]'::text",
        "DEFAULT 'it''s (ARRAY[1])::text[]'::text",
        "DEFAULT E'\\'(ARRAY[1])::text[]'::text",
        'SELECT "(ARRAY[1])::text[]" FROM t',
        "ARRAY[1, 2]",
        "ARRAY['never closed'",
        "(ARRAY[1, 2])::int4range",
    ],
)
def test_what_is_no_cast_of_an_array_stays(same: str) -> None:
    assert settled(same) == same


@given(st.text(alphabet="ARY[](),:;'\"\\ atex1"))
def test_it_ends_and_is_settled_then(text: str) -> None:
    assert settled(settled(text)) == settled(text)
