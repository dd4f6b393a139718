"""Moves from and between servers that have extensions, ICU, XML, lz4 and TLS."""

from pathlib import Path

import psycopg
import pytest

from providers.sandbox.postgres import PORT
from tests.conformance.postgres.cases import Case, cases
from tests.conformance.postgres.servers import DebianServer
from tests.wizard.database_servers import PASSWORD, SMALL, Database, Server, Told
from wizard.database import pgdump
from wizard.database.inspect import inspect_source, inspect_target
from wizard.database.refusals import what_cannot_move
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

DEBIANS = {case.name: case for case in cases("debians")}


def move(some: list[Case], source: Database, target: Database, work: Path) -> Told:
    for case in some:
        case.make(source)
    told = Told(source, target, work)
    told.whole_way()
    wrong = [words for case in some for words in case.differences(source, target)]
    assert not wrong, "\n".join(wrong)
    return told


def said(source: Database, target: Database, kind: str) -> str:
    there = inspect_source(source.url())
    found = what_cannot_move(there, inspect_target(target.url(), session="s-1", there=there))
    return " ".join(one.sentence for one in found if one.kind == kind)


def refused(source: Database, target: Database, work: Path, *words: str) -> None:
    """The copy and the preflight name all `words`, and nothing is written."""
    with pytest.raises(Trouble) as trouble:
        Told(source, target, work).move.first_copy()
    for word in words:
        assert word in trouble.value.cause
        assert word in said(source, target, "refused") or trouble.value.code == "encoding-differs"
    assert inspect_target(target.url(), session="s-1").state.state == "empty"


def test_extensions_collations_and_all_arrive(debian: DebianServer, tmp_path: Path) -> None:
    move(list(DEBIANS.values()), debian.database(), debian.database(), tmp_path)


@pytest.mark.slow
def test_everything_ordinary_arrives_from_15(debian: DebianServer, old: Server, tmp_path: Path) -> None:
    move(cases("moved"), debian.database(), old.database(), tmp_path)


