"""What cannot be moved is refused by name before anything is written; what changes is said."""

import os
from pathlib import Path

import pytest

from tests.conformance.postgres.cases import Case, cases
from tests.wizard.database_servers import Database, Server, Told, server
from wizard.database import trials
from wizard.database.inspect import inspect_source, inspect_target
from wizard.database.refusals import what_cannot_move
from wizard.database.verdict import Verdict
from wizard.model.trouble import Trouble

CHANGED = cases("changed")
REFUSED = cases("refused")


@pytest.fixture(scope="module")
def servers(old: Server, new: Server) -> dict[int, Server]:
    run = old.background.run
    run(old.postgres.sql("ALTER SYSTEM SET allow_in_place_tablespaces = on"))
    run(old.postgres.sql("SELECT pg_reload_conf()"))
    run(old.postgres.sql("SELECT pg_sleep(0.2)"))
    run(old.postgres.sql("CREATE TABLESPACE fast LOCATION ''"))
    return {16: old, 18: new}


def verdicts(source: Database, target: Database) -> list[Verdict]:
    """What the preflight would say, which has both sides before it and no plan."""
    there = inspect_source(source.url())
    return what_cannot_move(there, inspect_target(target.url(), session="s-1", there=there))


@pytest.mark.parametrize(("there", "here"), [(16, 18), (18, 16), (18, 18)])
def test_all_that_is_refused_is_named(
    servers: dict[int, Server], tmp_path: Path, there: int, here: int
) -> None:
    source, target = servers[there].database(), servers[here].database()
    some = [case for case in REFUSED if (case.there, case.here) == (there, here)]
    for case in some:
        case.make(source)
    said = [one.sentence for one in verdicts(source, target) if one.kind == "refused"]
    for words in [words for case in some for words in case.says]:
        assert any(words in sentence for sentence in said), f"{words} is not named: {said}"
    with pytest.raises(Trouble) as refused:
        Told(source, target, tmp_path).move.first_copy()
    assert refused.value.code == "cannot-move"
    assert inspect_target(target.url(), session="s-1").state.state == "empty", "something was written"


@pytest.mark.slow
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_each_is_refused_by_name(servers: dict[int, Server], tmp_path: Path, case: Case) -> None:
    source, target = servers[case.there].database(), servers[case.here].database()
    case.make(source)
    told = Told(source, target, tmp_path)
    with pytest.raises(Trouble) as refused:
        told.move.first_copy()
    assert refused.value.code == "cannot-move"
    said = [one.sentence for one in verdicts(source, target) if one.kind == "refused"]
    for words in case.says:
        assert words in refused.value.cause, "the copy does not name it"
        assert any(words in sentence for sentence in said), f"the preflight does not name it: {said}"
    for words in case.never:
        assert words not in f"{refused.value} {told.events} {said}"
    assert inspect_target(target.url(), session="s-1").state.state == "empty", "something was written"


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("CREATE VIEW newest AS SELECT uuidv7() AS id", "view newest"),
        ("CREATE TABLE t (b bytea); CREATE INDEX sums ON t (crc32(b))", "index sums"),
        (
            "CREATE TABLE t (a int[]);"
            "CREATE RULE turned AS ON INSERT TO t DO ALSO SELECT array_reverse(NEW.a)",
            "rule t turned",
        ),
        ("CREATE TABLE t (p regprocedure); INSERT INTO t VALUES ('uuidv7()')", "values of public.t.p"),
        (
            "CREATE TABLE t (p regprocedure[]); INSERT INTO t VALUES ('{now(),uuidv7()}')",
            "values of public.t.p",
        ),
    ],
)
def test_what_no_rule_knows_is_refused_before_a_row_comes(
    servers: dict[int, Server], tmp_path: Path, made: str, named: str
) -> None:
    source, target = servers[18].database(), servers[16].database()
    source.sql(made)
    with pytest.raises(Trouble) as refused:
        Told(source, target, tmp_path).move.first_copy()
    assert named in refused.value.cause
    assert inspect_target(target.url(), session="s-1").state.state == "empty", "something was written"


def test_what_changes_is_said_and_the_rest_moves(servers: dict[int, Server], tmp_path: Path) -> None:
    source, target = servers[16].database(), servers[18].database()
    for case in CHANGED:
        case.make(source)
    before = [one.sentence for one in verdicts(source, target) if one.kind == "changed"]
    told = Told(source, target, tmp_path)
    told.whole_way()
    for case in CHANGED:
        assert not case.differences(source, target)
        for words in case.says:
            assert any(words in one for one in told.events), f"{words}: {told.events}"
            if not words.startswith("event trigger extension_before_drop"):
                assert any(words in one for one in before), f"{words}: {before}"
    assert "canary" not in f"{before} {told.events}"


def test_a_follower_is_copied_but_for_what_is_unlogged(new: Server, tmp_path: Path) -> None:
    with server(tmp_path, 16) as leader:
        whole, lacking = leader.database(), leader.database()
        whole.sql("CREATE TABLE t (id serial PRIMARY KEY, n int CHECK (n > 0)); INSERT INTO t (n) VALUES (5)")
        lacking.sql("CREATE TABLE t (id int); CREATE UNLOGGED TABLE light (id int)")
        leader.background.run(leader.postgres.stop())
        mark, data = leader.postgres.data / "standby.signal", leader.postgres.data.stat()
        mark.touch()
        os.chown(mark, data.st_uid, data.st_gid)
        leader.background.run(leader.postgres.start())
        assert whole.one("SELECT pg_is_in_recovery()")
        Told(whole, new.database(), tmp_path).whole_way()
        target = new.database()
        with pytest.raises(Trouble, match="The source is a follower"):
            Told(lacking, target, tmp_path).move.first_copy()
        assert "public.light" in " ".join(one.sentence for one in verdicts(lacking, target))
        assert inspect_target(target.url(), session="s-1").state.state == "empty"


def test_values_that_are_too_large_are_named(old: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    source = old.database()
    source.sql(
        "CREATE TABLE files (small bytea, large bytea); ALTER TABLE files ALTER large SET STORAGE EXTERNAL;"
        "INSERT INTO files VALUES ('abc', decode(repeat('00', 50000), 'hex')), (NULL, NULL)"
    )
    assert not inspect_source(source.url()).features
    # In small: a value of half a gigabyte takes minutes to make.
    monkeypatch.setattr(trials, "LARGEST", 40_000)
    monkeypatch.setattr(trials, "LEAST_STORED", 20_000)
    refused = [one.sentence for one in what_cannot_move(inspect_source(source.url()), None)]
    assert [one for one in refused if one.startswith("Values of public.files.large are larger")] == refused
