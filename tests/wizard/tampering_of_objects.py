# ruff: noqa: E501 - the SQL reads better in whole lines
"""Single changes of everything of a database that is no row, beside those in `tampering`."""

SOURCE = r"""
CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, name text COLLATE "C" NOT NULL DEFAULT 'x',
    age int, mail text, at timestamptz DEFAULT now(), doc jsonb, CONSTRAINT old CHECK (age > 0),
    CONSTRAINT uniq UNIQUE NULLS NOT DISTINCT (mail) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE notes (id int PRIMARY KEY, person bigint CONSTRAINT fk REFERENCES people ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE, body text, kind int);
CREATE INDEX n_body ON notes (body text_pattern_ops DESC NULLS LAST) INCLUDE (kind) WHERE kind > 3;
CREATE UNIQUE INDEX n_kind ON notes (kind) NULLS NOT DISTINCT;
CREATE INDEX n_gin ON people USING gin (doc jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX n_coll ON notes (body COLLATE "POSIX");
CREATE INDEX n_brin ON notes USING brin (kind) WITH (pages_per_range = 8);
CREATE TRIGGER t1 BEFORE UPDATE OF body ON notes FOR EACH ROW WHEN (new.kind > 3) EXECUTE FUNCTION noted('canary-arg');
CREATE CONSTRAINT TRIGGER t2 AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TRIGGER t3 AFTER UPDATE ON notes REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION noted();
CREATE TABLE rls (id int, who text);
CREATE POLICY p1 ON rls AS RESTRICTIVE FOR UPDATE USING (id > 1) WITH CHECK (id > 2);
CREATE POLICY p2 ON rls FOR ALL TO PUBLIC USING (true);
CREATE RULE r9 AS ON DELETE TO rls WHERE old.id > 7 DO INSTEAD NOTHING;
CREATE VIEW v1 WITH (security_invoker) AS SELECT id, name FROM people WHERE age > 3 WITH LOCAL CHECK OPTION;
CREATE VIEW v2 AS SELECT * FROM v1;
ALTER VIEW v2 ALTER COLUMN name SET DEFAULT 'there';
CREATE RULE r1 AS ON INSERT TO v2 DO INSTEAD INSERT INTO people (name) VALUES (new.name);
CREATE TYPE en AS ENUM ('a', 'b', 'c');
CREATE TYPE comp AS (x int, y text COLLATE "C");
CREATE TYPE nothing AS ();
CREATE SCHEMA s2;
CREATE FUNCTION s2.seven() RETURNS int LANGUAGE sql AS 'SELECT 7';
SET search_path = public, s2;
CREATE DOMAIN sevens AS int DEFAULT seven() CONSTRAINT few CHECK (VALUE < 100);
RESET search_path;
CREATE DOMAIN dom AS varchar(10) COLLATE "C" DEFAULT 'q' CONSTRAINT dc CHECK (VALUE <> 'zz');
CREATE TYPE by_text AS RANGE (SUBTYPE = text, COLLATION = "C");
CREATE TYPE floats AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
CREATE FUNCTION f1(a int, b int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 SET search_path = public AS 'SELECT a + b';
CREATE FUNCTION f2(OUT o1 int, OUT o2 text) RETURNS SETOF record LANGUAGE sql ROWS 7 AS $$ SELECT 1, 'x' $$;
CREATE FUNCTION f3(t text) RETURNS int LANGUAGE sql SET application_name = 'canary-there' BEGIN ATOMIC SELECT length(t); END;
CREATE FUNCTION f4(VARIADIC n int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION sfunc(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 + $2';
CREATE AGGREGATE agg(float8) (SFUNC = sfunc, STYPE = float8, INITCOND = '0', MSFUNC = sfunc, MINVFUNC = float8mi, MSTYPE = float8, MINITCOND = '0', FINALFUNC = abs, FINALFUNC_MODIFY = READ_ONLY, SSPACE = 16);
CREATE FUNCTION alike(int, text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = text, FUNCTION = alike, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE FUNCTION number_of(en) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (en AS int) WITH FUNCTION number_of(en) AS ASSIGNMENT;
CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple, accept = false);
CREATE TEXT SEARCH DICTIONARY s2.dict (TEMPLATE = simple, accept = false);
CREATE TEXT SEARCH CONFIGURATION conf (COPY = english);
ALTER TEXT SEARCH CONFIGURATION conf ALTER MAPPING FOR asciiword WITH dict, simple;
CREATE COLLATION co (LOCALE = 'C');
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE STATISTICS st (ndistinct, mcv) ON name, age FROM people;
ALTER STATISTICS st SET STATISTICS 50;
CREATE TABLE rep (a int NOT NULL, b int NOT NULL);
CREATE UNIQUE INDEX rep_a ON rep (a);
CREATE UNIQUE INDEX rep_b ON rep (b);
ALTER TABLE rep REPLICA IDENTITY USING INDEX rep_a;
CREATE SEQUENCE sq AS int INCREMENT 2 MINVALUE 1 MAXVALUE 1000 CACHE 5 CYCLE;
CREATE TABLE pt (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE pt_2 PARTITION OF pt FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE INDEX pt_i ON pt (id);
ALTER TABLE pt_1 ADD CONSTRAINT only1 CHECK (id > 0);
CREATE TRIGGER ptt AFTER INSERT ON pt FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TABLE pa (a int);
CREATE TABLE pb (b int);
CREATE TABLE ch (c int) INHERITS (pa, pb);
ALTER TABLE pa ADD CONSTRAINT not_for_heirs CHECK (a > 0) NO INHERIT;
CREATE TABLE typed OF comp;
CREATE TABLE kept (t text) WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false);
COMMENT ON INDEX n_brin IS 'c';
COMMENT ON CONSTRAINT uniq ON people IS 'c';
COMMENT ON TRIGGER t3 ON notes IS 'c';
COMMENT ON POLICY p2 ON rls IS 'c';
COMMENT ON VIEW v1 IS 'c';
COMMENT ON RULE r9 ON rls IS 'c';
COMMENT ON COLUMN comp.x IS 'c';
COMMENT ON CONSTRAINT few ON DOMAIN sevens IS 'c';
COMMENT ON PROCEDURE tidy() IS 'c';
COMMENT ON AGGREGATE agg(float8) IS 'c';
COMMENT ON OPERATOR === (int, text) IS 'c';
COMMENT ON CAST (en AS int) IS 'c';
COMMENT ON TEXT SEARCH CONFIGURATION conf IS 'c';
COMMENT ON STATISTICS st IS 'c';
COMMENT ON SEQUENCE sq IS 'c';
COMMENT ON SCHEMA s2 IS 'c';
COMMENT ON SCHEMA public IS 'c';
COMMENT ON LARGE OBJECT 770001 IS 'c';
GRANT EXECUTE ON PROCEDURE tidy() TO pg_monitor;
GRANT SELECT ON LARGE OBJECT 770001 TO pg_monitor;
ALTER DEFAULT PRIVILEGES IN SCHEMA s2 GRANT USAGE ON TYPES TO pg_monitor;
"""

