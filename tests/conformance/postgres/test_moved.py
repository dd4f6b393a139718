"""Everything that can be moved is: each case alone and all together, upwards and downwards."""

from pathlib import Path

import pytest

from tests.conformance.postgres.cases import Case, cases
from tests.wizard.database_servers import Database, Server, Told
from wizard.database.connect import connect
from wizard.database.not_taken import not_taken
from wizard.database.schema import index_owners

MOVED = cases("moved")


SLOW = pytest.mark.slow


@pytest.mark.parametrize("direction", ["16 to 18", pytest.param("18 to 16", marks=SLOW)])
def test_all_of_it_together(old: Server, new: Server, tmp_path: Path, direction: str) -> None:
    there, here = (old, new) if direction == "16 to 18" else (new, old)
    _move(MOVED, there.database(), here.database(), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", MOVED, ids=lambda case: case.name)
@pytest.mark.parametrize("direction", ["16 to 18", "18 to 16"])
def test_each_alone(old: Server, new: Server, tmp_path: Path, case: Case, direction: str) -> None:
    there, here = (old, new) if direction == "16 to 18" else (new, old)
    _move([case], there.database(), here.database(), tmp_path)


def test_what_only_18_knows(new: Server, tmp_path: Path) -> None:
    _move(cases("newest"), new.database(), new.database(), tmp_path)


def test_what_only_a_superuser_makes_comes_to_a_superuser(
    old: Server, new: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = old.database(), new.database()
    for database in (source, target):
        # As at Aptible, whose role is one.
        url = database.url("postgres")
        monkeypatch.setattr(database, "url", lambda role="postgres", url=url: url)
    _move(cases("superusers"), source, target, tmp_path)


def test_a_source_that_was_a_target_and_a_target_without_its_first_schema(
    old: Server, new: Server, tmp_path: Path
) -> None:
    source, target = old.database(), new.database()
    source.sql(
        "CREATE SCHEMA _offramp; COMMENT ON SCHEMA _offramp IS 'theirs'; CREATE TABLE _offramp.move (x int);"
        f"COMMENT ON DATABASE {source.name} IS 'its comment';"
        "CREATE TABLE t (id int); INSERT INTO t VALUES (7)"
    )
    target.sql("DROP SCHEMA public", "postgres")
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert target.one("SELECT id FROM public.t") == 7
    assert target.one("SELECT count(*) FROM pg_namespace WHERE nspname = '_offramp'") == 0
    left = [event for event in told.events if event.startswith("Left out")]
    assert any("the comment on the database" in event for event in left), told.events
    assert any("the schema _offramp" in event for event in left), told.events


@pytest.mark.parametrize("program", ["the newest", pytest.param("Debian's", marks=SLOW)])
def test_a_partitioned_table_that_is_called_unlogged(
    request: pytest.FixtureRequest, new: Server, tmp_path: Path, program: str
) -> None:
    # A newer pg_dump leaves the word out, an older one does not, and version 18 refuses it.
    there: Server = request.getfixturevalue("debian" if program == "Debian's" else "old")
    source, target = there.database(), new.database()
    source.sql(
        "CREATE UNLOGGED TABLE pieces (id int) PARTITION BY RANGE (id);"
        "CREATE UNLOGGED TABLE low PARTITION OF pieces FOR VALUES FROM (1) TO (10);"
        "CREATE TABLE high PARTITION OF pieces DEFAULT; INSERT INTO pieces VALUES (1), (50)"
    )
    Told(source, target, tmp_path).whole_way()
    kinds = "SELECT relname, relpersistence FROM pg_class WHERE relname IN ('low', 'high') ORDER BY 1"
    assert target.sql(kinds) == source.sql(kinds) == [("high", "p"), ("low", "u")]


def test_only_rows_that_somebody_added_to_an_extensions_table_are_named(old: Server) -> None:
    source = old.database()
    source.sql(
        "CREATE EXTENSION vector; CREATE TABLE zones (id int); CREATE TABLE others (id int);"
        "CREATE TABLE hidden (id int); INSERT INTO zones VALUES (1), (900); INSERT INTO others VALUES (1);"
        "CREATE TABLE called (id int); INSERT INTO called VALUES (1); ANALYZE called;"
        "UPDATE pg_extension SET extconfig = ARRAY['called', 'zones', 'others', 'hidden']::regclass[]::oid[],"
        " extcondition = ARRAY['WHERE no_function()', 'WHERE id > 100', 'WHERE id > 100', '']"
        " WHERE extname = 'vector';"
        "GRANT SELECT ON zones, others, called TO app; INSERT INTO hidden VALUES (1)",
        "postgres",
    )
    with connect(source.url(), "offramp/test") as connection:
        said = [words for words in not_taken(connection) if words.startswith("rows in")]
    assert said == [
        "rows in public.called, a table of the extension vector",
        "rows in public.hidden, a table of the extension vector",
        "rows in public.zones, a table of the extension vector",
    ]


def test_an_index_of_what_other_tables_hold_belongs_to_no_table(old: Server) -> None:
    source = old.database()
    next(case for case in MOVED if case.name == "asking").make(source)
    with connect(source.url(), "offramp/test") as connection:
        rows = connection.execute("SELECT oid, relname FROM pg_class WHERE relkind = 'i'").fetchall()
        owners = index_owners(connection)
    late = {name for oid, name in rows if oid not in owners and not name.startswith("pg_")}
    # It is built when every table has its rows, or it would hold what was there half-way.
    assert late == {"by_name", "by_grouped", "aa_named_name_of_excl"}


def _move(some: list[Case], source: Database, target: Database, work: Path) -> None:
    for case in some:
        case.make(source)
    Told(source, target, work).whole_way()
    wrong = [words for case in some for words in case.differences(source, target)]
    assert not wrong, "\n".join(wrong)