@pytest.mark.parametrize("program", [pytest.param("Debian's", marks=pytest.mark.slow), "the wheel's"])
def test_a_source_that_wants_tls(
    debian: DebianServer, old: Server, tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = debian.database(), old.database()
    source.sql(SMALL)
    url = debian.over_tls(source)
    with pytest.raises(psycopg.OperationalError, match=r"no encryption|SSL off"):
        psycopg.connect(url.reveal().replace("=require", "=disable"))
    monkeypatch.setattr(source, "url", lambda role="app": url)
    if program == "the wheel's":
        found = [one for one in pgdump.find_programs() if one.embedded]
        monkeypatch.setattr(pgdump, "find_programs", lambda: found)
    assert inspect_source(url).encrypted
    Told(source, target, tmp_path).whole_way()
    assert target.one("SELECT count(*) FROM payments") == 12000


def test_what_a_poorer_server_lacks_is_named(debian: DebianServer, old: Server, tmp_path: Path) -> None:
    source, target = debian.database(), old.database()
    for case in DEBIANS.values():
        case.make(source)
    refused(source, target, tmp_path, "collation de-x-icu", "collations.names.name")
    words = said(source, target, "refused")
    for name in (
        "extension citext",
        "people.mail",
        "people.mails",
        "hstore",
        "btree_gist",
        "no_overlap",
        "ltree",
        "de-x-icu",
        "tr-x-icu",
        "ignoring_case",
    ):
        assert name in words
    for name in ("collations.names.name", "xml_and_lz4.documents.x", "xml_and_lz4.documents.xs", "email"):
        assert name in words
    assert "columns compressed by lz4" not in words
    assert "xml_and_lz4.compressed.t get its usual compression" in said(source, target, "changed")


def test_compression_that_the_target_lacks_is_the_usual_one(
    debian: DebianServer, old: Server, tmp_path: Path
) -> None:
    source, target = debian.database(), old.database()
    source.sql(
        "CREATE TABLE t (id int, v text COMPRESSION lz4 DEFAULT 'x',"
        " w text DEFAULT E'\\nALTER TABLE x SET COMPRESSION lz4;');"
        "INSERT INTO t SELECT i, repeat('v' || i, 9000) FROM generate_series(1, 5) i"
    )
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    assert told.move.misfits() == [], "or a copy would begin anew each time it is resumed"
    told.whole_way()
    assert target.sql("SELECT md5(v), w FROM t ORDER BY id") == source.sql(
        "SELECT md5(v), w FROM t ORDER BY id"
    )
    assert any("lz4" in event for event in told.events)


CITEXT = (
    "CREATE SCHEMA heroku_ext; CREATE EXTENSION citext SCHEMA heroku_ext;"
    "CREATE TABLE people (mail heroku_ext.citext UNIQUE); INSERT INTO people VALUES ('A@x'), ('b@x')"
)


def test_an_extension_that_is_elsewhere_on_the_target_is_brought_to_its_place(
    debian: DebianServer, tmp_path: Path
) -> None:
    source, target = debian.database(), debian.database()
    source.sql(CITEXT)
    target.sql("CREATE EXTENSION citext VERSION '1.5' SCHEMA public")
    Told(source, target, tmp_path).whole_way()
    where = "SELECT extnamespace::regnamespace::text, extversion FROM pg_extension WHERE extname = 'citext'"
    assert target.sql(where) == source.sql(where) == [("heroku_ext", "1.6")]


def test_an_older_version_of_an_extension_is_said(debian: DebianServer, tmp_path: Path) -> None:
    source, target = debian.database(), debian.database()
    source.sql("CREATE EXTENSION citext SCHEMA public; CREATE TABLE t (c citext)")
    target.sql("CREATE EXTENSION citext VERSION '1.5' SCHEMA public")
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert any("citext is of version 1.5 on the target, not 1.6" in event for event in told.events)


def test_an_extension_that_cannot_be_brought_to_its_place_is_refused(
    debian: DebianServer, tmp_path: Path
) -> None:
    source, target = debian.database(), debian.database()
    source.sql(CITEXT)
    target.sql("CREATE EXTENSION citext SCHEMA public", "postgres")
    refused(source, target, tmp_path, "citext in public, the source in heroku_ext", "people.mail")


def test_herokus_statistics_are_left_out_but_not_what_reads_them(
    debian: DebianServer, tmp_path: Path
) -> None:
    source, target = debian.database(), debian.database()
    source.sql(
        "CREATE SCHEMA heroku_ext; CREATE EXTENSION pg_stat_statements SCHEMA heroku_ext;"
        "COMMENT ON EXTENSION pg_stat_statements IS 'theirs'; GRANT USAGE ON SCHEMA heroku_ext TO app",
        "postgres",
    )
    source.sql("CREATE TABLE t (id int)")
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert any("extension pg_stat_statements" in event for event in told.events)
    source.sql("CREATE VIEW slow AS SELECT query FROM heroku_ext.pg_stat_statements")
    refused(source, debian.database(), tmp_path, "pg_stat_statements", "view public.slow")


def test_a_login_at_another_server_is_left_out(
    debian: DebianServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = debian.database(), debian.database()
    source.sql(
        "CREATE EXTENSION postgres_fdw;"
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'far.example');"
        "CREATE USER MAPPING FOR app SERVER far OPTIONS (user 'u', password 'canary-mapping-pass');"
        "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'canary-mapping-pass');"
        "CREATE FOREIGN TABLE remote (id int, x text OPTIONS (column_name 'y')) SERVER far"
        " OPTIONS (table_name 't'); CREATE TABLE local (id int); GRANT SELECT ON local TO app;"
        "CREATE TABLE pieces (id int) PARTITION BY RANGE (id); CREATE TABLE rest PARTITION OF pieces DEFAULT;"
        "CREATE FOREIGN TABLE far_piece PARTITION OF pieces FOR VALUES FROM (1) TO (5) SERVER far;"
        "INSERT INTO pieces VALUES (9); GRANT SELECT ON pieces, rest TO app",
        "postgres",
    )
    refused(source, target, tmp_path, "postgres_fdw", "server far")
    assert "login of app at server far is left out" in said(source, target, "changed")
    # As at Aptible, whose role is a superuser; the source's sees the passwords too.
    for database in (source, target):
        url = database.url("postgres")
        monkeypatch.setattr(database, "url", lambda role="postgres", url=url: url)
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert target.one("SELECT count(*) FROM pg_foreign_table") == 2
    assert target.one("SELECT count(*) FROM pg_user_mapping") == 0
    assert any("USER MAPPING app SERVER far" in event for event in told.events), told.events
    assert "canary-mapping" not in str(told.events)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"canary-mapping" not in file.read_bytes()


def test_a_view_that_is_filled_from_another_server_is_named(debian: DebianServer) -> None:
    source, target = debian.database(), debian.database()
    source.sql(
        "CREATE EXTENSION postgres_fdw; CREATE TABLE near (id int); GRANT SELECT ON near TO app;"
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS"
        f" (host '{debian.postgres.socket_folder}', port '{PORT}', dbname '{source.name}');"
        "CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'postgres', password_required 'false',"
        f" password '{PASSWORD}');"
        "CREATE FOREIGN TABLE remote (id int) SERVER far OPTIONS (table_name 'near')",
        "postgres",
    )
    source.sql("CREATE MATERIALIZED VIEW from_afar AS SELECT id FROM remote", "postgres")
    words = said(source, target, "changed")
    assert "materialized view public.from_afar is filled from another server" in words
    assert "public.remote" in words and PASSWORD not in words


def test_an_ascii_database_with_any_bytes(debian: DebianServer, tmp_path: Path) -> None:
    source = debian.made("ENCODING 'SQL_ASCII' LOCALE 'C'")
    source.sql(
        "CREATE TABLE t (id int PRIMARY KEY, v text);"
        "INSERT INTO t VALUES (1, E'caf\\xe9'), (2, E'\\xff\\xfe\\x80'), (3, 'fine'), (4, E'\\xc3\\xa9')"
    )
    refused(source, debian.database(), tmp_path, "SQL_ASCII", "UTF8")
    target = debian.made("ENCODING 'SQL_ASCII' LOCALE 'C'")
    Told(source, target, tmp_path).whole_way()
    assert target.sql("SELECT encode(textsend(v), 'hex') FROM t ORDER BY id") == [
        (b"636166e9",),
        (b"fffe80",),
        (b"66696e65",),
        (b"c3a9",),
    ]


@pytest.mark.slow
def test_a_latin_database(debian: DebianServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = (debian.made("ENCODING 'LATIN1' LOCALE 'C'") for _ in range(2))
    for database in (source, target):
        # Else psycopg would send UTF-8 under the name of LATIN1.
        url = Secret(database.url().reveal() + "&client_encoding=UTF8")
        monkeypatch.setattr(database, "url", lambda role="app", url=url: url)
    source.sql('CREATE TABLE "é" (id int, "ü" text); INSERT INTO "é" VALUES (1, \'ÄÖÜ ß\')')
    Told(source, target, tmp_path).whole_way()
    assert target.sql('SELECT * FROM "é"') == [(1, "ÄÖÜ ß")]


def test_another_order_of_text(debian: DebianServer, tmp_path: Path) -> None:
    source = debian.made("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'")
    target = debian.database()
    source.sql(
        "CREATE TABLE t (k text PRIMARY KEY); INSERT INTO t VALUES ('a'), ('B'), ('c'), ('É');"
        "CREATE INDEX ON t (lower(k))"
    )
    assert "sorts text by C.UTF-8, the source by en-US (ICU)" in said(source, target, "changed")
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert any("sorts text" in event for event in told.events)
    source.sql(
        "CREATE TABLE s (k text) PARTITION BY RANGE (k);"
        "CREATE TABLE s1 PARTITION OF s FOR VALUES FROM ('a') TO ('c');"
        "INSERT INTO s VALUES ('B')"
    )
    refused(source, debian.database(), tmp_path, "sorts text otherwise", "public.s")


def test_what_is_pending_or_subscribed(debian: DebianServer, tmp_path: Path) -> None:
    source, target = debian.database(), debian.database()
    source.sql("CREATE TABLE t (id int)")
    source.sql("SELECT pg_create_logical_replication_slot('changes', 'pgoutput')", "postgres")
    with psycopg.connect(source.url().reveal()) as writer:
        writer.execute("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'half done'")
    try:
        refused(source, target, tmp_path, "half done")
    finally:
        source.sql("COMMIT PREPARED 'half done'")
    assert "replication slot changes" in said(source, target, "changed")
    Told(source, target, tmp_path).whole_way()
    assert target.one("SELECT count(*) FROM t") == 1
    source.sql("SELECT pg_drop_replication_slot('changes')", "postgres")
