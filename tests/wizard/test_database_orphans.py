"""Rows that break foreign keys on the source already: named when the first copy has them, never wrongly."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import SMALL, ZOO, Database, Server, Told, server
from wizard.database import orphans
from wizard.database.orphans import KeyCheck, Orphans
from wizard.model.trouble import Trouble


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    return old.database()


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


KINDS = r"""
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN code AS varchar(9);
CREATE TABLE one (id int PRIMARY KEY);
CREATE TABLE simple (id int, one int CONSTRAINT simple_key REFERENCES one);
CREATE TABLE small_to_big (one smallint CONSTRAINT small_to_big_key REFERENCES one);
CREATE TABLE two (a text, b int, UNIQUE (a, b));
CREATE TABLE composite (x text, y int, CONSTRAINT composite_key FOREIGN KEY (x, y) REFERENCES two (a, b));
CREATE TABLE filled (x text, y int,
    CONSTRAINT filled_key FOREIGN KEY (x, y) REFERENCES two (a, b) MATCH FULL);
CREATE TABLE tree (id int PRIMARY KEY, up int CONSTRAINT tree_key REFERENCES tree);
CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE TABLE to_parts (part int CONSTRAINT to_parts_key REFERENCES parts);
CREATE TABLE of_parts (id int, one int CONSTRAINT of_parts_key REFERENCES one) PARTITION BY HASH (id);
CREATE TABLE of_parts_0 PARTITION OF of_parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE of_parts_1 PARTITION OF of_parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE moods (m mood PRIMARY KEY) PARTITION BY HASH (m);
CREATE TABLE moods_0 PARTITION OF moods FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE moody (m mood CONSTRAINT moody_key REFERENCES moods);
CREATE TABLE codes (c code PRIMARY KEY);
CREATE TABLE coded (c text CONSTRAINT coded_key REFERENCES codes);
CREATE TABLE words (w text COLLATE "C" PRIMARY KEY);
CREATE TABLE worded (w text CONSTRAINT worded_key REFERENCES words);
CREATE TABLE heirless (id int PRIMARY KEY);
CREATE TABLE heir () INHERITS (heirless);
CREATE TABLE to_heirs (id int CONSTRAINT to_heirs_key REFERENCES heirless);
CREATE TABLE "Odd "" name" ("a %s" int CONSTRAINT "odd "" key" REFERENCES one);
CREATE TABLE unchecked (one int);
INSERT INTO unchecked VALUES (99);
ALTER TABLE unchecked ADD CONSTRAINT unchecked_key FOREIGN KEY (one) REFERENCES one NOT VALID;
INSERT INTO one VALUES (1), (2); INSERT INTO simple VALUES (1, 1), (2, NULL), (3, 2);
INSERT INTO small_to_big VALUES (1); INSERT INTO two VALUES ('a', 1), (NULL, 2), ('b', NULL);
INSERT INTO composite VALUES ('a', 1), ('nobody', NULL), (NULL, 9), (NULL, NULL);
INSERT INTO filled VALUES ('a', 1), (NULL, NULL); INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 3);
INSERT INTO parts VALUES (1), (11); INSERT INTO to_parts VALUES (1), (11), (NULL);
INSERT INTO of_parts SELECT i, 1 FROM generate_series(1, 9) i;
INSERT INTO moods VALUES ('sad'); INSERT INTO moody VALUES ('sad');
INSERT INTO codes VALUES ('c'); INSERT INTO coded VALUES ('c');
INSERT INTO words VALUES ('w'); INSERT INTO worded VALUES ('w');
INSERT INTO heirless VALUES (1); INSERT INTO heir VALUES (2); INSERT INTO to_heirs VALUES (1);
INSERT INTO "Odd "" name" VALUES (1);
"""

BROKEN = r"""
SET session_replication_role = replica;
INSERT INTO simple VALUES (4, 8), (5, 9); INSERT INTO small_to_big VALUES (3);
INSERT INTO composite VALUES ('a', 2), ('b', 1); INSERT INTO filled VALUES ('a', 2), ('a', NULL), (NULL, 1);
INSERT INTO tree VALUES (4, 5); INSERT INTO to_parts VALUES (2), (12), (99);
INSERT INTO of_parts SELECT i, 7 FROM generate_series(1, 9) i;
INSERT INTO moody VALUES ('ok'); INSERT INTO coded VALUES ('d'); INSERT INTO worded VALUES ('W');
INSERT INTO to_heirs VALUES (2); INSERT INTO "Odd "" name" VALUES (3);
"""

COUNTED = {
    "simple_key": 2,
    "small_to_big_key": 1,
    "composite_key": 2,
    "filled_key": 3,
    "tree_key": 1,
    "to_parts_key": 3,
    "of_parts_key": 9,
    "moody_key": 1,
    "coded_key": 1,
    "worded_key": 1,
    "to_heirs_key": 1,
    'odd " key': 1,
}


def test_rows_that_break_keys_are_counted_by_the_first_copy(
    source: Database, target: Database, tmp_path: Path
) -> None:
    source.sql(KINDS)
    source.sql(BROKEN, role="postgres")
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    assert told.move.orphans is not None
    assert {found.key: found.rows for found in told.move.orphans} == COUNTED
    assert Orphans(key="simple_key", table="public.simple", other="public.one", rows=2) in told.move.orphans
    said = [event for event in told.events if "foreign key" in event]
    assert len(said) == len(COUNTED)
    assert (
        "2 rows of public.simple refer to what is not in public.one: the target will refuse the foreign key"
        " simple_key. Correct them on the source before the keys are made."
    ) in said
    left = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    assert target.one(left) == 0, "rows are copied again before the keys are made"
    with pytest.raises(Trouble, match="cannot be made"):
        Told(source, target, tmp_path).move.finish()


@pytest.mark.parametrize("script", [SMALL, ZOO, KINDS])
def test_of_keys_that_hold_nothing_is_said(
    source: Database, target: Database, tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.sql(script)
    counted: list[int] = []
    count = orphans._count

    def counting(*arguments: object) -> list[int]:
        found = count(*arguments)  # type: ignore[arg-type]
        counted.extend(found)
        return found

    monkeypatch.setattr(orphans, "_count", counting)
    told = Told(source, target, tmp_path)
    told.whole_way()
    valid = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated AND conparentid = 0"
    assert len(counted) == source.one(valid), "each was asked in the first round trip"
    assert told.move.orphans == ()


def test_rows_of_two_moments_are_no_orphans(source: Database, target: Database, tmp_path: Path) -> None:
    source.sql(SMALL.replace("CREATE TABLE payments", "CREATE UNLOGGED TABLE payments"))
    Told(source, target, tmp_path).move.first_copy()
    # As a crash of the target leaves it: the accounts stay those of the first moment.
    target.sql("TRUNCATE payments")
    source.sql("INSERT INTO accounts VALUES (301, 'new'); INSERT INTO payments (account) VALUES (301)")
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    assert target.one("SELECT count(*) FROM payments WHERE account = 301") == 1
    assert told.move.orphans is None
    assert not any("foreign key" in event for event in told.events)
    told.whole_way()


def test_a_key_that_cannot_be_asked_for_does_not_hide_the_others(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.sql(KINDS)
    source.sql(BROKEN, role="postgres")
    asked = orphans.broken_rows

    def odd(key: orphans.Checked) -> object:
        return orphans.sql.SQL("SELECT 1 / 0") if key.name == "tree_key" else asked(key)

    monkeypatch.setattr(orphans, "broken_rows", odd)
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    assert {found.key for found in told.move.orphans or ()} == COUNTED.keys() - {"tree_key"}


def test_small_tables_cost_one_statement_more_on_either_side(
    source: Database, target: Database, new: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.sql(KINDS)
    execute = psycopg.Connection.execute
    lock, counted = threading.Lock(), [0]

    def counting(self: psycopg.Connection, *arguments: object, **named: object) -> object:
        with lock:
            counted[0] += 1
        return execute(self, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(psycopg.Connection, "execute", counting)
    numbers = []
    for check in (True, False):
        counted[0] = 0
        with monkeypatch.context() as patch:
            if not check:
                patch.setattr(KeyCheck, "tasks", lambda *_: [])
            Told(source, new.database(), tmp_path, workers=1).move.first_copy()
        numbers.append(counted[0])
    assert numbers[0] == numbers[1] + 2
