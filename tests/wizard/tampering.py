# ruff: noqa: E501 - the SQL reads better in whole lines
"""More than two hundred single changes of a copied database, each of which a proof must find and name.

Which rows and values they are about is drawn from a seed; that there is one of every kind is not.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.wizard import tampering_of_objects as of_objects

ROWS = 400
"""Of the table of every type."""

SOURCE = rf"""
CREATE TYPE mood AS ENUM ('sad', 'meh', 'ok');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE DOMAIN age AS int DEFAULT 18 NOT NULL;
CREATE TYPE span AS RANGE (subtype = int4);
CREATE TABLE kinds (
    id int PRIMARY KEY, small smallint, big bigint, exact numeric, fixed numeric(12, 3), single real, double float8,
    yes boolean, number uuid, bytes bytea, day date, clock time, moment timestamp, instant timestamptz, period interval,
    address inet, words text, short varchar(30), padded char(8), feels mood, place pair, mail email, numbers int[],
    labels text[], doc jsonb, raw json, during int4range, bits varbit, spot point, lexemes tsvector, sum money);
INSERT INTO kinds SELECT i, (i % 90)::smallint, i * 10000000000, i / 3.0, i / 7.0, i / 3.0, i / 3.0, i % 2 = 0,
    md5(i::text)::uuid, decode(md5(i::text), 'hex'), '2026-01-01'::date + i, '01:02:03'::time + i * interval '1 s',
    '2026-01-01'::timestamp + i * interval '1 min', '2026-01-01 UTC'::timestamptz + i * interval '1 min',
    i * interval '1 h', ('10.0.0.' || i % 250)::inet, 'words ' || i, 'v' || i, 'c' || i,
    (ARRAY['sad', 'meh', 'ok']::mood[])[1 + i % 3], ROW(i, 'y')::pair, i || '@x', ARRAY[i, i + 1], ARRAY['a', NULL, i::text],
    jsonb_build_object('i', i), '{{"a":  1}}', int4range(i, i + 5), '1010', point(i, i), 'fat cat', i FROM generate_series(1, {ROWS}) i;
CREATE TABLE tokens (token text PRIMARY KEY, visits int);
INSERT INTO tokens SELECT 'canary-' || md5(i::text), i FROM generate_series(1, 200) i;
CREATE TABLE log (at date, what text);
INSERT INTO log SELECT '2026-01-01'::date + i % 50, 'x' || i % 7 FROM generate_series(1, 800) i;
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mail text UNIQUE, full_name text NOT NULL DEFAULT 'nobody',
    shout text GENERATED ALWAYS AS (upper(full_name)) STORED, score numeric DEFAULT 0 CHECK (score >= 0));
INSERT INTO users (mail, full_name) SELECT i || '@x', 'n' || i FROM generate_series(1, 60) i;
CREATE TABLE orders (id serial PRIMARY KEY, user_id bigint REFERENCES users, total numeric(10, 2), during int4range,
    note text, EXCLUDE USING gist (during WITH =));
