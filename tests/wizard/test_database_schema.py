"""What of a dump is sent to a target in other words."""

import pytest

from wizard.database.schema import without_attver

TABLE = "CREATE TABLE public.t (\n    id integer\n);\n"
SET = "ALTER TABLE ONLY public.t ALTER COLUMN id SET ({});\n"


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ("pg_attver=1", ""),
        ("pg_attver=27, n_distinct=5", SET.format("n_distinct=5")),
        (
            "n_distinct=5, pg_attver=1, n_distinct_inherited=-1",
            SET.format("n_distinct=5, n_distinct_inherited=-1"),
        ),
        ("n_distinct=5", SET.format("n_distinct=5")),
    ],
)
def test_an_option_that_only_debians_server_knows_is_left_out(options: str, left: str) -> None:
    assert without_attver(TABLE + SET.format(options)) == TABLE + left


def test_text_that_only_looks_like_it_stays() -> None:
    text = TABLE.replace("integer", "text DEFAULT 'pg_attver=1'::text")
    assert without_attver(text) == text