SUPERUSERS = """
CREATE EXTENSION vector;
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER srv TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER far OPTIONS (host 'canary-host');
CREATE SERVER other_srv FOREIGN DATA WRAPPER far;
GRANT USAGE ON FOREIGN SERVER srv TO pg_monitor;
CREATE FOREIGN TABLE ft (id int OPTIONS (col 'canary-col')) SERVER srv OPTIONS (tab 'canary-tab');
CREATE FUNCTION compared(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS cls FOR TYPE int USING btree FAMILY fam AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 compared(int, int);
"""
"""What no copy makes; on both sides."""


def _index(rest: str) -> str:
    return f"DROP INDEX n_body; CREATE INDEX n_body ON notes {rest}"


def _trigger(rest: str) -> str:
    return f"DROP TRIGGER t1 ON notes; CREATE TRIGGER t1 BEFORE {rest}"


def _aggregate(*changes: tuple[str, str]) -> str:
    (made,) = (line for line in SOURCE.splitlines() if line.startswith("CREATE AGGREGATE"))
    for before, after in changes:
        made = made.replace(before, after)
    return made.replace("CREATE", "CREATE OR REPLACE", 1)


def _key(rest: str) -> str:
    return f"ALTER TABLE notes DROP CONSTRAINT fk; ALTER TABLE notes ADD CONSTRAINT fk FOREIGN KEY (person) REFERENCES people {rest}"


