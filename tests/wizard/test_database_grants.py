# ruff: noqa: E501 - the SQL reads better in whole lines
"""Who may do what: carried to the target for everybody and for roles that both servers know, named for others."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from tests.conformance.postgres.servers import DebianServer, debian_server
from tests.wizard.database_servers import Database, Server, Told, server
from wizard.database.connect import connect
from wizard.database.grants import carry_grants, compare_grants, read_grants
from wizard.database.progress import Difference

SCHEMA = """
CREATE SCHEMA "Odd s";
CREATE TYPE "Odd s".mood AS ENUM ('ok');
CREATE DOMAIN word AS text;
CREATE TABLE t (id int, "a b" text);
CREATE TABLE "Odd s"."t""%s" (id int);
CREATE VIEW v AS SELECT id FROM t;
CREATE SEQUENCE s;
CREATE FUNCTION f(a int, b "Odd s".mood DEFAULT 'ok', VARIADIC c text[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION "Odd s".f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION gives(OUT a int, OUT b int) LANGUAGE sql AS 'SELECT 1, 2';
CREATE PROCEDURE p(INOUT a int) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text);
SELECT lo_create(770001), lo_create(770002);
"""

GRANTS = """
GRANT SELECT ON LARGE OBJECT 770001 TO both_know;
GRANT USAGE ON SCHEMA "Odd s" TO PUBLIC;
GRANT CREATE ON SCHEMA "Odd s" TO both_know;
GRANT SELECT, INSERT ON t TO both_know, PUBLIC;
GRANT UPDATE ("a b"), SELECT ("a b") ON t TO both_know;
GRANT ALL ON "Odd s"."t""%s" TO both_know WITH GRANT OPTION;
GRANT SELECT ON v TO pg_monitor;
GRANT USAGE ON SEQUENCE s TO both_know;
REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION gives FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f TO both_know;
REVOKE EXECUTE ON PROCEDURE p FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION longest(text) FROM PUBLIC;
REVOKE USAGE ON TYPE "Odd s".mood FROM PUBLIC;
REVOKE USAGE ON DOMAIN word FROM PUBLIC;
GRANT USAGE ON DOMAIN word TO both_know;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO both_know;
ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd s" GRANT SELECT ON TABLES TO both_know;
ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd s" GRANT USAGE ON SEQUENCES TO PUBLIC;
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        made.background.run(
            made.postgres.sql('CREATE ROLE both_know; CREATE ROLE there_only; CREATE ROLE "odd%s""r"')
        )
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        made.background.run(made.postgres.sql("CREATE ROLE both_know; CREATE ROLE here_only"))
        yield made


def carry(source: Database, target: Database) -> list[str]:
    with connect(source.url(), "test") as there, connect(target.url(), "test") as here:
        return carry_grants(read_grants(there), here)


def compared(source: Database, target: Database) -> list[Difference]:
    with connect(source.url(), "test") as there, connect(target.url(), "test") as here:
        return compare_grants(read_grants(there), read_grants(here))


def rights(database: Database) -> set[tuple[str, ...]]:
    """Those in the catalogue that are no owner's, by a query of the test's own."""
    rows = database.sql(
        """
        SELECT 'r', c.oid::regclass::text, a.* FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee <> c.relowner AND c.relnamespace <> 'pg_catalog'::regnamespace AND c.relnamespace <> 'information_schema'::regnamespace
        UNION ALL SELECT 'a', t.attrelid::regclass || '.' || t.attname, a.* FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid >= 16384
        UNION ALL SELECT 'L', m.oid::text, a.* FROM pg_largeobject_metadata m, aclexplode(m.lomacl) a WHERE a.grantee <> m.lomowner
        UNION ALL SELECT 'f', p.oid::regprocedure::text, a.* FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee <> p.proowner AND p.oid >= 16384
        UNION ALL SELECT 'T', t.oid::regtype::text, a.* FROM pg_type t, aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a WHERE a.grantee <> t.typowner AND t.oid >= 16384 AND t.typtype IN ('e', 'd')
        UNION ALL SELECT 'n', n.nspname, a.* FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee <> n.nspowner AND n.nspname !~ '^pg_|^info'
        UNION ALL SELECT 'd' || d.defaclobjtype::text, d.defaclnamespace::regnamespace::text, a.* FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE a.grantee <> d.defaclrole
        """
    )
    return {
        (kind, name, grantee and database.one(f"SELECT {grantee}::regrole::text"), *rest)
        for kind, name, _, grantee, *rest in rows
    }


def test_rights_are_made_as_on_the_source(old: Server, new: Server) -> None:
    source, target = old.database(), new.database()
    source.sql(SCHEMA + GRANTS)
    target.sql(SCHEMA)
    # What the target's own server gives in addition.
    target.sql(
        "GRANT DELETE ON t TO PUBLIC; GRANT SELECT (id) ON t TO both_know; GRANT USAGE ON SEQUENCE s TO both_know WITH GRANT OPTION"
    )
    assert rights(source) != rights(target)
    assert carry(source, target) == []
    assert rights(source) == rights(target)
    assert len(rights(source)) > 20
    assert compared(source, target) == []
    assert carry(source, target) == [], "done already"


def test_a_role_that_is_not_there_is_named_and_the_others_are_carried(old: Server, new: Server) -> None:
    source, target = old.database(), new.database()
    source.sql(
        SCHEMA + 'GRANT SELECT, INSERT ON t, v TO there_only; GRANT SELECT ON t TO both_know, "odd%s""r"'
    )
    target.sql(SCHEMA + "GRANT SELECT ON v TO here_only")
    assert carry(source, target) == [
        'grants to the role odd%s"r (1 on a table): the target has no role of this name',
        "grants to the role there_only (4 on tables): the target has no role of this name",
    ]
    assert [(one.name, one.judgement) for one in compared(source, target)] == [
        ('odd%s"r', "on purpose"),
        ("there_only", "on purpose"),
        ("here_only", "harmless"),
    ]
    assert target.one("SELECT has_table_privilege('both_know', 't', 'SELECT')")
    assert target.one("SELECT has_table_privilege('here_only', 'v', 'SELECT')"), (
        "its own grants are left alone"
    )


def test_owners_and_superusers_do_not_matter(old: Server, new: Server) -> None:
    source, target = old.database(), new.database()
    for database in (source, target):
        database.sql("CREATE TABLE t (id int)", "postgres")
        database.sql("GRANT ALL ON t TO app; GRANT SELECT ON t TO postgres", "postgres")
    source.sql("CREATE TABLE own (id int); GRANT SELECT ON own TO postgres; REVOKE DELETE ON own FROM app")
    target.sql("CREATE TABLE own (id int)")
    target.sql("ALTER TABLE own OWNER TO postgres; GRANT INSERT ON own TO app", "postgres")
    assert carry(source, target) == []
    assert compared(source, target) == []


def test_what_the_role_itself_may_not_do_is_told(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    script = "CREATE TABLE t (id int); CREATE SEQUENCE s; CREATE FUNCTION f(a int) RETURNS int RETURN a;"
    source.sql(script + "REVOKE DELETE ON t FROM app")
    target.sql(script)
    assert Told(source, target, tmp_path).move.prove().equal, "the target's may do more"
    # As after a restore by an administrator.
    target.sql(
        "ALTER TABLE t OWNER TO postgres; GRANT SELECT, DELETE ON t TO app;"
        "ALTER SEQUENCE s OWNER TO postgres; GRANT SELECT, UPDATE ON s TO app;"
        "ALTER FUNCTION f OWNER TO postgres; REVOKE EXECUTE ON FUNCTION f FROM PUBLIC",
        "postgres",
    )
    lost = [one.words for one in Told(source, target, tmp_path).move.prove().lost]
    assert [words for words in lost if "own role" in words] == [
        "EXECUTE on the function public.f(integer) is not allowed to the target's own role",
        "INSERT, REFERENCES, TRIGGER, TRUNCATE, UPDATE on the table public.t is not allowed to the"
        " target's own role",
        "USAGE on the sequence public.s is not allowed to the target's own role",
    ]


def test_what_the_target_refuses_is_named_and_the_rest_is_made(old: Server, new: Server) -> None:
    source, target = old.database(), new.database()
    source.sql("CREATE TABLE t (id int); CREATE TABLE u (id int); GRANT SELECT ON t, u TO both_know")
    target.sql("CREATE TABLE u (id int)")
    target.sql("CREATE TABLE t (id int)", "postgres")
    assert carry(source, target) == [
        "SELECT on the table public.t for the role both_know: permission denied for table t"
    ]
    assert target.one("SELECT has_table_privilege('both_know', 'u', 'SELECT')")
    (lost,) = compared(source, target)
    assert lost.judgement == "lost" and lost.words.endswith("is missing")


def test_the_right_to_use_a_foreign_server_is_carried(old: Server, new: Server) -> None:
    source, target = old.database(), new.database()
    for database in (source, target):
        database.sql(
            'CREATE FOREIGN DATA WRAPPER far; CREATE SERVER "odd s" FOREIGN DATA WRAPPER far;'
            'GRANT USAGE ON FOREIGN DATA WRAPPER far TO app; ALTER SERVER "odd s" OWNER TO app',
            "postgres",
        )
    source.sql('GRANT USAGE ON FOREIGN SERVER "odd s" TO both_know')
    assert [one.words for one in compared(source, target)] == [
        "USAGE on the foreign server odd s for the role both_know is missing"
    ]
    assert carry(source, target) == []
    assert target.one("SELECT has_server_privilege('both_know', 'odd s', 'USAGE')")
    assert compared(source, target) == []


def test_a_right_that_the_older_version_lacks_is_named(old: Server, new: Server) -> None:
    source, target = new.database(), old.database()
    source.sql("CREATE TABLE t (id int); GRANT MAINTAIN, SELECT ON t TO both_know")
    target.sql("CREATE TABLE t (id int)")
    assert carry(source, target) == [
        "MAINTAIN on the table public.t for the role both_know is not carried: Postgres 16 has no such right"
    ]
    assert [one.judgement for one in compared(source, target)] == ["on purpose"]


def test_the_right_to_make_tables_in_public_is_not_opened_again(old: Server) -> None:
    source, target = old.database(), old.database()
    source.sql("GRANT CREATE ON SCHEMA public TO PUBLIC", "postgres")
    with connect(source.url(), "test") as there, connect(target.url(), "test") as here:
        before, after = read_grants(there), read_grants(here)
    assert [one.judgement for one in compare_grants(before, after)] == ["lost"]
    as_14 = replace(before, version=14)
    (excused,) = compare_grants(as_14, after)
    assert excused.judgement == "on purpose"
    assert (
        excused.words
        == "CREATE on the schema public for everybody is not carried: Postgres gives it to nobody since version 15"
    )


def test_a_whole_copy_carries_them(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    source.sql(SCHEMA + GRANTS + "GRANT SELECT ON t TO there_only")
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert {one for one in rights(source) if one[2] != "there_only"} == rights(target)
    assert (
        "Not carried: grants to the role there_only (1 on a table): the target has no role of this name."
        in told.events
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        target.sql("SET ROLE both_know; SELECT public.gives()", "postgres")


def test_a_server_of_before_knows_its_rights(tmp_path: Path, new: Server) -> None:
    with debian_server(tmp_path / "pg15") as made:
        _check_15(made, new)


def _check_15(old: DebianServer, new: Server) -> None:
    old.background.run(old.postgres.sql("CREATE ROLE both_know"))
    source, target = old.database(), new.database()
    source.sql(SCHEMA + GRANTS)
    target.sql(SCHEMA)
    assert carry(source, target) == []
    assert rights(source) == rights(target)