INSERT INTO orders (user_id, total, during, note) SELECT 1 + i % 60, i / 7.0, int4range(i, i + 1), 'note ' || i FROM generate_series(1, 500) i;
ALTER TABLE orders ADD CONSTRAINT enough CHECK (total < 1000000);
CREATE INDEX by_user ON orders (user_id);
CREATE INDEX half ON orders (lower(note)) WHERE total > 10;
CREATE UNIQUE INDEX by_note ON orders (note, id) INCLUDE (total) WITH (fillfactor = 80);
ALTER INDEX half ALTER COLUMN 1 SET STATISTICS 500;
CREATE STATISTICS together ON user_id, total FROM orders;
CREATE TABLE pieces (id int, k text, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
CREATE TABLE pieces_a PARTITION OF pieces FOR VALUES IN ('a');
CREATE TABLE pieces_rest PARTITION OF pieces DEFAULT;
INSERT INTO pieces SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END FROM generate_series(1, 100) i;
CREATE TABLE parent (id int);
CREATE TABLE child (x int) INHERITS (parent);
INSERT INTO child VALUES (2, 3);
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v text);
CREATE VIEW per_user AS SELECT u.id, count(*) AS n FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id;
CREATE VIEW safe WITH (security_barrier) AS SELECT id FROM users WHERE score > 1;
CREATE MATERIALIZED VIEW sums AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
CREATE UNIQUE INDEX sums_key ON sums (user_id);
CREATE MATERIALIZED VIEW whole AS SELECT sum(total) AS total FROM sums;
CREATE FUNCTION twice(i int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
CREATE FUNCTION thrice(i int) RETURNS int LANGUAGE sql IMMUTABLE RETURN i * 3;
CREATE FUNCTION hidden() RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION hidden() FROM PUBLIC;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE PROCEDURE tidy() LANGUAGE plpgsql SET work_mem = '5MB' AS $$ BEGIN DELETE FROM cache; END $$;
CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
CREATE TRIGGER note BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TRIGGER often AFTER INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION noted();
ALTER TABLE orders ENABLE ALWAYS TRIGGER often;
CREATE RULE keep AS ON DELETE TO child DO INSTEAD NOTHING;
CREATE SEQUENCE downwards INCREMENT -3 MINVALUE -100 MAXVALUE 100 START 50;
SELECT nextval('downwards');
CREATE SEQUENCE unused;
CREATE TABLE secrets (id int PRIMARY KEY, owner text);
INSERT INTO secrets SELECT i, 'o' || i FROM generate_series(1, 20) i;
CREATE POLICY own ON secrets FOR SELECT TO pg_monitor USING (id > 10);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON secrets TO pg_monitor;
GRANT UPDATE (owner) ON secrets TO pg_monitor;
GRANT USAGE ON SEQUENCE unused TO PUBLIC;
GRANT SELECT ON per_user TO pg_read_all_data WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor;
ALTER TABLE kinds ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE kinds ALTER COLUMN short SET STATISTICS 250;
ALTER TABLE kinds ALTER COLUMN short SET (n_distinct = 5);
ALTER TABLE kinds SET (fillfactor = 70);
ALTER TABLE users REPLICA IDENTITY FULL;
ALTER TABLE users CLUSTER ON users_pkey;
COMMENT ON TABLE users IS 'people';
COMMENT ON COLUMN users.mail IS 'where they are';
COMMENT ON FUNCTION hidden() IS 'nobody calls it';
SELECT lo_from_bytea(770001, repeat('a large object', 100)::bytea), lo_from_bytea(770002, 'another');
CREATE SCHEMA other;
CREATE TABLE other.users (id int PRIMARY KEY, note text);
INSERT INTO other.users SELECT i, 'n' || i FROM generate_series(1, 50) i;
{of_objects.SOURCE}
"""


@dataclass(frozen=True)
class Tampering:
    """One change. `named` must stand in what the proof says; `role` runs the script, `prover` the proof."""

    what: str
    script: str
    named: str
    role: str = "app"
    prover: str = "app"


_VALUES = {
    "small": "(small + 1)::smallint",
    "big": "big + 1",
    "exact": "exact + 0.0000000001",
    "fixed": "fixed + 0.001",
    "single": "single + 1",
    "double": "double + 1e-9",
    "yes": "NOT yes",
    "number": "'00000000-0000-0000-0000-000000000000'",
    "bytes": "set_byte(bytes, 3, (get_byte(bytes, 3) + 1) % 256)",
    "day": "day + 1",
    "clock": "clock + interval '1 microsecond'",
    "moment": "moment + interval '1 microsecond'",
    "instant": "instant + interval '1 microsecond'",
    "period": "period + interval '1 microsecond'",
    "address": "set_masklen(address, 31)",
    "words": "words || ' '",
    "short": "upper(short)",
    "padded": "'x'",
    "feels": "(CASE feels WHEN 'sad' THEN 'ok' ELSE 'sad' END)::mood",
    "place": "ROW((place).x, 'Y')::pair",
    "mail": "'x' || mail",
    "numbers": "numbers || 1",
    "labels": "array_replace(labels, NULL, '')",
    "doc": "doc || '{\"more\": null}'",
    "raw": "'{\"a\": 1}'",
    "during": "int4range(lower(during), upper(during), '[]')",
    "bits": "bits || B'0'",
    "spot": "point(spot[0], spot[1] + 1)",
    "lexemes": "'fat:1 cat:2'::tsvector",
    "sum": "sum + '0.01'",
}
"""For a column of every type another value."""


def tamperings(seed: int) -> list[Tampering]:
    """All changes, as drawn from `seed`, each with a name of its own."""
    draw = random.Random(seed)
    found = [*_values(draw), *_rows(draw), *_sequences(draw)]
    for kind in (_OBJECTS, _CODE, _RIGHTS, of_objects.TABLES, of_objects.CODE, of_objects.RIGHTS):
        found += [Tampering(what, *rest) for what, rest in kind.items()]
    assert len({one.what for one in found}) == len(found) >= 200
    return found


def _values(draw: random.Random) -> Iterator[Tampering]:
    for column, value in _VALUES.items():
        row = draw.randint(1, ROWS)
        yield Tampering(
            f"a changed {column}",
            f"UPDATE kinds SET {column} = {value} WHERE id = {row}",
            f"public.kinds: id = {row} differs in {column}",
        )


def _rows(draw: random.Random) -> Iterator[Tampering]:
    one, other = draw.sample(range(1, ROWS + 1), 2)
    day = f"'2026-01-{draw.randint(2, 30):02}'"
    user, order, piece = draw.randint(1, 50), draw.randint(1, 500), 2 * draw.randint(1, 50)
    yield Tampering("a null", f"UPDATE kinds SET doc = NULL WHERE id = {one}", f"id = {one} differs in doc")
    yield Tampering(
        "a null made empty",
        f"UPDATE kinds SET labels[2] = '' WHERE id = {other}",
        f"id = {other} differs in labels",
    )
    yield Tampering(
        "an empty text made null",
        f"UPDATE orders SET note = NULL WHERE id = {order}",
        f"id = {order} differs in note",
    )
    yield Tampering("a scale", f"UPDATE kinds SET exact = 5.00 WHERE id = {15}", "id = 15 differs in exact")
    yield Tampering(
        "values exchanged between rows",
        f"UPDATE kinds a SET words = b.words FROM kinds b WHERE a.id IN ({one}, {other}) AND b.id = {one} + {other} - a.id",
        f"id = {one} differs in words",
    )
    yield Tampering(
        "values exchanged between columns",
        f"UPDATE kinds SET words = short, short = words WHERE id = {one}",
        f"id = {one} differs in words, short",
    )
    yield Tampering(
        "another key",
        f"UPDATE kinds SET id = {ROWS + 1} WHERE id = {one}",
        f"id = {ROWS + 1} is not on the source",
    )
    yield Tampering(
        "a lost row", f"DELETE FROM kinds WHERE id = {one}", f"public.kinds: id = {one} is missing"
    )
    yield Tampering(
        "a lost partitioned row", f"DELETE FROM pieces WHERE id = {piece}", "public.pieces_a: the row at ctid"
    )
    yield Tampering(
        "a row in another partition",
        f"UPDATE pieces SET k = 'c' WHERE id = {piece}",
        "public.pieces_rest: the row at ctid",
    )
    yield Tampering(
        "an additional row",
        "INSERT INTO users (mail, full_name) VALUES ('new@x', 'new')",
        "public.users: id = 61 is not on the source",
    )
    yield Tampering(
        "a doubled row",
        f"INSERT INTO log SELECT * FROM log WHERE at = {day} LIMIT 1",
        "public.log: the row at ctid",
    )
    yield Tampering(
        "a row doubled twice",
        f"INSERT INTO log SELECT l.* FROM (SELECT * FROM log WHERE at = {day} LIMIT 1) l, generate_series(1, 2)",
        "public.log: the row at ctid",
    )
    yield Tampering(
        "one of two equal rows",
        f"DELETE FROM log WHERE ctid = (SELECT ctid FROM log WHERE at = {day} LIMIT 1)",
        "public.log: the row at ctid",
    )
    yield Tampering("an emptied table", "TRUNCATE log", "800 rows only on the source, 0 only here")
    yield Tampering(
        "a row under a key of text",
        "UPDATE tokens SET visits = 0 WHERE visits = 7",
        "public.tokens: the row at ctid",
    )
    yield Tampering("a row of an heir", "UPDATE child SET x = 4", "public.child: the row at ctid")
    yield Tampering(
        "a row of the heir's parent", "INSERT INTO parent VALUES (9)", "public.parent: the row at ctid"
    )
    yield Tampering(
        "a generated value's base",
        f"UPDATE users SET full_name = 'x' WHERE id = {user}",
        f"id = {user} differs in full_name, shout",
    )
    yield Tampering(
        "a row of another schema",
        f"UPDATE other.users SET note = '' WHERE id = {user}",
        f"other.users: id = {user} differs in note",
    )
    yield Tampering(
        "a refresh that was missed",
        "UPDATE orders SET total = total + 1 WHERE id = 1; REFRESH MATERIALIZED VIEW sums; UPDATE orders SET total = total - 1 WHERE id = 1",
        "materialised view public.sums has other rows",
    )
    yield Tampering(
        "an emptied view",
        "REFRESH MATERIALIZED VIEW whole WITH NO DATA",
        "view public.whole differs: populated yes",
    )
    yield Tampering("a large object's bytes", "SELECT lo_put(770001, 5, 'X')", "large object 770001 differs")
    yield Tampering("a lost large object", "SELECT lo_unlink(770002)", "large object 770002 is missing")


def _sequences(draw: random.Random) -> Iterator[Tampering]:
    value = draw.randint(1, 400)
    yield Tampering(
        "a sequence's value",
        f"SELECT setval('orders_id_seq', {value})",
        "sequence public.orders_id_seq differs: 500",
    )
    yield Tampering(
        "a sequence not used", "SELECT setval('orders_id_seq', 500, false)", "500 not used yet here"
    )
    yield Tampering("a sequence used", "SELECT nextval('unused')", "sequence public.unused differs")
    yield Tampering(
        "an increment",
        "ALTER SEQUENCE downwards INCREMENT -4",
        "sequence public.downwards differs: increment -3",
    )
    yield Tampering(
        "an identity's start",
        "ALTER TABLE users ALTER id SET START 7",
        "sequence public.users_id_seq differs: start 1",
    )
    yield Tampering(
        "a sequence's owner",
        "ALTER SEQUENCE orders_id_seq OWNED BY NONE",
        "sequence public.orders_id_seq differs: owned by",
    )


_OBJECTS = {
    "a dropped index": ("DROP INDEX by_user", "index public.by_user is missing"),
    "another index": (
        "DROP INDEX by_user; CREATE INDEX by_user ON orders (user_id, id)",
        "index public.by_user differs",
    ),
    "an index without its condition": (
        "DROP INDEX half; CREATE INDEX half ON orders (lower(note))",
        "index public.half differs",
    ),
    "an index's options": ("ALTER INDEX by_note RESET (fillfactor)", "index public.by_note differs"),
    "an index's statistics": (
        "ALTER INDEX half ALTER COLUMN 1 SET STATISTICS -1",
        "index public.half differs: statistics targets",
    ),
    "a dropped key": (
        "ALTER TABLE tokens DROP CONSTRAINT tokens_pkey",
        "constraint public.tokens.tokens_pkey is missing",
    ),
    "a foreign key": (
        "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey",
        "orders.orders_user_id_fkey is missing",
    ),
    "a foreign key not validated": (
        "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey, ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID",
        "orders.orders_user_id_fkey differs",
    ),
    "a check": ("ALTER TABLE orders DROP CONSTRAINT enough", "constraint public.orders.enough is missing"),
    "an exclusion": (
        "ALTER TABLE orders DROP CONSTRAINT orders_during_excl",
        "orders.orders_during_excl is missing",
    ),
    "a default": (
        "ALTER TABLE users ALTER full_name SET DEFAULT 'x'",
        "column public.users.full_name differs: default",
    ),
    "a dropped default": (
        "ALTER TABLE users ALTER score DROP DEFAULT",
        "column public.users.score differs: default 0",
    ),
    "not null": (
        "ALTER TABLE users ALTER full_name DROP NOT NULL",
        "column public.users.full_name differs: not null yes",
    ),
    "a type": (
        "ALTER TABLE other.users ALTER note TYPE varchar(99)",
        "column other.users.note differs: type text",
    ),
    "an identity": (
        "ALTER TABLE users ALTER id SET GENERATED BY DEFAULT",
        "column public.users.id differs: identity always",
    ),
    "a dropped identity": (
        "ALTER TABLE users ALTER id DROP IDENTITY",
        "column public.users.id differs: identity always",
    ),
    "a generated column": (
        "ALTER TABLE users ALTER shout DROP EXPRESSION",
        "column public.users.shout differs: generated stored",
    ),
    "a dropped column": ("ALTER TABLE other.users DROP COLUMN note", "column other.users.note is missing"),
    "an additional column": (
        "ALTER TABLE other.users ADD more int",
        "column other.users.more is not on the source",
    ),
    "a storage": (
        "ALTER TABLE kinds ALTER words SET STORAGE EXTENDED",
        "column public.kinds.words differs: storage external",
    ),
    "a compression": (
        "ALTER TABLE kinds ALTER words SET COMPRESSION pglz",
        "column public.kinds.words differs: compression",
    ),
    "a statistics target": (
        "ALTER TABLE kinds ALTER short SET STATISTICS -1",
        "column public.kinds.short differs: statistics target",
    ),
    "a column's option": (
        "ALTER TABLE kinds ALTER short RESET (n_distinct)",
        "column public.kinds.short differs: options",
    ),
    "a table's option": ("ALTER TABLE kinds RESET (fillfactor)", "table public.kinds differs: options"),
    "a table that is logged": (
        "ALTER TABLE cache SET LOGGED",
        "table public.cache differs: persistence unlogged",
    ),
    "a replica identity": (
        "ALTER TABLE users REPLICA IDENTITY DEFAULT",
        "table public.users differs: replica identity full",
    ),
    "a dropped table": ("DROP TABLE cache", "table public.cache is missing"),
    "an additional table": ("CREATE TABLE more (id int)", "table public.more is not on the source"),
    "a detached partition": (
        "ALTER TABLE pieces DETACH PARTITION pieces_a",
        "table public.pieces_a differs: partition",
    ),
    "an heir by itself": ("ALTER TABLE child NO INHERIT parent", "table public.child differs: parents"),
    "row security": (
        "ALTER TABLE secrets DISABLE ROW LEVEL SECURITY",
        "table public.secrets differs: row security yes",
    ),
    "row security forced": (
        "ALTER TABLE secrets FORCE ROW LEVEL SECURITY",
        "secrets differs: row security forced no",
    ),
    "a policy's condition": (
        "ALTER POLICY own ON secrets USING (id > 11)",
        "policy public.secrets.own differs: using",
    ),
    "a policy's roles": (
        "ALTER POLICY own ON secrets TO PUBLIC",
        "policy public.secrets.own differs: roles pg_monitor",
    ),
    "a dropped policy": ("DROP POLICY own ON secrets", "policy public.secrets.own is missing"),
    "a disabled trigger": (
        "ALTER TABLE users DISABLE TRIGGER note",
        "trigger public.users.note differs: enabled yes",
    ),
    "a trigger on replicas": (
        "ALTER TABLE orders ENABLE TRIGGER often",
        "trigger public.orders.often differs: enabled always",
    ),
    "a dropped trigger": ("DROP TRIGGER note ON users", "trigger public.users.note is missing"),
    "a rule": ("DROP RULE keep ON child", "rule public.child.keep is missing"),
    "a view": (
        "CREATE OR REPLACE VIEW safe WITH (security_barrier) AS SELECT id FROM users WHERE score > 2",
        "view public.safe differs: definition",
    ),
    "a view's option": ("ALTER VIEW safe RESET (security_barrier)", "view public.safe differs: options"),
    "a function": (
        "CREATE OR REPLACE FUNCTION twice(i int DEFAULT 2) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 3'",
        "function public.twice(i integer) differs: its body",
    ),
    "a function's default": (
        "CREATE OR REPLACE FUNCTION twice(i int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2'",
        "public.twice(i integer) differs: arguments",
    ),
}

_CODE = {
    "a volatility": ("ALTER FUNCTION twice STABLE", "public.twice(i integer) differs: volatility immutable"),
    "a security definer": (
        "ALTER FUNCTION hidden SECURITY DEFINER",
        "public.hidden() differs: security definer no",
    ),
    "a setting of a procedure": (
        "ALTER PROCEDURE tidy SET work_mem = '6MB'",
        "public.tidy() differs: its settings",
    ),
    "a dropped function": ("DROP FUNCTION twice", "function public.twice(i integer) is missing"),
    "an additional function": (
        "CREATE FUNCTION twice(t text) RETURNS text LANGUAGE sql AS 'SELECT t || t'",
        "function public.twice(t text) is not on the source",
    ),
    "a function's body in SQL": (
        "CREATE OR REPLACE FUNCTION thrice(i int) RETURNS int LANGUAGE sql IMMUTABLE RETURN i * 4",
        "function body public.thrice(i integer) differs",
    ),
    "an aggregate": (
        "DROP AGGREGATE longest(text); CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text, INITCOND = 'x')",
        "aggregate public.longest(text) differs: begins with",
    ),
    "an enum's label": (
        "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
        "type public.mood differs: labels {sad,meh,ok}",
    ),
    "an additional label": ("ALTER TYPE mood ADD VALUE 'great'", "type public.mood differs: labels"),
    "a label in another place": (
        "ALTER TYPE mood ADD VALUE 'low' BEFORE 'sad'",
        "type public.mood differs: labels",
    ),
    "a domain's check": (
        "ALTER DOMAIN email DROP CONSTRAINT email_check",
        "domain constraint public.email.email_check is missing",
    ),
    "a domain's default": ("ALTER DOMAIN age SET DEFAULT 19", "type public.age differs: default 18"),
    "a domain's null": ("ALTER DOMAIN age DROP NOT NULL", "type public.age differs: not null yes"),
    "a composite type": ("ALTER TYPE pair RENAME ATTRIBUTE y TO z", "column public.pair.y is missing"),
    "a dropped type": ("DROP TYPE span", "type public.span is missing"),
    "a comment": (
        "COMMENT ON COLUMN users.mail IS 'elsewhere'",
        "comment table column public.users.mail differs: its text",
    ),
    "a lost comment": ("COMMENT ON FUNCTION hidden() IS NULL", "comment function public.hidden() is missing"),
    "statistics": ("DROP STATISTICS together", "statistics public.together is missing"),
    "statistics of another kind": (
        "DROP STATISTICS together; CREATE STATISTICS together (mcv) ON user_id, total FROM orders",
        "statistics public.together differs",
    ),
    "an additional schema": ("CREATE SCHEMA more", "schema more is not on the source"),
    "an invalid index": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_user'::regclass",
        "index public.by_user differs: valid yes on the source, no here",
        "postgres",
    ),
    "a check that is not validated": (
        "ALTER TABLE orders DROP CONSTRAINT enough, ADD CONSTRAINT enough CHECK (total < 1000000) NOT VALID",
        "constraint public.orders.enough differs",
    ),
    "keys that are not checked": (
        "ALTER TABLE orders DISABLE TRIGGER ALL",
        "foreign key trigger public.orders.orders_user_id_fkey is not on the source",
        "postgres",
    ),
    "a clustered index": (
        "ALTER TABLE users SET WITHOUT CLUSTER",
        "index public.users_pkey differs: clustered on yes",
    ),
    "a dropped extension": ("DROP EXTENSION vector", "extension vector is missing", "postgres", "postgres"),
}

_RIGHTS = {
    "a grant to everybody": (
        "GRANT SELECT ON secrets TO PUBLIC",
        "SELECT on the table public.secrets for everybody is not on the source",
    ),
    "a grant taken from everybody": (
        "REVOKE USAGE ON SEQUENCE unused FROM PUBLIC",
        "USAGE on the sequence public.unused for everybody is missing",
    ),
    "a grant to a role": (
        "GRANT DELETE ON secrets TO pg_monitor",
        "DELETE on the table public.secrets for the role pg_monitor is not",
    ),
    "a grant taken from a role": (
        "REVOKE SELECT ON secrets FROM pg_monitor",
        "SELECT on the table public.secrets for the role pg_monitor is missing",
    ),
    "a grant of a column": (
        "REVOKE UPDATE (owner) ON secrets FROM pg_monitor",
        "UPDATE on the column public.secrets.owner for the role pg_monitor is missing",
    ),
    "another column's grant": (
        "GRANT UPDATE (id) ON secrets TO pg_monitor",
        "UPDATE on the column public.secrets.id for the role pg_monitor is not",
    ),
    "a grant that may be passed on": (
        "REVOKE GRANT OPTION FOR SELECT ON per_user FROM pg_read_all_data",
        "SELECT, to be passed on, on the table public.per_user for the role pg_read_all_data is missing",
    ),
    "a function for everybody": (
        "GRANT EXECUTE ON FUNCTION hidden() TO PUBLIC",
        "EXECUTE on the function public.hidden() for everybody is not",
    ),
    "a function for nobody": (
        "REVOKE EXECUTE ON FUNCTION twice FROM PUBLIC",
        "EXECUTE on the function public.twice(integer) for everybody is missing",
    ),
    "a type for nobody": (
        "REVOKE USAGE ON TYPE mood FROM PUBLIC",
        "USAGE on the type public.mood for everybody is missing",
    ),
    "a schema for everybody": (
        "GRANT CREATE ON SCHEMA other TO PUBLIC",
        "CREATE on the schema other for everybody is not",
    ),
    "default privileges": (
        "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
        "EXECUTE on the functions made later for everybody is not",
    ),
    "default privileges of a schema": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM pg_monitor",
        "SELECT on the tables made later in the schema public for the role pg_monitor is missing",
    ),
}