TABLES = {
    "a default by another function": ("ALTER TABLE people ALTER at SET DEFAULT clock_timestamp()", "people.at differs: default now()"),
    "an additional default": ("ALTER TABLE people ALTER age SET DEFAULT 0", "people.age differs: default none"),
    "an additional not null": ("ALTER TABLE people ALTER mail SET NOT NULL", "people.mail differs: not null no"),
    "an identity's increment": ("ALTER TABLE people ALTER id SET INCREMENT 6", "people_id_seq differs: increment 5"),
    "an identity that cycles": ("ALTER TABLE people ALTER id SET CYCLE", "people_id_seq differs: cycle no"),
    "a column's collation": ('ALTER TABLE rls ALTER who TYPE text COLLATE "POSIX"', "rls.who differs: collation none"),
    "a column's name": ("ALTER TABLE rls RENAME who TO whom", "column public.rls.whom is not on the source"),
    "columns in another order": ("ALTER TABLE rls DROP id CASCADE; ALTER TABLE rls ADD id int", "column public.rls.id differs: position 1"),
    "a check's condition": (
        "ALTER TABLE people DROP CONSTRAINT old; ALTER TABLE people ADD CONSTRAINT old CHECK (age > 1)",
        "people.old differs: definition CHECK ((age > 0))",
    ),
    "a check's name": ("ALTER TABLE people RENAME CONSTRAINT old TO older", "people.older is not on the source"),
    "nulls that are distinct": (
        "ALTER TABLE people DROP CONSTRAINT uniq; ALTER TABLE people ADD CONSTRAINT uniq UNIQUE (mail) DEFERRABLE INITIALLY DEFERRED",
        "people.uniq differs: definition UNIQUE NULLS NOT DISTINCT",
    ),
    "a key that waits no more": (
        "ALTER TABLE people DROP CONSTRAINT uniq; ALTER TABLE people ADD CONSTRAINT uniq UNIQUE NULLS NOT DISTINCT (mail)",
        "people.uniq differs: definition UNIQUE NULLS NOT DISTINCT (mail) DEFERRABLE",
    ),
    "a foreign key's action": (_key("ON DELETE SET NULL ON UPDATE RESTRICT DEFERRABLE"), "notes.fk differs: definition"),
    "a foreign key's other action": (_key("ON DELETE CASCADE DEFERRABLE"), "notes.fk differs: definition"),
    "a foreign key that waits no more": ("ALTER TABLE notes ALTER CONSTRAINT fk NOT DEFERRABLE", "notes.fk differs: definition"),
    "a foreign key that waits at once": ("ALTER TABLE notes ALTER CONSTRAINT fk INITIALLY DEFERRED", "notes.fk differs: definition"),
    "an index's condition": (_index("(body text_pattern_ops DESC NULLS LAST) INCLUDE (kind) WHERE kind > 4"), "public.n_body differs"),
    "an index's operators": (_index("(body DESC NULLS LAST) INCLUDE (kind) WHERE kind > 3"), "public.n_body differs"),
    "an index that includes less": (_index("(body text_pattern_ops DESC NULLS LAST) WHERE kind > 3"), "public.n_body differs"),
    "an index's order": (_index("(body text_pattern_ops NULLS LAST) INCLUDE (kind) WHERE kind > 3"), "public.n_body differs"),
    "an index's nulls": (_index("(body text_pattern_ops DESC) INCLUDE (kind) WHERE kind > 3"), "public.n_body differs"),
    "an index that is unique no more": ("DROP INDEX n_kind; CREATE INDEX n_kind ON notes (kind)", "public.n_kind differs"),
    "an index whose nulls are distinct": ("DROP INDEX n_kind; CREATE UNIQUE INDEX n_kind ON notes (kind)", "public.n_kind differs"),
    "an index's collation": ("DROP INDEX n_coll; CREATE INDEX n_coll ON notes (body)", "public.n_coll differs"),
    "an index of another kind": ("DROP INDEX n_brin; CREATE INDEX n_brin ON notes (kind)", "public.n_brin differs"),
    "an index's own option": ("ALTER INDEX n_gin SET (fastupdate = on)", "public.n_gin differs"),
    "an index's name": ("ALTER INDEX n_coll RENAME TO n_other", "public.n_other is not on the source"),
    "a trigger's arguments": (
        _trigger("UPDATE OF body ON notes FOR EACH ROW WHEN (new.kind > 3) EXECUTE FUNCTION noted('canary-other')"),
        "trigger public.notes.t1 differs: its arguments",
    ),
    "a trigger's condition": (
        _trigger("UPDATE OF body ON notes FOR EACH ROW WHEN (new.kind > 4) EXECUTE FUNCTION noted('canary-arg')"),
        "trigger public.notes.t1 differs: definition",
    ),
    "a trigger's columns": (
        _trigger("UPDATE ON notes FOR EACH ROW WHEN (new.kind > 3) EXECUTE FUNCTION noted('canary-arg')"),
        "trigger public.notes.t1 differs: definition",
    ),
    "a trigger's function": (
        "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';"
        + _trigger("UPDATE OF body ON notes FOR EACH ROW WHEN (new.kind > 3) EXECUTE FUNCTION more('canary-arg')"),
        "trigger public.notes.t1 differs: definition",
    ),
    "a constraint trigger's moment": (
        "DROP TRIGGER t2 ON notes; CREATE CONSTRAINT TRIGGER t2 AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION noted()",
        "trigger public.notes.t2 differs: definition",
    ),
    "a trigger's tables": (
        "DROP TRIGGER t3 ON notes; CREATE TRIGGER t3 AFTER UPDATE ON notes REFERENCING OLD TABLE AS o FOR EACH STATEMENT EXECUTE FUNCTION noted()",
        "trigger public.notes.t3 differs: definition",
    ),
    "a trigger for replicas": ("ALTER TABLE notes ENABLE REPLICA TRIGGER t1", "notes.t1 differs: enabled yes on the source, on replicas"),
    "a partition's trigger": ("ALTER TABLE pt_1 DISABLE TRIGGER ptt", "trigger public.pt_1.ptt is not on the source"),
    "a policy that permits": (
        "DROP POLICY p1 ON rls; CREATE POLICY p1 ON rls FOR UPDATE USING (id > 1) WITH CHECK (id > 2)",
        "rls.p1 differs: permissive no",
    ),
    "a policy's check": ("ALTER POLICY p1 ON rls WITH CHECK (id > 3)", "rls.p1 differs: check (id > 2)"),
    "a policy's command": ("DROP POLICY p2 ON rls; CREATE POLICY p2 ON rls FOR SELECT USING (true)", "rls.p2 differs: command ALL"),
    "a disabled rule": ("ALTER TABLE rls DISABLE RULE r9", "rule public.rls.r9 differs: enabled yes"),
    "a rule's action": (
        "CREATE OR REPLACE RULE r1 AS ON INSERT TO v2 DO INSTEAD INSERT INTO people (name) VALUES (upper(new.name))",
        "rule public.v2.r1 differs",
    ),
    "a view's invoker": ("ALTER VIEW v1 SET (security_invoker = false)", "view public.v1 differs: options"),
    "a view's check": ("ALTER VIEW v1 RESET (check_option)", "view public.v1 differs: options"),
    "a view's default": ("ALTER VIEW v2 ALTER COLUMN name DROP DEFAULT", "column public.v2.name differs: default 'there'"),
    "a view's column": ("ALTER VIEW v2 RENAME COLUMN name TO title", "column public.v2.title is not on the source"),
    "another replica identity": ("ALTER TABLE rep REPLICA IDENTITY USING INDEX rep_b", "rep_a differs: replica identity yes"),
    "a partition's bound": (
        "ALTER TABLE pt DETACH PARTITION pt_2; ALTER TABLE pt ATTACH PARTITION pt_2 FOR VALUES FROM ('2026-02-01') TO ('2026-04-01')",
        "table public.pt_2 differs: partition",
    ),
    "a partition's columns in another order": (
        "DROP TABLE pt_2; CREATE TABLE pt_2 (at date, id int); ALTER TABLE pt ATTACH PARTITION pt_2 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
        "column public.pt_2.at differs: position 2",
    ),
    "a partition's check": ("ALTER TABLE pt_1 DROP CONSTRAINT only1", "constraint public.pt_1.only1 is missing"),
    "a partition's default": ("ALTER TABLE pt_1 ALTER id SET DEFAULT 4", "column public.pt_1.id differs: default none"),
    "a partition's not null": ("ALTER TABLE pt_1 ALTER id SET NOT NULL", "column public.pt_1.id differs: not null no"),
    "an index by itself": (
        "DROP INDEX pt_i; CREATE INDEX pt_i ON ONLY pt (id); CREATE INDEX pt_1_id_idx ON pt_1 (id); CREATE INDEX pt_2_id_idx ON pt_2 (id)",
        "index public.pt_1_id_idx differs: part of public.pt_i",
    ),
    "parents in another order": ("ALTER TABLE ch NO INHERIT pa; ALTER TABLE ch INHERIT pa", "table public.ch differs: parents public.pa, public.pb"),
    "a check for heirs too": (
        "ALTER TABLE pa DROP CONSTRAINT not_for_heirs; ALTER TABLE pa ADD CONSTRAINT not_for_heirs CHECK (a > 0)",
        "pa.not_for_heirs differs: definition",
    ),
    "a table of no type": ("ALTER TABLE typed NOT OF", "table public.typed differs: of type public.comp"),
    "an option of what lies outside": ("ALTER TABLE kept RESET (toast.autovacuum_enabled)", "table public.kept differs: toast options"),
}  # fmt: skip

