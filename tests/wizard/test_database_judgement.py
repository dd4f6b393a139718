"""What differs is judged: a proof fails for what is lost, and tells what is so on purpose, or harmless."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.postgres.servers import debian_server
from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from tests.wizard.tampering import SOURCE
from wizard.database.progress import Difference, Proof

Pair = tuple[Database, Database]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def pair(old: Server, tmp_path: Path) -> Pair:
    """Two equal databases that no copy has marked."""
    source, target = old.database(), old.database()
    for database in (source, target):
        database.sql(SMALL)
    return source, target


def prove(source: Database, target: Database, work: Path) -> Proof:
    return Told(source, target, work).move.prove()


def judged(proof: Proof, judgement: str) -> list[str]:
    return [one.words for one in proof.differences if one.judgement == judgement]


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with debian_server(tmp_path_factory.mktemp("pg15")) as made:
        yield made


@pytest.mark.parametrize(
    "way", ["old to old", "old to new", "new to old", "debian to new", "debian to debian"]
)
def test_an_untouched_copy_is_equal_whatever_its_server_does(
    request: pytest.FixtureRequest, tmp_path: Path, way: str
) -> None:
    source, target = (request.getfixturevalue(name).database() for name in way.split(" to "))
    source.sql(SOURCE)
    told = Told(source, target, tmp_path)
    told.whole_way()
    target.sql("VACUUM FULL")
    target.sql("CLUSTER users; CLUSTER orders USING by_user; ALTER TABLE orders SET WITHOUT CLUSTER")
    target.sql(f"REINDEX DATABASE {target.name}")
    target.sql("VACUUM (FREEZE, ANALYZE)")
    target.sql("REFRESH MATERIALIZED VIEW sums")
    proof = told.move.prove()
    assert proof.equal and not judged(proof, "lost")
    assert proof.views_checked == 2 and len(proof.tables) == 23
    assert not any(table.rows for table in proof.tables)


def test_a_view_that_an_older_version_writes_in_other_words_is_the_same_view(
    debian: Server, new: Server, tmp_path: Path
) -> None:
    source, target = debian.database(), new.database()
    # Until 15 every column is written with its table, since 16 only where there are several.
    source.sql(
        SMALL + "CREATE VIEW rich AS SELECT owner FROM accounts WHERE balance > 100;"
        "CREATE MATERIALIZED VIEW poor AS SELECT owner, balance FROM accounts WHERE balance < 10;"
        "ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY own ON accounts USING (id IN (SELECT account FROM payments WHERE amount > 5));"
        "CREATE RULE kept AS ON DELETE TO payments WHERE old.amount > 7"
        " DO INSTEAD UPDATE accounts SET balance = 0 WHERE id = old.account;"
        "CREATE FUNCTION dear() RETURNS SETOF int LANGUAGE sql"
        " BEGIN ATOMIC SELECT id FROM payments WHERE amount > 9; END;"
        "CREATE PROCEDURE forget() LANGUAGE sql BEGIN ATOMIC DELETE FROM payments WHERE id < 0; END"
    )
    told = Told(source, target, tmp_path)
    told.whole_way()
    written = "SELECT pg_get_viewdef('rich'::regclass)"
    assert source.one(written) != target.one(written), "or this test shows nothing"
    target.sql(
        "CREATE OR REPLACE VIEW rich AS SELECT owner FROM accounts WHERE balance > 101;"
        "ALTER POLICY own ON accounts USING (id IN (SELECT account FROM payments WHERE amount > 6));"
        "CREATE OR REPLACE RULE kept AS ON DELETE TO payments WHERE old.amount > 7"
        " DO INSTEAD UPDATE accounts SET balance = 1 WHERE id = old.account;"
        "CREATE OR REPLACE FUNCTION dear() RETURNS SETOF int LANGUAGE sql"
        " BEGIN ATOMIC SELECT id FROM payments WHERE amount > 10; END;"
        "CREATE OR REPLACE PROCEDURE forget() LANGUAGE sql"
        " BEGIN ATOMIC DELETE FROM payments WHERE id < 1; END"
    )
    lost = [(one.kind, one.name) for one in told.move.prove().lost]
    assert lost == [
        ("function body", "public.dear()"),
        ("function body", "public.forget()"),
        ("policy", "public.accounts.own"),
        ("rule", "public.payments.kept"),
        ("view", "public.rich"),
    ]
    objects = "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_offramp%'"
    assert target.one(objects) == 0, "what was tried is taken back"


def test_a_materialised_view_that_is_old_on_the_source_is_no_loss(pair: Pair, tmp_path: Path) -> None:
    source, target = pair
    view = "CREATE MATERIALIZED VIEW sums AS SELECT account, sum(amount) FROM payments GROUP BY account"
    change = "UPDATE payments SET amount = 0 WHERE id = 1"
    source.sql(f"{view}; {change}")
    target.sql(f"{change}; COMMIT; {view}")
    proof = prove(source, target, tmp_path)
    assert proof.equal and proof.views_checked == 1
    assert judged(proof, "harmless") == [
        "materialised view public.sums has other rows than on the source (300 there, 300 here):"
        " it was filled here anew, and is older on the source"
    ]


@pytest.mark.parametrize("query", ["SELECT now() AS at", "SELECT random() AS r", "SELECT changing() AS c"])
def test_a_materialised_view_of_the_moment_cannot_be_equal(pair: Pair, tmp_path: Path, query: str) -> None:
    for database in pair:
        database.sql(
            "CREATE FUNCTION changing() RETURNS text LANGUAGE sql AS 'SELECT clock_timestamp()::text';"
            f"CREATE MATERIALIZED VIEW moment AS {query}"
        )
    proof = prove(*pair, tmp_path)
    assert proof.equal
    assert [words.rpartition(": ")[2] for words in judged(proof, "harmless")] == [
        "its query gives other rows each time"
    ]


@pytest.mark.parametrize("query", ["SELECT id FROM below", "SELECT 1 / id AS id FROM base"])
def test_a_materialised_view_whose_query_cannot_be_run_is_lost(
    pair: Pair, tmp_path: Path, query: str
) -> None:
    source, target = pair
    for database in pair:
        database.sql(
            "CREATE TABLE base (id int); INSERT INTO base VALUES (1);"
            "CREATE MATERIALIZED VIEW below AS SELECT id FROM base;"
            f"CREATE MATERIALIZED VIEW above AS {query}"
        )
    target.sql(
        "UPDATE base SET id = 2; REFRESH MATERIALIZED VIEW below; REFRESH MATERIALIZED VIEW above;"
        "INSERT INTO base VALUES (2); REFRESH MATERIALIZED VIEW above; UPDATE base SET id = 0;"
        "REFRESH MATERIALIZED VIEW below WITH NO DATA"
    )
    (words,) = (one.words for one in prove(source, target, tmp_path).lost if one.name == "public.above")
    assert words.startswith("materialised view public.above has other rows than on the source (1 there, ")
    assert words.endswith(": its query cannot be run here")


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_search_for_rows_that_breaks_off_leaves_the_rest_of_the_proof(
    pair: Pair, tmp_path: Path, side: str
) -> None:
    source, target = pair
    target.sql("UPDATE payments SET amount = 0; UPDATE accounts SET balance = 0 WHERE id = 7")
    # What a server does whose disk for sorting is full.
    small = source if side == "source" else target
    small.sql(
        f"ALTER ROLE app IN DATABASE {small.name} SET work_mem = '64kB';"
        f"ALTER ROLE app IN DATABASE {small.name} SET temp_file_limit = '300kB'",
        "postgres",
    )
    proof = Told(source, target, tmp_path, workers=1).move.prove()
    found = {table.name: table.rows.lines for table in proof.tables if table.rows}
    (words,) = found.pop("public.payments")
    assert words.startswith("the rows that differ cannot be found: temporary file size exceeds")
    assert found == {
        "public.accounts": (
            "1 row only on the source, 1 only here (a changed row is one of each)",
            "id = 7 differs in balance",
        )
    }


def test_types_of_an_extension_are_told_with_it(debian: Server, tmp_path: Path) -> None:
    source, target = debian.database(), debian.database()
    source.sql("CREATE EXTENSION tablefunc", "postgres")
    proof = prove(source, target, tmp_path)
    assert [one.words for one in proof.lost] == ["extension tablefunc is missing"]


def test_an_extension_that_the_target_could_have_is_lost(pair: Pair, tmp_path: Path) -> None:
    source, target = pair
    source.sql("CREATE EXTENSION vector", "postgres")
    proof = prove(source, target, tmp_path)
    assert proof.equal and proof.left_out == ("extension vector: not on the target",)
    assert judged(proof, "on purpose") == ["extension vector is not here: not on the target"]
    assert proof.excused == (), "what is left out is told there"
    # The same, by a role that may install it.
    told = Told(source, target, tmp_path)
    told.move._ends._urls["target"] = lambda: target.url("postgres")
    proof = told.move.prove()
    assert "extension vector is missing" in judged(proof, "lost") and proof.left_out == ()
    assert target.one("SELECT count(*) FROM pg_extension WHERE extname = 'vector'") == 0


def test_extensions_of_another_version_or_schema(pair: Pair, tmp_path: Path) -> None:
    source, target = pair
    for database in pair:
        database.sql("CREATE SCHEMA extras; CREATE EXTENSION vector", "postgres")
    source.sql("UPDATE pg_extension SET extversion = '0.1' WHERE extname = 'vector'", "postgres")
    proof = prove(source, target, tmp_path)
    assert proof.equal
    (words,) = judged(proof, "harmless")
    assert words.startswith("extension vector has version 0.1 on the source, ")
    target.sql("ALTER EXTENSION vector SET SCHEMA extras", "postgres")
    assert "extension vector is in the schema public on the source, in extras here" in judged(
        prove(source, target, tmp_path), "lost"
    )


def test_settings_publications_and_event_triggers_are_told_without_values(pair: Pair, tmp_path: Path) -> None:
    source, target = pair
    source.sql(
        f"ALTER DATABASE {source.name} SET app.key = 'canary-value';"
        f"ALTER DATABASE {source.name} SET jit = off;"
        f"ALTER ROLE app IN DATABASE {source.name} SET timezone = 'Asia/Tokyo'; CREATE PUBLICATION changes;"
        "COMMENT ON PUBLICATION changes IS 'for the search';"
        "CREATE SCHEMA _heroku;"
        "CREATE FUNCTION _heroku.seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION _heroku.seen()",
        "postgres",
    )
    target.sql(f"ALTER DATABASE {target.name} SET jit = on; CREATE PUBLICATION own", "postgres")
    target.sql(f"ALTER DATABASE {target.name} SET app.mine = 'canary-mine'", "postgres")
    proof = prove(source, target, tmp_path)
    assert proof.equal
    assert judged(proof, "on purpose") == [
        "event trigger watch is not here: Heroku's own, or made by a superuser",
        "publication changes is not here: replication is not taken along",
        "setting TimeZone of the role is not taken along: set it on the target if the apps rely on it",
        "setting app.key of the database is not taken along: set it on the target if the apps rely on it",
        "setting jit of the database is another one here: set it on the target if the apps rely on it",
    ]
    assert judged(proof, "harmless") == [
        "publication own is the target's own",
        "setting app.mine of the database is the target's own",
    ]
    assert "canary" not in repr(proof)


def test_another_order_of_texts_is_told(old: Server, tmp_path: Path) -> None:
    source, target = old.database(), Database(old, "sorted_otherwise")
    make = "CREATE DATABASE sorted_otherwise OWNER app TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    old.background.run(old.postgres.sql(make))
    proof = prove(source, target, tmp_path)
    assert proof.equal
    assert judged(proof, "harmless") == [
        "collation of the database is C here, C.UTF-8 on the source: lists may come in another order"
    ]


def test_what_is_broken_on_the_source_is_not_missed(pair: Pair, tmp_path: Path) -> None:
    source, target = pair
    source.sql("CREATE INDEX broken ON payments (note); COMMENT ON INDEX broken IS 'an index'")
    source.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass", "postgres")
    source.sql("ALTER TABLE payments DISABLE TRIGGER ALL", "postgres")
    proof = prove(source, target, tmp_path)
    assert proof.equal
    assert judged(proof, "harmless") == [
        "foreign key trigger public.payments.payments_account_fkey is switched off on the source, and checks"
        " here",
        "index public.broken is not valid on the source, and left out",
    ]
    target.sql("CREATE INDEX broken ON payments (note); COMMENT ON INDEX broken IS 'an index'")
    proof = prove(source, target, tmp_path)
    assert "index public.broken is not valid on the source, and is here" in judged(proof, "harmless")


def test_a_target_on_which_nothing_may_be_written_is_compared_too(
    old: Server, tmp_path: Path, pair: Pair
) -> None:
    source, target = pair
    for database, limit in ((source, 1), (target, 2)):
        database.sql(f"CREATE VIEW rich AS SELECT owner FROM accounts WHERE balance > {limit}")
    source.sql("CREATE EXTENSION vector", "postgres")
    target.sql(f"ALTER DATABASE {target.name} SET default_transaction_read_only = on", "postgres")
    proof = prove(source, target, tmp_path)
    assert [one.name for one in proof.lost] == ["public.rich"]
    assert "extension vector is not here: not on the target" in judged(proof, "on purpose")


def test_only_what_is_lost_fails_a_proof() -> None:
    def proof(*judgements: str) -> Proof:
        return Proof(
            database="d",
            tables=(),
            differences=tuple(
                Difference(kind="index", name="i", words="index i", judgement=one)  # type: ignore[arg-type]
                for one in judgements
            ),
        )

    assert proof().equal and proof("harmless", "on purpose").equal
    assert not proof("harmless", "lost").equal
    assert len(proof("harmless", "lost").lost) == len(proof("harmless", "lost").excused) == 1
