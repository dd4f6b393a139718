"""Large objects in a whole move: what changes meanwhile, what is tampered with, and what is begun anew."""

import subprocess
from pathlib import Path

import pytest

from tests.wizard.database_servers import PASSWORD, Database, Server, Told
from wizard.database.archive import read_archive
from wizard.database.schema import sort_schema

FILES = """
CREATE TABLE files (id int PRIMARY KEY, file oid);
INSERT INTO files SELECT i, lo_from_bytea((1000 + i)::oid, decode(repeat(md5(i::text), i), 'hex'))
    FROM generate_series(1, 20) i;
SELECT lo_from_bytea(5000, decode(repeat('a1', 1500000), 'hex'));
"""


@pytest.fixture
def source(new: Server) -> Database:
    made = new.database()
    made.sql(FILES)
    return made


def test_what_changes_after_the_first_copy_comes_too(new: Server, source: Database, tmp_path: Path) -> None:
    target = new.database()
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    source.sql(
        "SELECT lo_put(1003, 0, 'changed'); SELECT lo_unlink(1004); SELECT lo_from_bytea(6000, 'late');"
        "DELETE FROM files WHERE id = 4"
    )
    told.whole_way()
    contents = "SELECT m.oid, lo_get(m.oid) FROM pg_largeobject_metadata m ORDER BY 1"
    assert target.sql(contents) == source.sql(contents)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("SELECT lo_put(5000, 1400000, 'x')", "large object 5000 differs"),
        ("SELECT lo_unlink(1007)", "large object 1007 is missing"),
    ],
)
def test_the_proof_names_what_differs(
    new: Server, source: Database, tmp_path: Path, change: str, named: str
) -> None:
    target = new.database()
    told = Told(source, target, tmp_path)
    told.whole_way()
    target.sql(change)
    assert [one.words for one in told.move.prove().lost] == [named]


def test_a_copy_that_is_begun_anew_leaves_none_behind(new: Server, source: Database, tmp_path: Path) -> None:
    target = new.database()
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.move.start_over()
    assert target.one("SELECT count(*) FROM pg_largeobject_metadata") == 0
    assert told.move.state().state == "empty"
    told.whole_way()


@pytest.mark.parametrize("major", [16, 18])
def test_a_dump_that_lists_them_does_not_make_them_twice(old: Server, new: Server, major: int) -> None:
    # From 17 on a dump lists them by bunches, and what is known of them apart.
    there = old if major == 16 else new
    source = there.database()
    source.sql(FILES + "COMMENT ON LARGE OBJECT 5000 IS 'commented'")
    environment = {"PGPASSWORD": PASSWORD, "PGHOST": str(there.postgres.socket_folder), "PGUSER": "app"}
    dump = subprocess.run(
        [str(there.postgres.program("pg_dump")), "-Fc", source.name],
        env=environment,
        capture_output=True,
        check=True,
    ).stdout
    entries = read_archive(dump)
    listed = {entry.kind for entry in entries}
    assert listed >= ({"BLOB", "BLOBS"} if major == 16 else {"BLOB METADATA", "BLOBS"})
    made = sort_schema(entries, [], {}, []).statements
    assert not [one for one in made if "blob" in one.name or "large object" in one.name.lower()]
    assert any(one.name == "table files" for one in made)