CODE = {
    "labels in another order": (
        "UPDATE pg_enum SET enumsortorder = 3.5 WHERE enumtypid = 'en'::regtype AND enumsortorder = 1",
        "type public.en differs: labels {a,b,c} on the source, {b,c,a} here",
        "postgres",
    ),
    "an attribute's type": ("DROP TABLE typed; ALTER TYPE comp ALTER ATTRIBUTE x TYPE bigint", "column public.comp.x differs: type integer"),
    "an attribute's collation": ("DROP TABLE typed; ALTER TYPE comp ALTER ATTRIBUTE y TYPE text", "column public.comp.y differs: collation pg_catalog.C"),
    "a type without attributes": ("DROP TYPE nothing", "type public.nothing is missing"),
    "a domain's condition": (
        "ALTER DOMAIN dom DROP CONSTRAINT dc; ALTER DOMAIN dom ADD CONSTRAINT dc CHECK (VALUE <> 'yy')",
        "domain constraint public.dom.dc differs: definition",
    ),
    "a domain's check not validated": (
        "ALTER DOMAIN dom DROP CONSTRAINT dc; ALTER DOMAIN dom ADD CONSTRAINT dc CHECK (VALUE <> 'zz') NOT VALID",
        "domain constraint public.dom.dc differs: definition",
    ),
    "a domain's default by a function": ("ALTER DOMAIN sevens SET DEFAULT 7", "type public.sevens differs: default s2.seven()"),
    "a domain's length": (
        "DROP DOMAIN dom; CREATE DOMAIN dom AS varchar(11) COLLATE \"C\" DEFAULT 'q' CONSTRAINT dc CHECK (VALUE <> 'zz')",
        "type public.dom differs: base character varying(10)",
    ),
    "a domain's collation": (
        "DROP DOMAIN dom; CREATE DOMAIN dom AS varchar(10) DEFAULT 'q' CONSTRAINT dc CHECK (VALUE <> 'zz')",
        "type public.dom differs: collation",
    ),
    "a range's collation": (
        'DROP TYPE by_text; CREATE TYPE by_text AS RANGE (SUBTYPE = text, COLLATION = "POSIX")',
        "type public.by_text differs: of text text_ops collated by",
    ),
    "a range's difference": ("DROP TYPE floats; CREATE TYPE floats AS RANGE (SUBTYPE = float8)", "type public.floats differs: of double precision"),
    "a range's multirange": (
        "DROP TYPE floats; CREATE TYPE floats AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi, MULTIRANGE_TYPE_NAME = many)",
        "type public.many is not on the source",
    ),
    "a function that leaks nothing": ("ALTER FUNCTION f1 LEAKPROOF", "public.f1(a integer, b integer) differs: leakproof no", "postgres"),
    "a function's support": ("ALTER FUNCTION f1 SUPPORT generate_series_int4_support", "b integer) differs: support none", "postgres"),
    "a function in parallel": ("ALTER FUNCTION f1 PARALLEL UNSAFE", "b integer) differs: parallel safe"),
    "a function's cost": ("ALTER FUNCTION f1 COST 6", "b integer) differs: cost 5"),
    "a function's rows": ("ALTER FUNCTION f2 ROWS 8", "differs: rows 7"),
    "a function of nulls": ("ALTER FUNCTION f1 CALLED ON NULL INPUT", "b integer) differs: strict yes"),
    "a function's search path": ("ALTER FUNCTION f1 SET search_path = public, pg_temp", "b integer) differs: its settings"),
    "a function without settings": ("ALTER FUNCTION f1 RESET ALL", "b integer) differs: its settings, none here"),
    "a function's result": (
        "DROP FUNCTION f2; CREATE FUNCTION f2(OUT o1 int, OUT o3 text) RETURNS SETOF record LANGUAGE sql ROWS 7 AS $$ SELECT 1, 'x' $$",
        "function public.f2(OUT o1 integer, OUT o3 text) is not on the source",
    ),
    "a function of one array": (
        "DROP FUNCTION f4; CREATE FUNCTION f4(n int[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function public.f4(VARIADIC n integer[]) is missing",
    ),
    "a setting of a function in SQL": ("ALTER FUNCTION f3(text) SET application_name = 'canary-here'", "function public.f3(t text) differs: its settings"),
    "another body in SQL": (
        "CREATE OR REPLACE FUNCTION f3(t text) RETURNS int LANGUAGE sql SET application_name = 'canary-there' BEGIN ATOMIC SELECT length(t) + 1; END",
        "function body public.f3(t text) differs",
    ),
    "a procedure's rights": ("ALTER PROCEDURE tidy SECURITY DEFINER", "public.tidy() differs: security definer no"),
    "an aggregate that writes": (_aggregate(("READ_ONLY", "READ_WRITE")), "public.agg(double precision) differs: ends"),
    "an aggregate's other beginning": (_aggregate(("MINITCOND = '0'", "MINITCOND = '1'")), "differs: moving begins with 0"),
    "an aggregate's space": (_aggregate(("16", "32")), "differs: space 16"),
    "an aggregate's way back": (
        "CREATE FUNCTION less(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1';" + _aggregate(("float8mi", "less")),
        "public.agg(double precision) differs: functions",
    ),
    "an operator's estimate": ("ALTER OPERATOR === (int, text) SET (RESTRICT = neqsel)", "differs: estimated by eqsel, eqjoinsel"),
    "an operator's other estimate": ("ALTER OPERATOR === (int, text) SET (JOIN = NONE)", "differs: estimated by eqsel, eqjoinsel"),
    "an operator": ("DROP OPERATOR === (int, text)", "operator public.===(integer, text) is missing"),
    "a cast by itself": (
        "DROP CAST (en AS int); CREATE CAST (en AS int) WITH FUNCTION number_of(en) AS IMPLICIT",
        "cast public.en to integer differs: context",
    ),
    "a dictionary": ("ALTER TEXT SEARCH DICTIONARY dict (accept = true)", "text search dictionary public.dict differs: options"),
    "a dictionary of another schema": (
        "ALTER TEXT SEARCH CONFIGURATION conf ALTER MAPPING REPLACE dict WITH s2.dict",
        "text search configuration public.conf differs: mappings",
    ),
    "dictionaries in another order": (
        "ALTER TEXT SEARCH CONFIGURATION conf ALTER MAPPING FOR asciiword WITH simple, dict",
        "text search configuration public.conf differs: mappings",
    ),
    "a kind of word less": ("ALTER TEXT SEARCH CONFIGURATION conf DROP MAPPING FOR url", "text search configuration public.conf differs: mappings"),
    "a collation's locale": ("DROP COLLATION co; CREATE COLLATION co (LOCALE = 'POSIX')", "collation public.co differs: locale C"),
    "a collation's letters": ("DROP COLLATION co; CREATE COLLATION co (LC_COLLATE = 'C', LC_CTYPE = 'POSIX')", "collation public.co differs: letters C"),
    "a conversion": ("DROP CONVERSION conv", "conversion public.conv is missing"),
    "the target of statistics": ("ALTER STATISTICS st SET STATISTICS 51", "statistics public.st differs: statistics target 50"),
    "a schema's name": ("ALTER SCHEMA s2 RENAME TO s3", "schema s2 is missing"),
    **{
        f"a sequence's {words}": (f"ALTER SEQUENCE sq {change}", f"sequence public.sq differs: {label}")
        for words, change, label in (
            ("step", "INCREMENT 3", "increment 2"),
            ("least value", "MINVALUE 0", "least 1"),
            ("greatest value", "MAXVALUE 999", "most 1000"),
            ("cache", "CACHE 6", "cache 5"),
            ("end", "NO CYCLE", "cycle yes"),
            ("type", "AS bigint", "type integer"),
            ("beginning", "START 3", "start 1"),
            ("column", "OWNED BY people.age", "owned by none"),
            ("log", "SET UNLOGGED", "persistence logged"),
        )
    },
    **{
        f"a comment on {words}": (f"COMMENT ON {thing} IS 'd'", f"comment {known} differs: its text")
        for words, thing, known in (
            ("an index", "INDEX n_brin", "index public.n_brin"),
            ("a constraint", "CONSTRAINT uniq ON people", "table constraint uniq on public.people"),
            ("a trigger", "TRIGGER t3 ON notes", "trigger t3 on public.notes"),
            ("a policy", "POLICY p2 ON rls", "policy p2 on public.rls"),
            ("a view", "VIEW v1", "view public.v1"),
            ("a rule", "RULE r9 ON rls", "rule r9 on public.rls"),
            ("an attribute", "COLUMN comp.x", "composite type column public.comp.x"),
            ("a domain's check", "CONSTRAINT few ON DOMAIN sevens", "domain constraint few on public.sevens"),
            ("a procedure", "PROCEDURE tidy()", "procedure public.tidy()"),
            ("an aggregate", "AGGREGATE agg(float8)", "aggregate public.agg(double precision)"),
            ("an operator", "OPERATOR === (int, text)", "operator public.===(integer,pg_catalog.text)"),
            ("a cast", "CAST (en AS int)", "cast (public.en AS integer)"),
            ("a configuration", "TEXT SEARCH CONFIGURATION conf", "text search configuration public.conf"),
            ("statistics", "STATISTICS st", "statistics object public.st"),
            ("a sequence", "SEQUENCE sq", "sequence public.sq"),
            ("a schema", "SCHEMA s2", "schema s2"),
            ("the schema public", "SCHEMA public", "schema public"),
            ("a large object", "LARGE OBJECT 770001", "large object 770001"),
        )
    },
    "an additional comment": ("COMMENT ON TABLE rls IS 'new'", "comment table public.rls is not on the source"),
}  # fmt: skip

