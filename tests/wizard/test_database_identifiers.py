"""Tables, columns, schemas, types and sequences by names that SQL, shells and formats would stumble over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.trials import trials
from tests.wizard.database_servers import Database, Server, Told, server

LONGEST = 63
"""Bytes of a name in Postgres."""

NAMES = (
    "é" * 31 + "x",
    "pg_class",
    "-t",
    "%s",
    "\u202egnp.exe",
    '"',
    '"quoted"',
    'a"."b',
    "it's",
    "'; DROP TABLE x; --",
    "back\\slash",
    "\\.",
    "semi;colon",
    "--comment",
    "/*c*/",
    "public.t",
    "*",
    "a?b",
    "[a-z]+(x|y)",
    "%(x)s",
    "100%",
    "{0}",
    "$1",
    "$$",
    "$body$",
    ":param",
    "tab\there",
    "new\nline",
    "cr\rhere",
    "\x1b[31m",
    "é",
    "e\u0301",
    "日本語",
    "😀",
    "x" * LONGEST,
    "1abc",
    "_offramp_row",
    "select",
    "user",
    "NULL",
    "Capital",
    "CAPITAL",
    "a b",
    " leading",
    "trailing ",
)
"""CI takes the first fifteen, the table of faults all."""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def objects(number: int, name: str) -> str:
    """A schema, a type, a sequence and two tables of that name, and rows in them."""
    assert len(name.encode()) <= LONGEST
    q, schema = quoted(name), quoted("s" + name if name.startswith("pg_") else name)
    # A table's type has its name, too: the enum lives elsewhere.
    return f"""
        CREATE SCHEMA {schema};
        CREATE TYPE {schema}.{q} AS ENUM ({literal(name)}, 'other');
        CREATE TABLE public.{q} ({q} integer PRIMARY KEY, "of" {schema}.{q} DEFAULT {literal(name)}, t text);
        CREATE INDEX ON public.{q} ({q}, lower(t));
        INSERT INTO public.{q}
          SELECT n, {literal(name)}, {literal(name)} || n FROM generate_series(1, {number + 5}) n;
        CREATE SEQUENCE {schema}.seq START {number + 100};
        SELECT nextval({literal(schema + ".seq")}::regclass);
        CREATE TABLE {schema}.child
          (id serial PRIMARY KEY, {q} integer REFERENCES public.{q}, x {schema}.{q});
        INSERT INTO {schema}.child ({q}, x) VALUES (1, 'other'), (2, {literal(name)});
        CREATE VIEW {schema}.seen AS SELECT {q}, count(*) FROM {schema}.child GROUP BY 1;
    """


def literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def digests(database: Database) -> dict[str, tuple[object, ...]]:
    """Rows and an MD5 of each table, made here and not by the engine; what each sequence says last."""
    names = database.sql(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN"
        " ('pg_catalog', 'information_schema', '_offramp') ORDER BY 1"
    )
    found: dict[str, tuple[object, ...]] = {}
    for (name,) in names:
        query = (
            f"SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY t::text COLLATE \"C\")) FROM {name} t"
        )
        found[name] = database.sql(query)[0]
    for name, last in database.sql(
        "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences ORDER BY 1"
    ):
        found[f"sequence {name}"] = (last,)
    return found


@pytest.mark.timeout(600)
def test_names_that_sql_would_stumble_over_are_copied_and_equal(
    old: Server, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    source, target = old.database(), old.database()
    names = NAMES[: trials(15, len(NAMES))]
    for number, name in enumerate(names):
        source.sql(objects(number, name))
    before = digests(source)
    assert len(before) == len(names) * 4
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.whole_way()
    assert digests(source) == before
    after = digests(target)
    wrong = {name for name in before if after.get(name) != before[name]}
    record_property("trials", len(names))
    record_property("figure", f"{len(before)} tables and sequences")
    assert not wrong and set(after) == set(before)