RIGHTS = {
    "a procedure's grant": ("REVOKE EXECUTE ON PROCEDURE tidy() FROM pg_monitor", "EXECUTE on the procedure public.tidy() for the role pg_monitor is missing"),
    "a large object's grant": ("REVOKE SELECT ON LARGE OBJECT 770001 FROM pg_monitor", "SELECT on the large object 770001 for the role pg_monitor is missing"),
    "a domain's grant": ("GRANT USAGE ON DOMAIN dom TO pg_monitor", "USAGE on the type public.dom for the role pg_monitor is not on the source"),
    "default privileges on types": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA s2 REVOKE USAGE ON TYPES FROM pg_monitor",
        "USAGE on the types made later in the schema s2 for the role pg_monitor is missing",
    ),
    "a server's grant": (
        "REVOKE USAGE ON FOREIGN SERVER srv FROM pg_monitor",
        "USAGE on the foreign server srv for the role pg_monitor is missing",
        "postgres",
    ),
    "a server's options": ("ALTER SERVER srv OPTIONS (SET host 'canary-other')", "foreign server srv differs: its options", "postgres"),
    "a server's version": ("ALTER SERVER srv VERSION '2'", "foreign server srv differs: version 1", "postgres"),
    "a wrapper's options": ("ALTER FOREIGN DATA WRAPPER far OPTIONS (ADD a 'canary')", "foreign data wrapper far differs: its options", "postgres"),
    "a foreign table's options": (
        "ALTER FOREIGN TABLE ft OPTIONS (SET tab 'canary-other')",
        "table public.ft differs: its foreign options",
        "postgres",
    ),
    "a foreign column's options": (
        "ALTER FOREIGN TABLE ft ALTER id OPTIONS (SET col 'canary-other')",
        "column public.ft.id differs: its foreign options",
        "postgres",
    ),
    "a foreign table of another server": (
        "DROP FOREIGN TABLE ft; CREATE FOREIGN TABLE ft (id int OPTIONS (col 'canary-col')) SERVER other_srv OPTIONS (tab 'canary-tab')",
        "table public.ft differs: server srv on the source, other_srv here",
        "postgres",
    ),
    "an operator of a family": (
        "ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (int, bigint)",
        "operator family public.fam for btree differs: operators",
        "postgres",
    ),
    "a function of a family": (
        "ALTER OPERATOR FAMILY fam USING btree ADD FUNCTION 1 (int, bigint) btint48cmp(int, bigint)",
        "operator family public.fam for btree differs: functions",
        "postgres",
    ),
    "an operator family": ("DROP OPERATOR FAMILY fam USING btree CASCADE", "operator family public.fam for btree is missing", "postgres"),
    "a table that may only be read": (
        "ALTER TABLE rls OWNER TO postgres; GRANT SELECT ON rls TO app",
        "DELETE, INSERT, REFERENCES, TRIGGER, TRUNCATE, UPDATE on the table public.rls is not allowed to the target's own role",
        "postgres",
    ),
    "an owner's right": ("REVOKE UPDATE ON people FROM app", "UPDATE on the table public.people is not allowed to the target's own role"),
    "an owner's right to call": ("REVOKE EXECUTE ON FUNCTION f4 FROM app, PUBLIC", "EXECUTE on the function public.f4(integer[]) is not allowed"),
    "an owner's right to count": ("REVOKE USAGE, UPDATE ON SEQUENCE sq FROM app", "UPDATE, USAGE on the sequence public.sq is not allowed"),
    "a schema in which nothing can be made": (
        "ALTER SCHEMA s2 OWNER TO postgres; GRANT USAGE ON SCHEMA s2 TO app",
        "CREATE on the schema s2 is not allowed to the target's own role",
        "postgres",
    ),
    "somebody else's table": ("ALTER TABLE rls OWNER TO postgres", "public.rls: it cannot be read here: permission denied", "postgres"),
    "somebody else's sequence": ("ALTER SEQUENCE sq OWNER TO postgres", "sequence public.sq cannot be read here: permission denied", "postgres"),
    "somebody else's large object": (
        "REVOKE SELECT ON LARGE OBJECT 770001 FROM pg_monitor; ALTER LARGE OBJECT 770001 OWNER TO postgres; REVOKE ALL ON LARGE OBJECT 770001 FROM app",
        "large objects cannot be compared: permission denied",
        "postgres",
    ),
    "somebody else's materialised view": (
        "ALTER MATERIALIZED VIEW sums OWNER TO postgres",
        "materialised view public.sums cannot be read here: permission denied",
        "postgres",
    ),
}  # fmt: skip
